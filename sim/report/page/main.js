// SPDX-License-Identifier: Apache-2.0
// The page: sections in order, and the run that is looked at.
import { allRuns } from "./all_runs.js";
import { channels, hostMemory } from "./bandwidth.js";
import { breakdown, parts } from "./breakdown.js";
import { mountAll } from "./chart.js";
import { compareFiles, compareRuns, partner } from "./compare.js";
import { element, select } from "./dom.js";
import { heatMap, MEASURES } from "./heat_map.js";
import { data, label, resourcesOf, runById, runs } from "./model.js";
import { overview } from "./overview.js";
import { provenance } from "./provenance.js";
import { roofline } from "./roofline.js";
import { sensitivity } from "./sensitivity.js";
import { sweepPlot } from "./sweep_plot.js";

const THEMES = { auto: "as the system", light: "light", dark: "dark" };

const state = { run: runs[0]?.id, other: undefined, measure: undefined };
const detail = element("div", {});
const roofs = element("div", {});
const comparison = element("div", {});

const choices = () => runs.map((run) => [run.id, label(run)]);

/** The measure that says most about a run: cores if they worked. */
const measureFor = (run) => (resourcesOf(run).some((use) => use.name.endsWith("/core") && use.busy > 0) ? "core" : "dma");

function choose(id, scroll = false) {
  state.run = id;
  update();
  if (scroll) document.getElementById("run").scrollIntoView();
}

function update() {
  const run = runById.get(state.run);
  if (!run) return;
  const other = runById.get(state.other) ?? partner(run);
  const measure = state.measure ?? measureFor(run);
  detail.replaceChildren(
    element("div", { class: "controls" }, select("Run", choices(), run.id, choose),
      select("Tiles show", Object.entries(MEASURES).map(([key, { text }]) => [key, text]), measure, (value) => {
        state.measure = value;
        update();
      })),
    ...(run.resources ? [parts(run), breakdown(run), element("div", { class: "two" }, heatMap(run, measure), hostMemory(run)),
      channels(run)].filter(Boolean)
      : [element("p", { class: "note" }, "The page has no details of this run; they are in the database (aie4sim report --details).")]));
  roofs.replaceChildren(roofline(run, choose));
  comparison.replaceChildren(...(other ? [element("div", { class: "controls" }, select("A", choices(), run.id, choose),
    select("B", choices(), other.id, (value) => {
      state.other = value;
      update();
    })), ...compareRuns(run, other)] : [element("p", { class: "note" }, "There is only one run.")]));
  mountAll();
}

function theme() {
  return select("Colours", Object.entries(THEMES), "auto", (value) => {
    if (value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
    mountAll(true);
  });
}

const sections = [
  overview(),
  sweepPlot(),
  sensitivity(),
  element("section", { id: "run" }, element("h2", {}, "One run"), detail),
  element("section", { id: "roofline" }, element("h2", {}, "How far from the limits"), roofs),
  element("section", { id: "comparison" }, element("h2", {}, "Two runs beside each other"), compareFiles(), comparison),
  allRuns(choose),
  provenance(),
].filter(Boolean);

document.body.append(
  element("header", {}, element("div", {}, element("h1", {}, data.sweeps.map(({ name }) => name).filter((name, i, all) =>
    all.indexOf(name) === i).join(" and ")), element("p", { class: "note" },
    `${data.sweeps.map(({ file }) => file).join(", ")} · aie4sim ${data.version} · simulated times`)), theme()),
  element("nav", { "aria-label": "Sections" }, sections.map((section) =>
    element("a", { href: `#${section.id}` }, section.querySelector("h2").textContent))),
  element("main", {}, sections));
update();
mountAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => mountAll(true));
document.documentElement.dataset.ready = "yes";
