// SPDX-License-Identifier: Apache-2.0
// What made these numbers, and how far they can be believed.
import { details, element, table } from "./dom.js";
import { data, format, parameterByName } from "./model.js";

/** Values of a parameter over all runs in which it does not have its default. */
function changed() {
  const values = new Map();
  for (const sweep of data.sweeps) {
    for (const point of sweep.points) {
      for (const [name, value] of Object.entries(point.settings ?? {})) {
        if (!values.has(name)) values.set(name, new Set());
        values.get(name).add(value);
      }
    }
  }
  return [...values].sort(([a], [b]) => a.localeCompare(b));
}

const shownValues = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length <= 6 ? sorted.map(format.number).join(", ")
    : `${format.number(sorted[0])} … ${format.number(sorted[sorted.length - 1])} (${sorted.length} values)`;
};

export function provenance() {
  const rows = changed().map(([name, values]) => {
    const { unit, default: value, confidence, source, description } = parameterByName.get(name);
    return [{ text: name, title: description }, unit === "1" ? "" : unit, format.number(value), shownValues(values),
      { text: confidence, class: confidence }, source];
  });
  const unmodelled = [...new Set(data.sweeps.flatMap((sweep) => sweep.points.flatMap((point) => point.unmodelled ?? [])))];
  const counts = Object.entries(data.parameters.reduce((sum, { confidence }) =>
    ({ ...sum, [confidence]: (sum[confidence] ?? 0) + 1 }), {})).map(([name, count]) => `${count} ${name}`).join(", ");
  return element("section", { id: "provenance" }, element("h2", {}, "Where these numbers come from"),
    element("p", {}, `All times are simulated. Of the ${data.parameters.length} parameters of the model, ${counts}; `,
      element("span", { class: "assumed" }, "assumed"), " means that there is no public evidence. Parameters that are not listed here have "
      + "their defaults (aie4sim config list)."),
    rows.length === 0 ? element("p", {}, "Every run has the default parameters.")
      : element("div", { class: "scroll" }, table("Parameters that differ from their defaults", [{ text: "parameter" }, { text: "unit" },
        { text: "default", number: true }, { text: "values here", number: true }, { text: "confidence in the default" }, { text: "source of the default" }], rows)),
    unmodelled.length > 0 && element("div", {}, element("h3", {}, "Touched, and not modelled"),
      element("ul", {}, unmodelled.map((name) => element("li", {}, name)))),
    data.sweeps.map((sweep) => element("div", {},
      element("h3", {}, sweep.file),
      element("p", { class: "note" }, `aie4sim ${sweep.version}, SHA-256 of the program ${sweep.build}`),
      details("The spec of the sweep", element("pre", {}, sweep.spec)))));
}
