// SPDX-License-Identifier: Apache-2.0
// ECharts with what we draw and no more, in the colours of the page.
import { BarChart, HeatmapChart, LineChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, VisualMapComponent }
  from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

import { details, element } from "./dom.js";

use([BarChart, HeatmapChart, LineChart, ScatterChart, AriaComponent, GridComponent, LegendComponent, MarkLineComponent,
  TooltipComponent, VisualMapComponent, SVGRenderer]);

const charts = new Set();

export function colours() {
  const style = getComputedStyle(document.documentElement);
  const get = (name) => style.getPropertyValue(name).trim();
  return {
    font: getComputedStyle(document.body).fontFamily,
    text: get("--text"), soft: get("--soft"), line: get("--line"), card: get("--card"), accent: get("--accent"),
    series: [1, 2, 3, 4, 5, 6, 7, 8].map((i) => get(`--series-${i}`)),
    idle: get("--idle"), heat: [get("--heat-0"), get("--heat-1"), get("--heat-2")],
  };
}

/** Names from the database are text: the tooltip is an element, not markup. `lines`: of text. */
export function tip(lines) {
  return element("div", {}, lines.map((line, i) => element(i === 0 ? "strong" : "div", {}, line)));
}

const axisStyle = (axis, c) => ({
  nameTextStyle: { color: c.soft }, axisLabel: { color: c.soft, ...axis.axisLabel }, axisLine: { lineStyle: { color: c.line } },
  splitLine: { lineStyle: { color: c.line } }, ...axis, ...(axis.axisLabel ? { axisLabel: { color: c.soft, ...axis.axisLabel } } : {}),
});

function styled(option, c) {
  const axes = (list) => (Array.isArray(list) ? list : [list]).filter(Boolean).map((axis) => axisStyle(axis, c));
  return {
    animation: false, color: c.series, textStyle: { color: c.text, fontFamily: c.font }, ...option,
    aria: { enabled: true, label: { description: option.title_ } },
    tooltip: { backgroundColor: c.card, borderColor: c.line, textStyle: { color: c.text }, confine: true, ...option.tooltip },
    legend: option.legend && { textStyle: { color: c.text }, type: "plain", top: 0, ...option.legend },
    xAxis: axes(option.xAxis), yAxis: axes(option.yAxis),
  };
}

/**
 * A chart with its caption and its table. `draw(colours)` gives the option of ECharts; `rows()` the table;
 * `click(event)` is called for clicks on marks.
 */
export function figure({ title, note, height = 340, draw, data, click }) {
  const canvas = element("div", { class: "chart", style: `height:${height}px`, role: "img", "aria-label": title });
  const node = element("figure", {}, element("figcaption", {}, element("h3", {}, title), note && element("p", {}, note)),
    canvas, details("The same as a table", data));
  const chart = { node: canvas, draw, click, title };
  chart.mount = () => {
    chart.view?.dispose();
    chart.view = init(canvas, null, { renderer: "svg" });
    chart.view.setOption(styled({ title_: title, ...draw(colours()) }, colours()));
    if (click) chart.view.on("click", click);
  };
  charts.add(chart);
  return node;
}

/** Draws what is on the page and forgets what no longer is. Call after each change of the page. */
export function mountAll(again = false) {
  for (const chart of charts) {
    if (!chart.node.isConnected) {
      if (!chart.view) continue;  // Not on the page yet.
      chart.view.dispose();
      charts.delete(chart);
    } else if (!chart.view || again) {
      chart.mount();
    }
  }
}

addEventListener("resize", () => charts.forEach((chart) => chart.view?.resize()));
