// SPDX-License-Identifier: Apache-2.0
// Every point as a row; a click on a head sorts, one on a row's button chooses the run.
import { element } from "./dom.js";
import { data, format, withUnit } from "./model.js";

const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a ?? "").localeCompare(String(b ?? "")));

export function allRuns(choose) {
  const factors = [...new Set(data.sweeps.flatMap((sweep) => sweep.factors))];
  const points = data.sweeps.flatMap((sweep, file) => sweep.points.map((point) => ({ ...point, sweep, id: `${file}:${point.number}` })));
  const presets = points.some(({ preset }) => preset);
  const columns = [
    ...(data.sweeps.length > 1 ? [{ text: "file", of: (point) => point.sweep.file }] : []),
    { text: "workload", of: (point) => point.workload },
    ...(presets ? [{ text: "preset", of: (point) => point.preset }] : []),
    ...factors.map((name) => ({ text: withUnit(name), number: true, of: (point) => point.values[name],
      show: (value) => (typeof value === "number" ? format.number(value) : value) })),
    { text: "time (µs)", number: true, of: (point) => point.time_ps && point.time_ps / 1e6, show: format.number },
    { text: "host memory", number: true, of: (point) => point.ddr_bytes, show: format.bytes },
    { text: "host memory rate", number: true, of: (point) => point.ddr_bytes && point.ddr_bytes / (point.window_ps / 1e12), show: format.byteRate },
    ...(points.some(({ energy_pj }) => energy_pj !== undefined)
      ? [{ text: "energy (guess)", number: true, of: (point) => point.energy_pj, show: format.energy }] : []),
  ];
  const body = element("tbody", {});
  const heads = [];
  let sorted = { column: undefined, down: false };
  const fill = () => {
    const rows = [...points];
    if (sorted.column) rows.sort((a, b) => (sorted.down ? -1 : 1) * compare(sorted.column.of(a), sorted.column.of(b)));
    body.replaceChildren(...rows.map((point) => element("tr", {},
      columns.map((column) => {
        const value = column.of(point);
        return element("td", { class: column.number ? "number" : undefined }, value === undefined ? "" : column.show ? column.show(value) : String(value));
      }),
      element("td", {}, point.status === "done" ? element("button", { type: "button", click: () => choose(point.id, true) }, "look")
        : element("span", { class: "failed" }, point.status === "open" ? "not run yet" : `failed: ${point.error}`)))));
    heads.forEach(({ head, column }) => head.setAttribute("aria-sort",
      sorted.column !== column ? "none" : sorted.down ? "descending" : "ascending"));
  };
  const head = element("tr", {}, columns.map((column) => {
    const cell = element("th", { scope: "col", class: column.number ? "number" : undefined }, element("button", { type: "button",
      class: "sort", click: () => {
        sorted = { column, down: sorted.column === column && !sorted.down };
        fill();
      } }, column.text));
    heads.push({ head: cell, column });
    return cell;
  }), element("th", { scope: "col" }, ""));
  fill();
  return element("section", { id: "runs" }, element("h2", {}, "All runs"), element("div", { class: "scroll tall" },
    element("table", {}, element("caption", {}, `${points.length} points; heads sort`), element("thead", {}, head), body)));
}
