// SPDX-License-Identifier: Apache-2.0
// The array as a grid of tiles, shim at the bottom, coloured by what they did.
import { figure, tip } from "./chart.js";
import { table } from "./dom.js";
import { format, parameter, place, resourcesOf, stalledTotal } from "./model.js";

const most = (uses, value) => uses.reduce((best, use) => Math.max(best, value(use)), 0);

/** Each gives a number for the resources of a tile; shares are of the whole time. */
export const MEASURES = {
  dma: { text: "busiest DMA channel", share: true, of: (uses, window) => most(uses.filter((use) => use.part.startsWith("DMA/")),
    (use) => use.busy) / window },
  core: { text: "core", share: true, of: (uses, window) => most(uses.filter((use) => use.part === "core"), (use) => use.busy) / window },
  matrix: { text: "matrix unit of the core", share: true,
    of: (uses, window) => most(uses.filter((use) => use.part === "core/matrix unit"), (use) => use.busy) / window },
  ports: { text: "busiest stream port", share: true,
    of: (uses, window) => most(uses.filter((use) => use.part.startsWith("stream switch/")), (use) => use.busy) / window },
  waits: { text: "longest wait", share: true, of: (uses, window) => most(uses, stalledTotal) / window },
  bytes: { text: "bytes by DMA", share: false, of: (uses) => uses.filter((use) => use.part.startsWith("DMA/"))
    .reduce((sum, use) => sum + use.bytes, 0) },
};

/** Rows from the bottom, as `place` counts them. */
export function tiles(run) {
  const columns = parameter(run, "array.columns");
  const memory = parameter(run, "array.mem_rows");
  const rows = 1 + memory + parameter(run, "array.core_rows");
  const byTile = new Map();
  for (const use of resourcesOf(run)) {
    const at = place(use.name);
    if (!at) continue;
    const key = `${at.column},${at.row}`;
    if (!byTile.has(key)) byTile.set(key, []);
    byTile.get(key).push({ ...use, part: at.part });
  }
  const kindOf = (row) => (row === 0 ? "shim" : row <= memory ? "memory" : "compute");
  return { columns, rows, kindOf, uses: (column, row) => byTile.get(`${column},${row}`) ?? [] };
}

export function heatMap(run, measure) {
  const { columns, rows, kindOf, uses } = tiles(run);
  const { text, share, of } = MEASURES[measure];
  const shown = share ? format.percent : format.bytes;
  const cells = [];
  for (let column = 0; column < columns; ++column) {
    for (let row = 0; row < rows; ++row) cells.push([column, row, of(uses(column, row), run.window_ps)]);
  }
  const highest = share ? 1 : Math.max(1, ...cells.map(([, , value]) => value));
  return figure({
    title: `The array: ${text}`,
    note: share ? `Share of ${format.picoseconds(run.window_ps)}.` : "Over the whole run.",
    height: 80 + 46 * rows,
    draw: (c) => ({
      grid: { left: 96, right: 90, top: 12, bottom: 44 },
      tooltip: { trigger: "item", formatter: ({ value: [column, row, value] }) => tip([`column ${column}, ${kindOf(row)} tile ${row}`,
        `${text}: ${shown(value)}`, ...[...uses(column, row)].sort((a, b) => b.busy - a.busy).slice(0, 5)
          .map((use) => `${use.part}: busy ${format.picoseconds(use.busy)}`)]) },
      xAxis: { type: "category", data: Array.from({ length: columns }, (_, i) => `column ${i}`), splitLine: { show: false } },
      yAxis: { type: "category", data: Array.from({ length: rows }, (_, row) => `${kindOf(row)} ${row}`), splitLine: { show: false } },
      visualMap: { min: 0, max: highest, calculable: false, orient: "vertical", right: 0, top: "middle", itemHeight: 110,
        inRange: { color: c.heat }, textStyle: { color: c.soft }, text: [shown(highest), shown(0)], formatter: shown },
      series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: c.card, borderWidth: 3, borderRadius: 4 },
        label: { show: true, formatter: ({ value }) => shown(value[2]), textBorderColor: c.card, textBorderWidth: 2, color: c.text } }],
    }),
    data: table(`The array: ${text}`, [{ text: "tile" }, ...Array.from({ length: columns }, (_, i) => ({ text: `column ${i}`, number: true }))],
      Array.from({ length: rows }, (_, i) => rows - 1 - i).map((row) => [`${kindOf(row)} ${row}`,
        ...Array.from({ length: columns }, (_, column) => shown(of(uses(column, row), run.window_ps)))])),
  });
}
