// SPDX-License-Identifier: Apache-2.0
// Time against one factor, a line for each value of another, the rest held.
import { figure, mountAll, tip } from "./chart.js";
import { element, select, table } from "./dom.js";
import { data, format, runs, withUnit } from "./model.js";

const WORKLOAD = "workload";
const PRESET = "preset";
const FILE = "file";

/** What can vary between runs, with its values in order. */
function dimensions() {
  const found = new Map();
  const add = (name, value) => {
    if (!found.has(name)) found.set(name, new Set());
    found.get(name).add(value);
  };
  for (const run of runs) {
    add(WORKLOAD, run.workload);
    if (run.preset) add(PRESET, run.preset);
    if (data.sweeps.length > 1) add(FILE, run.sweep.file);
    for (const [name, value] of Object.entries(run.values)) add(name, value);
  }
  const order = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : 0);
  return [...found].map(([name, values]) => ({ name, values: [...values].sort(order) })).filter(({ values }) => values.length > 1);
}

/** 1, 2 and 5 of each decade between the ends. */
function logTicks(low, high) {
  const ticks = [];
  for (let decade = 10 ** Math.floor(Math.log10(low)); decade <= high; decade *= 10) {
    ticks.push(...[1, 2, 5].map((step) => step * decade).filter((tick) => tick >= low && tick <= high));
  }
  return ticks;
}

/** An axis on which `values` are; with their own ticks if they are few. */
function axis(values, name, own) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const log = isLog(values);
  const margin = own ? 1 : 1.25;
  const ticks = own && values.length <= 12 ? values : log ? logTicks(low / margin, high * margin) : undefined;
  const cut = !log && !own && low > 0.6 * high;
  return { type: log ? "log" : "value", name: log ? `${name}, logarithmic` : cut ? `${name}, not from 0` : name, nameLocation: "middle",
    ...(log ? { min: low / margin, max: high * margin } : own ? { min: low, max: high } : { scale: cut }),
    axisLabel: { formatter: format.number, ...(ticks && { customValues: ticks }) }, axisTick: ticks && { customValues: ticks } };
}

const valueIn = (run, name) =>
  (name === WORKLOAD ? run.workload : name === PRESET ? run.preset : name === FILE ? run.sweep.file : run.values[name]);

/** Ten or more between the ends asks for a logarithmic axis. */
const isLog = (values) => values.every((value) => typeof value === "number" && value > 0) &&
  Math.max(...values) >= 10 * Math.min(...values);

function plot(x, line, held) {
  const chosen = runs.filter((run) => Object.entries(held).every(([name, value]) =>
    valueIn(run, name) === undefined || String(valueIn(run, name)) === value) && valueIn(run, x.name) !== undefined);
  const names = line ? line.values : [""];
  const series = names.map((name) => ({
    name: line ? `${line.name} = ${name}` : "time",
    points: chosen.filter((run) => !line || valueIn(run, line.name) === name)
      .map((run) => [valueIn(run, x.name), run.time_ps / 1e6]).sort((a, b) => a[0] - b[0]),
  })).filter(({ points }) => points.length > 0);
  const numeric = x.values.every((value) => typeof value === "number");
  const times = series.flatMap(({ points }) => points.map(([, time]) => time));
  return figure({
    title: `Time against ${withUnit(x.name)}`,
    note: Object.entries(held).map(([name, value]) => `${name} = ${value}`).join(", ") || undefined,
    height: 400,
    draw: () => ({
      grid: { left: 76, right: 24, top: 24 + 24 * Math.ceil(series.length / 4), bottom: 52 },
      legend: { show: Boolean(line), data: series.map(({ name }) => name) },
      tooltip: { trigger: "item", formatter: (event) => tip([event.seriesName, `${x.name} = ${event.value[0]}`,
        format.picoseconds(event.value[1] * 1e6)]) },
      xAxis: { nameGap: 30, ...(numeric ? axis(x.values, withUnit(x.name), true)
        : { type: "category", name: withUnit(x.name), nameLocation: "middle", data: x.values }) },
      yAxis: { nameGap: 60, ...axis(times, "time (µs)", false) },
      series: series.map(({ name, points }, i) => ({ type: "line", name, data: points, symbolSize: 8,
        symbol: ["circle", "rect", "triangle", "diamond", "emptyCircle"][i % 5] })),
    }),
    data: table(`Time in µs`, [{ text: withUnit(x.name), number: true }, ...series.map(({ name }) => ({ text: name, number: true }))],
      x.values.map((value) => [String(value), ...series.map(({ points }) => {
        const point = points.find(([at]) => at === value);
        return point ? format.number(point[1]) : "";
      })])),
  });
}

export function sweepPlot() {
  const all = dimensions();
  const axes = all.filter(({ name }) => ![WORKLOAD, PRESET, FILE].includes(name));
  if (axes.length === 0) return undefined;
  const state = { x: axes[0].name, line: all.find(({ name }) => name !== axes[0].name)?.name ?? "", held: {} };
  const controls = element("div", { class: "controls" });
  const place = element("div", {});
  const update = () => {
    if (state.line === state.x) state.line = all.find(({ name }) => name !== state.x)?.name ?? "";
    const rest = all.filter(({ name }) => name !== state.x && name !== state.line);
    state.held = Object.fromEntries(rest.map(({ name, values }) => {
      const kept = values.map(String).includes(state.held[name]) ? state.held[name] : String(values[0]);
      return [name, kept];
    }));
    const again = (key) => (value) => {
      state[key] = value;
      update();
    };
    controls.replaceChildren(
      select("Horizontal", axes.map(({ name }) => [name, name]), state.x, again("x")),
      ...(all.length > 1 ? [select("A line for each", all.filter(({ name }) => name !== state.x).map(({ name }) => [name, name]),
        state.line, again("line"))] : []),
      ...rest.map(({ name, values }) => select(name, values.map((value) => [String(value), String(value)]), state.held[name],
        (value) => {
          state.held[name] = value;
          update();
        })));
    place.replaceChildren(plot(all.find(({ name }) => name === state.x), all.find(({ name }) => name === state.line), state.held));
    mountAll();
  };
  update();
  return element("section", { id: "sweep" }, element("h2", {}, "What the parameters do"), controls, place);
}
