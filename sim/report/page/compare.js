// SPDX-License-Identifier: Apache-2.0
// Two runs beside each other, and two files.
import { figure, tip } from "./chart.js";
import { element, table } from "./dom.js";
import { data, format, label, parameter, parameterByName, resourcesOf, runs } from "./model.js";

const SHOWN = 14;

/** What is the same run in both files. */
const keyOf = (run) => JSON.stringify([run.workload, run.preset, run.values]);

/** The run that one would compare with: the same in the other file, else the fastest of its own with the same workload. */
export function partner(run) {
  const fastest = (candidates) => candidates.filter((other) => other !== run).sort((a, b) => a.time_ps - b.time_ps)[0];
  return runs.find((other) => other.file !== run.file && keyOf(other) === keyOf(run))
    ?? fastest(runs.filter((other) => other.file === run.file && other.workload === run.workload)) ?? fastest(runs);
}

function differences(a, b) {
  const names = new Set([...Object.keys(a.settings), ...Object.keys(b.settings)]);
  const rows = [...names].filter((name) => parameter(a, name) !== parameter(b, name)).sort()
    .map((name) => {
      const { unit, confidence } = parameterByName.get(name) ?? {};
      return [name, unit === "1" ? "" : unit, format.number(parameter(a, name)), format.number(parameter(b, name)),
        { text: confidence, class: confidence }];
    });
  return rows.length === 0 ? element("p", { class: "note" }, "Both have the same parameters.")
    : element("div", { class: "scroll" }, table("Parameters that differ", [{ text: "parameter" }, { text: "unit" },
      { text: "A", number: true }, { text: "B", number: true }, { text: "confidence in the default" }], rows));
}

function numbers(a, b) {
  const change = (x, y) => (x ? (x === y ? "same" : format.signedPercent(y / x - 1)) : "");
  const rate = (run) => run.ddr_bytes / (run.window_ps / 1e12);
  return element("div", { class: "scroll" }, table("A against B", [{ text: "" }, { text: "A", number: true }, { text: "B", number: true },
    { text: "B against A", number: true }], [
    ["time", format.picoseconds(a.time_ps), format.picoseconds(b.time_ps), change(a.time_ps, b.time_ps)],
    ["host memory, moved", format.bytes(a.ddr_bytes), format.bytes(b.ddr_bytes), change(a.ddr_bytes, b.ddr_bytes)],
    ["host memory, rate", format.byteRate(rate(a)), format.byteRate(rate(b)), change(rate(a), rate(b))],
    ...(a.energy_pj === undefined || b.energy_pj === undefined ? []
      : [["energy, a rough guess", format.energy(a.energy_pj), format.energy(b.energy_pj), change(a.energy_pj, b.energy_pj)]]),
  ]));
}

function busy(a, b) {
  const share = (run) => new Map(resourcesOf(run).filter((use) => !use.name.includes("/stream switch/"))
    .map((use) => [use.name, use.busy / run.window_ps]));
  const [left, right] = [share(a), share(b)];
  const rows = [...new Set([...left.keys(), ...right.keys()])]
    .map((name) => ({ name, a: left.get(name) ?? 0, b: right.get(name) ?? 0 }))
    .sort((x, y) => Math.abs(y.b - y.a) - Math.abs(x.b - x.a) || Math.max(y.a, y.b) - Math.max(x.a, x.b)).slice(0, SHOWN);
  if (rows.length === 0) return undefined;
  return figure({
    title: "Utilisation, largest changes first", height: 90 + 34 * rows.length,
    draw: () => ({
      grid: { left: 8, right: 30, top: 34, bottom: 44, containLabel: true },
      legend: { data: ["A", "B"] },
      tooltip: { trigger: "item", formatter: (event) => tip([rows[event.dataIndex].name, `${event.seriesName}: ${format.percent(event.value / 100)}`]) },
      xAxis: { type: "value", min: 0, name: "busy (% of its run's time)", nameLocation: "middle", nameGap: 28 },
      yAxis: { type: "category", inverse: true, data: rows.map(({ name }) => name), axisLabel: { width: 330, overflow: "truncate" } },
      series: ["a", "b"].map((key) => ({ type: "bar", name: key.toUpperCase(), barMaxWidth: 12, data: rows.map((row) => 100 * row[key]) })),
    }),
    data: table("Utilisation", [{ text: "resource" }, { text: "A", number: true }, { text: "B", number: true }],
      rows.map((row) => [row.name, format.percent(row.a), format.percent(row.b)])),
  });
}

export function compareRuns(a, b) {
  return [element("p", { class: "note" }, element("b", {}, "A"), ` ${label(a)}`, element("br"), element("b", {}, "B"), ` ${label(b)}`),
    numbers(a, b), differences(a, b), busy(a, b)].filter(Boolean);
}

/** Every run that both files have. */
export function compareFiles() {
  if (data.sweeps.length < 2) return undefined;
  const second = new Map(runs.filter((run) => run.file === 1).map((run) => [keyOf(run), run]));
  const pairs = runs.filter((run) => run.file === 0 && second.has(keyOf(run)))
    .map((run) => ({ a: run, b: second.get(keyOf(run)), change: second.get(keyOf(run)).time_ps / run.time_ps - 1 }))
    .sort((x, y) => Math.abs(y.change) - Math.abs(x.change));
  const files = data.sweeps.map(({ file }) => file);
  if (pairs.length === 0) return element("p", { class: "note" }, `${files[0]} and ${files[1]} have no run in common.`);
  const shown = pairs.slice(0, 20);
  const workloads = new Set(pairs.map(({ a }) => a.workload));
  const name = (run) => [workloads.size > 1 && run.workload, run.preset, ...Object.entries(run.values).map(([key, value]) =>
    `${key.split(".").pop()} ${value}`)].filter(Boolean).join(", ");
  return figure({
    title: `Time in ${files[1]} against ${files[0]}`, height: 90 + 22 * shown.length,
    note: `${pairs.length} runs are in both; ${pairs.filter(({ change }) => change === 0).length} take exactly the same time.`
      + (pairs.length > shown.length ? ` The ${shown.length} with the largest change.` : ""),
    draw: (c) => ({
      grid: { left: 8, right: 50, top: 12, bottom: 44, containLabel: true },
      tooltip: { trigger: "item", formatter: ({ dataIndex }) => tip([name(shown[dataIndex].a), `${files[0]}: ${format.picoseconds(shown[dataIndex].a.time_ps)}`,
        `${files[1]}: ${format.picoseconds(shown[dataIndex].b.time_ps)}`, format.signedPercent(shown[dataIndex].change)]) },
      xAxis: { type: "value", name: "change of time (%)", nameLocation: "middle", nameGap: 28, axisLabel: { formatter: format.number } },
      yAxis: { type: "category", inverse: true, data: shown.map(({ a }) => name(a)), axisLabel: { width: 430, overflow: "truncate" } },
      series: [{ type: "bar", barMaxWidth: 14, data: shown.map(({ change }) => ({ value: 100 * change,
        itemStyle: { color: change > 0 ? c.series[1] : c.series[2] } })) }],
    }),
    data: table("Time of the runs that both files have", [{ text: "run" }, { text: files[0], number: true }, { text: files[1], number: true },
      { text: "change", number: true }], pairs.map(({ a, b, change }) => [name(a), format.picoseconds(a.time_ps),
      format.picoseconds(b.time_ps), format.signedPercent(change)])),
  });
}
