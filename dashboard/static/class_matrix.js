// A class × class table of mean answers: rows are true classes, columns the answers.

import { element } from "./dom.js";
import { heatMap } from "./heat_map.js";
import { percent } from "./numbers.js";

const CROWDED = 30; // beyond, names would overlap: they are told under the pointer only

/**
 * @param tell (truth, answer, percent) => the sentence under the pointer
 * @param hover called with a class (the column), or null
 * @returns {root, draw(table, scale), mark(truth, hovered)}
 */
export function classMatrix({ classes, label, tell, hover = () => {} }) {
  const count = classes.length;
  const told = element("p", { class: "kd-matrix-told", "aria-live": "polite" });
  let shown = null;
  const point = (row, column) => {
    told.textContent = row === null || Number.isNaN(shown?.[row * count + column])
      ? ""
      : tell(classes[row], classes[column], percent(shown[row * count + column]));
    hover(column);
  };
  const map = heatMap({ label, hover: point, keys: true });
  const mark = (kind) => element("div", { class: `kd-matrix-mark ${kind}`, hidden: "" });
  const [line, column] = [mark("kd-matrix-row"), mark("kd-matrix-column")];
  map.root.append(line, column);
  map.root.classList.toggle("kd-heat-ruled", count <= CROWDED);
  const names = (kind) =>
    element("div", { class: `kd-matrix-names ${kind}`, "aria-hidden": "true" },
      ...(count > CROWDED ? [] : classes.map((name) => element("span", { title: name }, name))));
  const [left, top] = [names("kd-matrix-left"), names("kd-matrix-top")];
  const long = Math.max(...classes.map((name) => name.length)) > 3;
  const root = element("div", {
    class: `kd-matrix${long ? " kd-matrix-long" : ""}`, style: `--classes:${count}`,
  }, element("div", { class: "kd-matrix-body" }, top, left, map.root), told);
  const place = (node, at, style) => {
    node.hidden = at === null;
    node.style.setProperty(style, at);
  };
  return {
    root,
    draw(table, scale) {
      shown = table;
      map.draw(table, count, scale);
    },
    mark(truth, hovered) {
      place(line, truth, "--at");
      place(column, hovered, "--at");
      [...left.children].forEach((name, c) => name.classList.toggle("kd-true", c === truth));
      [...top.children].forEach((name, c) => name.classList.toggle("kd-hovered", c === hovered));
    },
  };
}
