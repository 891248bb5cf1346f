// SPDX-License-Identifier: Apache-2.0
// The data of the page and what is derived from it.
import * as format from "./format.js";

/** The numbers that `aie4sim report` put into the page. */
export const data = JSON.parse(document.getElementById("data").textContent);

export const parameterByName = new Map(data.parameters.map((parameter) => [parameter.name, parameter]));

/** Every run that succeeded, of all files, with what belongs to it. */
export const runs = data.sweeps.flatMap((sweep, file) =>
  sweep.points.filter((point) => point.status === "done")
    .map((point) => ({ ...point, file, sweep, id: `${file}:${point.number}` })));
export const runById = new Map(runs.map((run) => [run.id, run]));

export const unitOf = (name) => {
  const unit = parameterByName.get(name)?.unit;
  return unit && unit !== "1" ? unit : "";
};
export const withUnit = (name) => (unitOf(name) ? `${name} (${unitOf(name)})` : name);

/** "copy, slow DDR, noc.latency_ns = 200": what tells a run from the others of its file. */
export function label(run, short = false) {
  const parts = [run.workload, run.preset].filter(Boolean);
  for (const [name, value] of Object.entries(run.values)) parts.push(`${short ? name.split(".").pop() : name} = ${value}`);
  const file = data.sweeps.length > 1 ? `${run.sweep.file}: ` : "";
  return file + parts.join(", ");
}

/** The effective value of a parameter in a run. */
export const parameter = (run, name) => run.settings[name] ?? parameterByName.get(name)?.default;

export const resourcesOf = (run) => (run.resources ?? []).map(([name, bytes, operations, busy, stalled]) =>
  ({ name: run.sweep.names[name], bytes, operations, busy, stalled }));

/** Multiply-adds of the matrix units count two each, if nobody says how many operations a run has. */
export function operations(run) {
  if (run.operations !== undefined) return run.operations;
  const macs = resourcesOf(run).filter((use) => use.name.endsWith("/core/matrix unit"))
    .reduce((sum, use) => sum + use.operations, 0);
  return macs > 0 ? 2 * macs : undefined;
}

export const operationsPerSecond = (run) => (operations(run) === undefined ? undefined : operations(run) / (run.time_ps / 1e12));

/** What host memory and cores can do at most, with the parameters of a run. Bytes and operations in a second. */
export function peaks(run) {
  const cores = parameter(run, "array.columns") * parameter(run, "array.core_rows");
  const type = run.dtype || "i8";
  const macs = parameter(run, `compute.${type}_macs`);
  return { type, memory: parameter(run, "noc.bytes_per_us") * 1e6,
    compute: macs === undefined ? undefined : 2 * macs * cores * parameter(run, "clock.aie_mhz") * 1e6 };
}

/** "column 1/memory tile 1/DMA/S2MM_2" -> {column: 1, row: 1, kind: "memory", part: "DMA/S2MM_2"}. */
export function place(name) {
  const match = /^column (\d+)\/(shim|memory|compute) tile (\d+)\/(.+)$/.exec(name);
  return match && { column: +match[1], kind: match[2], row: +match[3], part: match[4] };
}

export const stalledTotal = (use) => Object.values(use.stalled).reduce((sum, ps) => sum + ps, 0);

export { format };
