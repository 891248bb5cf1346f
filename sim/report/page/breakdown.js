// SPDX-License-Identifier: Apache-2.0
// Where the time of a run went.
import { figure, tip } from "./chart.js";
import { table } from "./dom.js";
import { format, label, resourcesOf, stalledTotal } from "./model.js";

const SHOWN = 16;
const REASONS = ["lock", "stream", "queue", "memory", "token", "barrier", "clock"];

/** Switch ports only repeat what the DMA channels at their ends say. */
const isShown = (use) => !use.name.includes("/stream switch/");

function bars({ title, note, rows, parts, window }) {
  const colour = (c, part) => (part === "busy" ? c.series[0] : part === "idle" ? c.idle
    : c.series[1 + (REASONS.indexOf(part) >= 0 ? REASONS.indexOf(part) : REASONS.length - 1)]);
  const names = (part) => (part === "busy" || part === "idle" ? part : `waits: ${part}`);
  return figure({
    title, note, height: 84 + 24 * rows.length,
    draw: (c) => ({
      grid: { left: 8, right: 20, top: 34, bottom: 40, containLabel: true },
      legend: { data: parts.map(names) },
      tooltip: { trigger: "item", formatter: (event) => tip([rows[event.dataIndex].name,
        `${event.seriesName}: ${format.picoseconds(rows[event.dataIndex].parts[parts[event.seriesIndex]] ?? 0)}`,
        `${format.percent(event.value / 100)} of ${format.picoseconds(window)}`]) },
      xAxis: { type: "value", min: 0, max: Math.ceil(end(rows, window) / 20) * 20, interval: 20, name: "share of the time (%)", nameLocation: "middle", nameGap: 26 },
      yAxis: { type: "category", inverse: true, data: rows.map(({ name }) => name), axisLabel: { width: 330, overflow: "truncate" } },
      series: parts.map((part) => ({
        type: "bar", stack: "time", name: names(part), barMaxWidth: 18, itemStyle: { color: colour(c, part) },
        data: rows.map((row) => 100 * (row.parts[part] ?? 0) / window),
      })),
    }),
    data: table(`Times in µs of ${format.number(window / 1e6)} µs`,
      [{ text: "resource" }, ...parts.map((part) => ({ text: names(part), number: true })), { text: "moved", number: true },
        { text: "operations", number: true }],
      rows.map((row) => [row.name, ...parts.map((part) => format.number((row.parts[part] ?? 0) / 1e6)),
        row.bytes ? format.bytes(row.bytes) : "", row.operations ? format.number(row.operations) : ""])),
  });
}

/** Waits of a channel overlap with what it has under way, so that a sum can exceed the whole. */
const end = (rows, window) => 100 * Math.max(1, ...rows.map((row) => Object.values(row.parts).reduce((sum, ps) => sum + ps, 0) / window));

export function breakdown(run) {
  const uses = resourcesOf(run).filter(isShown)
    .sort((a, b) => b.busy - a.busy || stalledTotal(b) - stalledTotal(a)).slice(0, SHOWN);
  const reasons = REASONS.filter((reason) => uses.some((use) => use.stalled[reason]));
  const rows = uses.map((use) => ({ ...use, parts: { busy: use.busy, ...use.stalled,
    idle: Math.max(0, run.window_ps - use.busy - stalledTotal(use)) } }));
  return bars({
    title: `Busiest resources`, rows, parts: ["busy", ...reasons, "idle"], window: run.window_ps,
    note: `${label(run)}: ${format.picoseconds(run.window_ps)} from the first doorbell to the last interrupt. Resources work at the `
      + "same time, so each bar has the whole time to itself. A channel that waits for one burst while it moves another counts "
      + "both: its bar may pass 100 %.",
  });
}

/** The parts that the workload itself names, which add up to its time: layers of a network, for example. */
export function parts(run) {
  if (!run.parts?.length) return undefined;
  const window = run.parts.reduce((sum, [, ps]) => sum + ps, 0);
  const sorted = [...run.parts].sort(([, a], [, b]) => b - a);
  const shown = sorted.slice(0, SHOWN);
  return figure({
    title: "Time by part", height: 70 + 24 * shown.length,
    note: `${label(run)}: ${format.picoseconds(window)}, one part after the other`
      + (shown.length < sorted.length ? `; the ${shown.length} longest of ${sorted.length}.` : "."),
    draw: (c) => ({
      grid: { left: 8, right: 84, top: 8, bottom: 40, containLabel: true },
      tooltip: { trigger: "item", formatter: ({ dataIndex }) => tip([shown[dataIndex][0], format.picoseconds(shown[dataIndex][1]),
        format.percent(shown[dataIndex][1] / window)]) },
      xAxis: { type: "value", min: 0, name: "share of the time (%)", nameLocation: "middle", nameGap: 26 },
      yAxis: { type: "category", inverse: true, data: shown.map(([name]) => name), axisLabel: { width: 330, overflow: "truncate" } },
      series: [{ type: "bar", barMaxWidth: 18, data: shown.map(([, ps]) => 100 * ps / window),
        label: { show: true, position: "right", color: c.text, formatter: ({ dataIndex }) => format.picoseconds(shown[dataIndex][1]) } }],
    }),
    data: table("Time by part", [{ text: "part" }, { text: "time", number: true }, { text: "share", number: true }],
      sorted.map(([name, ps]) => [name, format.picoseconds(ps), format.percent(ps / window)])),
  });
}
