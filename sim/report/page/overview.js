// SPDX-License-Identifier: Apache-2.0
// The first things that one wants to know.
import { element } from "./dom.js";
import { data, format, label, runs } from "./model.js";

const card = (title, value, note) =>
  element("div", { class: "card" }, element("div", { class: "what" }, title), element("div", { class: "value" }, value),
    element("div", { class: "note" }, note));

export function overview() {
  const all = data.sweeps.flatMap((sweep) => sweep.points);
  const failed = all.filter((point) => point.status === "failed").length;
  const open = all.filter((point) => point.status === "open").length;
  const cards = [card("Runs", String(runs.length),
    [failed && `${failed} failed`, open && `${open} not run yet`].filter(Boolean).join(", ") || "all succeeded")];
  if (runs.length > 0) {
    const sorted = [...runs].sort((a, b) => a.time_ps - b.time_ps);
    const [fastest, slowest] = [sorted[0], sorted[sorted.length - 1]];
    cards.push(card("Fastest", format.picoseconds(fastest.time_ps), label(fastest, true)));
    if (runs.length > 1) {
      cards.push(card("Slowest", `${format.picoseconds(slowest.time_ps)} (${format.ratio(slowest.time_ps / fastest.time_ps)})`,
        label(slowest, true)));
    }
  }
  const strongest = data.sweeps.flatMap((sweep) => sweep.sensitivities)
    .sort((a, b) => Math.abs(b.elasticity) - Math.abs(a.elasticity))[0];
  if (strongest) {
    cards.push(card("Time depends most on", strongest.factor,
      `1 % more of it changes the time of ${strongest.workload} by ${format.elasticity(strongest.elasticity)} %`));
  }
  return element("section", { id: "overview" }, element("h2", {}, "At a glance"), element("div", { class: "cards" }, cards));
}
