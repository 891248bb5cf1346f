// SPDX-License-Identifier: Apache-2.0
// Operations in a second against operations for a byte of host memory, below what cores and memory can do.
import { figure, tip } from "./chart.js";
import { element, table } from "./dom.js";
import { format, label, operations, operationsPerSecond, peaks, runs } from "./model.js";

const decade = (value, up) => 10 ** (up ? Math.ceil(Math.log10(value)) : Math.floor(Math.log10(value)));

export function roofline(selected, choose) {
  const known = runs.filter((run) => operations(run) !== undefined && run.ddr_bytes > 0);
  if (known.length === 0) {
    return element("p", { class: "note" }, "No roofline: none of these runs tells how many arithmetic operations it has (key "
      + "“operations” of a workload, or cores that compute).");
  }
  const reference = known.find((run) => run.id === selected?.id) ?? known[0];
  const { type, memory, compute } = peaks(reference);
  const at = (run) => [operations(run) / run.ddr_bytes, operationsPerSecond(run)];
  const points = known.map(at);
  const ridge = compute / memory;
  const low = decade(Math.min(ridge, ...points.map(([x]) => x)) / 1.5, false);
  const high = decade(Math.max(ridge, ...points.map(([x]) => x)) * 1.5, true);
  const bottom = decade(Math.min(low * memory, ...points.map(([, y]) => y)), false);
  const share = (run) => operationsPerSecond(run) / Math.min(peaks(run).compute, peaks(run).memory * at(run)[0]);
  return figure({
    title: "Roofline", height: 420,
    note: `◆ is the chosen run, the line its roof: ${format.operationRate(compute)} of ${type} products on all cores, `
      + `${format.byteRate(memory)} of host memory. Runs with other parameters (●) may lie above it. A click chooses a run.`,
    draw: (c) => ({
      grid: { left: 84, right: 28, top: 20, bottom: 52 },
      tooltip: { trigger: "item", formatter: ({ data }) => (data.run ? tip([label(data.run), format.operationRate(data.value[1]),
        `${format.number(data.value[0])} operations for a byte`, `${format.percent(share(data.run))} of the roof with its own parameters`]) : "") },
      xAxis: { type: "log", min: low, max: high, name: "arithmetic intensity (operations / byte of host memory)",
        nameLocation: "middle", nameGap: 30, axisLabel: { formatter: format.number } },
      yAxis: { type: "log", min: bottom, max: decade(compute * 1.01, true), name: "operations per second", nameLocation: "middle", nameGap: 66,
        axisLabel: { formatter: (value) => format.operationRate(value) } },
      series: [
        { type: "line", name: "roof", symbol: "none", silent: true, lineStyle: { color: c.soft, width: 2 },
          data: [[low, low * memory], [ridge, compute], [high, compute]] },
        { type: "scatter", name: "runs", symbolSize: 10, itemStyle: { color: c.series[0], opacity: 0.75 },
          data: known.filter((run) => run !== reference).map((run) => ({ value: at(run), run })) },
        { type: "scatter", name: "chosen", symbolSize: 16, symbol: "diamond", itemStyle: { color: c.series[1] },
          data: [{ value: at(reference), run: reference }] },
      ],
    }),
    click: (event) => event.data?.run && choose(event.data.run.id),
    data: table("Roofline", [{ text: "run" }, { text: "operations / byte", number: true }, { text: "operations per second", number: true },
      { text: "of the roof with its own parameters", number: true }], known.map((run) => [label(run), format.number(at(run)[0]),
      format.operationRate(at(run)[1]), format.percent(share(run))])),
  });
}
