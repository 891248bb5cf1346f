// SPDX-License-Identifier: Apache-2.0
// Elements without markup in strings: names from a database are text, never HTML.

/** element("p", {class: "note"}, "text", child, ...) */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return node;
}

/** A labelled <select>; `options`: [value, text]. Calls `change` with the value. */
export function select(label, options, value, change) {
  const list = element("select", { change: () => change(list.value) },
    options.map(([key, text]) => element("option", { value: key, selected: key === value }, text)));
  return element("label", { class: "choice" }, element("span", {}, label), list);
}

/** Rows of cells; a cell is text or {text, class, title}. `columns`: {text, number}. */
export function table(caption, columns, rows) {
  const cell = (content, column) => {
    const { text, ...rest } = typeof content === "object" && content !== null ? content : { text: content };
    const classes = [column.number ? "number" : "", rest.class ?? ""].join(" ").trim();
    return element("td", { class: classes || undefined, title: rest.title }, text ?? "");
  };
  return element("table", {},
    element("caption", {}, caption),
    element("thead", {}, element("tr", {},
      columns.map((column) => element("th", { scope: "col", class: column.number ? "number" : undefined }, column.text)))),
    element("tbody", {}, rows.map((row) => element("tr", {}, row.map((content, i) => cell(content, columns[i]))))));
}

/** A table that opens on demand. */
export function details(summary, content) {
  return element("details", {}, element("summary", {}, summary), element("div", { class: "scroll" }, content));
}
