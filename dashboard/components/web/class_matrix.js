// A class × class table of mean answers: rows are true classes, columns the answers.

import { classNames } from "./class_names.js";
import { element, say } from "./dom.js";
import { heatMap } from "./heat_map.js";
import { percent } from "./numbers.js";

const CROWDED = 30; // classes; beyond, lines between the cells would hide them

/**
 * @param rest what stands there of rows without examples, with {count}; under a pointer `sentence`
 * @param sentence (truth, answer, percent) => the sentence under the pointer
 * @param hover called with a class (the column), or null
 * @returns {root, draw(table, scale), mark(truth, hovered)}
 */
export function classMatrix({ classes, label, rest, sentence, hover = () => {} }) {
  const count = classes.length;
  const shownSentence = element("p", { class: "kd-matrix-sentence", "aria-live": "polite" });
  let shown = null;
  const point = (row, column) => {
    shownSentence.textContent = row === null || Number.isNaN(shown?.[row * count + column])
      ? emptyRows()
      : sentence(classes[row], classes[column], percent(shown[row * count + column]));
    hover(column);
  };
  const emptyRows = () => {
    const empty = classes.filter((_, c) => Number.isNaN(shown?.[c * count])).length;
    return empty ? say(rest, { count: empty }) : "";
  };
  const map = heatMap({ label, hover: point, keys: true });
  const mark = (kind) => element("div", { class: `kd-matrix-mark ${kind}`, hidden: "" });
  const [line, column] = [mark("kd-matrix-row"), mark("kd-matrix-column")];
  map.root.append(line, column);
  map.root.classList.toggle("kd-heat-ruled", count <= CROWDED);
  const [left, top] = [classNames(classes, "left"), classNames(classes, "above")];
  const root = element("div", { class: "kd-matrix", style: `--classes:${count}` },
    element("div", { class: "kd-matrix-body" }, top.root, left.root, map.root), shownSentence);
  const place = (node, at, style) => {
    node.hidden = at === null;
    node.style.setProperty(style, at);
  };
  return {
    root,
    draw(table, scale) {
      const first = !shown;
      shown = table;
      if (first) shownSentence.textContent = emptyRows();
      map.draw(table, count, scale);
    },
    mark(truth, hovered) {
      place(line, truth, "--at");
      place(column, hovered, "--at");
      left.mark(truth);
      top.mark(null, hovered);
    },
  };
}
