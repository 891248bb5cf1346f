// SPDX-License-Identifier: Apache-2.0
// Which factor time depends on most.
import { figure, tip } from "./chart.js";
import { element, table } from "./dom.js";
import { data, format, parameterByName } from "./model.js";

const confidenceOf = (name) => parameterByName.get(name)?.confidence ?? "";

export function sensitivity() {
  const entries = data.sweeps.flatMap((sweep) => sweep.sensitivities.map((entry) =>
    ({ ...entry, workload: data.sweeps.length > 1 ? `${sweep.file}: ${entry.workload}` : entry.workload })));
  if (entries.length === 0) return undefined;
  const workloads = [...new Set(entries.map(({ workload }) => workload))];
  const strength = new Map();
  for (const { factor, elasticity } of entries) {
    strength.set(factor, Math.max(strength.get(factor) ?? 0, Math.abs(elasticity)));
  }
  const factors = [...strength.keys()].sort((a, b) => strength.get(b) - strength.get(a));
  const find = (factor, workload) => entries.find((entry) => entry.factor === factor && entry.workload === workload);
  const shown = (name) => (confidenceOf(name) === "assumed" ? `${name} ⚠` : name);
  const chart = figure({
    title: "Elasticity of time",
    note: "The per cent by which time changes if a value grows by one per cent, all else equal. −1: twice the value, half the time; "
      + "0: no influence. ⚠: the default of this parameter is assumed, with no public evidence.",
    height: 90 + factors.length * (14 + 22 * workloads.length),
    draw: () => ({
      grid: { left: 8, right: 60, top: workloads.length > 1 ? 36 : 12, bottom: 44, containLabel: true },
      legend: workloads.length > 1 ? { data: workloads } : undefined,
      tooltip: { trigger: "item", formatter: (event) => {
        const entry = find(factors[event.dataIndex], event.seriesName);
        return tip([entry.factor, event.seriesName, `elasticity ${format.elasticity(entry.elasticity)}`,
          `largest against smallest value: ${format.ratio(entry.end_to_end)} the time`, `${entry.points} runs`]);
      } },
      xAxis: { type: "value", name: "elasticity", nameLocation: "middle", nameGap: 28, axisLabel: { formatter: format.number },
        boundaryGap: ["8%", "8%"] },
      yAxis: { type: "category", inverse: true, data: factors.map(shown) },
      series: workloads.map((workload) => ({
        type: "bar", name: workload, barMaxWidth: 22,
        // A value stands at the end of its bar, whichever way that goes.
        data: factors.map((factor) => find(factor, workload)?.elasticity ?? null)
          .map((value) => ({ value, label: { position: value < 0 ? "left" : "right" } })),
        label: { show: true, formatter: ({ value }) => format.elasticity(value), color: "inherit" },
      })),
    }),
    data: table("Elasticity of time by factor and workload",
      [{ text: "factor" }, { text: "confidence in its default" }, { text: "workload" }, { text: "elasticity", number: true },
        { text: "time, largest / smallest value", number: true }, { text: "runs", number: true },
        { text: "left out (0 has no logarithm)", number: true }],
      [...entries].sort((a, b) => Math.abs(b.elasticity) - Math.abs(a.elasticity)).map((entry) =>
        [entry.factor, { text: confidenceOf(entry.factor), class: confidenceOf(entry.factor) }, entry.workload,
          format.elasticity(entry.elasticity), format.number(entry.end_to_end), String(entry.points), String(entry.skipped)])),
  });
  return element("section", { id: "sensitivity" }, element("h2", {}, "What time depends on"), chart);
}
