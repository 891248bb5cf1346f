// SPDX-License-Identifier: Apache-2.0
// Bytes in a second, over the time of a run: a panel for each row, all with one time axis.
import { figure, tip } from "./chart.js";
import { table } from "./dom.js";
import { format, label, peaks } from "./model.js";

const MEMORY = "NoC and DDR";
const TOP = 18;
const BOTTOM = 46;

function panels({ run, title, note, names, height, roof }) {
  const seconds = run.bin_ps / 1e12;
  const { size, unit } = format.timeAxis(run.window_ps);
  const at = (bin) => bin * run.bin_ps / size;
  const rates = names.map((name) => run.series[name].map((bytes) => bytes / seconds / 1e9));
  // Panels are there to be compared, so they share a scale.
  const highest = Math.max(...rates.flat(), roof ? roof / 1e9 : 0);
  const bins = Math.max(...rates.map((values) => values.length));
  return figure({
    title, note, height: TOP + BOTTOM + names.length * height,
    draw: (c) => ({
      grid: names.map((_, i) => ({ left: 66, right: 24, top: TOP + i * height + 14, height: height - 26 })),
      axisPointer: { link: [{ xAxisIndex: "all" }] },
      tooltip: { trigger: "axis", formatter: (events) => tip([`from ${format.number(events[0].value[0])} ${unit}`,
        ...events.map((event) => `${event.seriesName}: ${format.byteRate(event.value[1] * 1e9)}`)]) },
      xAxis: names.map((_, i) => ({ type: "value", gridIndex: i, min: 0, max: run.window_ps / size,
        ...(i + 1 === names.length ? { name: `time since the first doorbell (${unit})`, nameLocation: "middle", nameGap: 28,
          axisLabel: { formatter: format.number, showMaxLabel: false } } : { axisLabel: { show: false }, axisTick: { show: false } }) })),
      yAxis: names.map((name, i) => ({ type: "value", gridIndex: i, min: 0, max: highest * 1.08, splitNumber: height < 140 ? 2 : 5,
        name: names.length > 1 ? name : "GB/s", nameLocation: "end", nameGap: 5,
        nameTextStyle: { align: "left", padding: [0, 0, 0, names.length > 1 ? 4 : -40], color: c.text },
        axisLabel: { formatter: format.number, showMaxLabel: false } })),
      series: names.map((name, i) => ({
        type: "line", name, xAxisIndex: i, yAxisIndex: i, step: "end", symbol: "none", lineStyle: { width: 1.3 }, areaStyle: { opacity: 0.3 },
        itemStyle: { color: c.series[i % c.series.length] },
        // A window's rate stands from its beginning to its end.
        data: [...rates[i].map((rate, bin) => [at(bin), rate]), [Math.min(at(bins), run.window_ps / size), rates[i].at(-1)]],
        ...(roof && { markLine: { silent: true, symbol: "none", lineStyle: { color: c.soft, type: "dashed" },
          data: [{ yAxis: roof / 1e9 }], label: { formatter: `at most ${format.byteRate(roof)}`, position: "insideEndTop", color: c.soft } } }),
      })),
    }),
    data: table(`${title}, GB/s, windows of ${format.picoseconds(run.bin_ps)}`,
      [{ text: `from ${unit}`, number: true }, ...names.map((name) => ({ text: name, number: true }))],
      Array.from({ length: bins }, (_, bin) => [format.number(at(bin)), ...rates.map((values) => format.number(values[bin] ?? 0))])),
  });
}

export function hostMemory(run) {
  if (!run.series?.[MEMORY]) return undefined;
  return panels({ run, title: "Host memory over time", note: `${label(run)}, both directions.`, names: [MEMORY], height: 250,
    roof: peaks(run).memory });
}

export function channels(run) {
  const names = Object.keys(run.series ?? {}).filter((name) => name !== MEMORY);
  if (names.length === 0) return undefined;
  return panels({ run, title: "DMA of the tiles over time", names, height: 104, note: "GB/s of all channels of a kind of tile and a direction "
    + "together, on one scale. MM2S reads memory into the streams, S2MM writes it." });
}
