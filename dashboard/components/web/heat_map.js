// Heat maps on a canvas of one pixel a cell; the style sheet stretches it without smoothing.

import { element } from "./dom.js";
import { COLOURS, LOG_FLOOR, shade, superscript } from "./numbers.js";

/**
 * A table of probabilities as colours.
 * @param label accessible name
 * @param hover called with (row, column), or nulls when the pointer leaves
 * @param press called with (row, column)
 * @param keys whether arrows move from cell to cell; then `hover` is called as by the pointer
 * @returns {root, canvas, draw(table, columns, scale)}: table flat, row by row; NaN stays clear
 */
export function heatMap({ label, hover = () => {}, press = () => {}, keys = false }) {
  const canvas = element("canvas", { class: "kd-heat", role: keys ? "application" : "img", "aria-label": label,
    tabindex: keys ? 0 : undefined });
  const root = element("div", { class: "kd-heat-frame" }, canvas);
  const cell = (event) => {
    const box = canvas.getBoundingClientRect();
    const at = (place, size, count) =>
      Math.min(Math.max(Math.floor((place / size) * count), 0), count - 1);
    return [
      at(event.clientY - box.top, box.height, canvas.height),
      at(event.clientX - box.left, box.width, canvas.width),
    ];
  };
  canvas.addEventListener("pointermove", (event) => hover(...cell(event)));
  canvas.addEventListener("pointerleave", () => hover(null, null));
  canvas.addEventListener("click", (event) => press(...cell(event)));
  if (keys) stepByKeys(canvas, root, hover);
  return { root, canvas, cell, draw: (...table) => paint(canvas, ...table) };
}

/** Arrows, Home and End move a frame from cell to cell; Escape and leaving take it away. */
function stepByKeys(canvas, root, hover) {
  const frame = element("div", { class: "kd-heat-cell", hidden: "" });
  root.append(frame);
  let at = null;
  const show = (next) => {
    at = next;
    frame.hidden = !at;
    if (!at) return hover(null, null);
    const [row, column] = at;
    Object.assign(frame.style, {
      left: `${(column / canvas.width) * 100}%`, width: `${100 / canvas.width}%`,
      top: `${(row / canvas.height) * 100}%`, height: `${100 / canvas.height}%`,
    });
    hover(row, column);
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return show(null);
    const [row, column] = at ?? [0, 0];
    const next = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1], Home: [row, 0], End: [row, canvas.width - 1],
    }[event.key];
    if (!next) return;
    event.preventDefault();
    const within = (place, count) => Math.min(Math.max(place, 0), count - 1);
    show(at ? [within(next[0], canvas.height), within(next[1], canvas.width)] : [0, 0]);
  });
  canvas.addEventListener("blur", () => at && show(null));
}

/** Draw a table as one pixel a cell. */
export function paint(canvas, table, columns, scale) {
  const rows = table.length / columns;
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
  }
  if (!rows) return;
  const pixels = new ImageData(columns, rows);
  table.forEach((probability, at) => {
    if (Number.isNaN(probability)) return;
    const colour = Math.round(Math.min(Math.max(shade(probability, scale), 0), 1) * 255) * 3;
    for (let part = 0; part < 3; part++) pixels.data[at * 4 + part] = COLOURS[colour + part];
    pixels.data[at * 4 + 3] = 255;
  });
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

/** Numbers along a colour scale at equal distances, `linear` or `log`. */
export function scaleNumbers(scale) {
  if (scale === "linear") return ["0", "0.25", "0.5", "0.75", "1"];
  const lowest = Math.round(Math.log10(LOG_FLOOR));
  const exponents = Array.from({ length: 1 - lowest }, (_, at) => lowest + at);
  return exponents.map((e) => (e === 0 ? "1" : `${e === lowest ? "≤" : ""}10${superscript(e)}`));
}

/** The colour scale with its numbers; `show("linear" | "log")`. */
export function legend(label) {
  const ramp = element("canvas", { class: "kd-heat kd-legend-ramp", "aria-hidden": "true" });
  const shares = Float32Array.from({ length: 256 }, (_, at) => at / 255);
  paint(ramp, shares, 256, "linear");
  const numbers = element("div", { class: "kd-legend-numbers" });
  const show = (scale) =>
    numbers.replaceChildren(...scaleNumbers(scale).map((text) => element("span", {}, text)));
  show("linear");
  const root = element("div", { class: "kd-legend" },
    element("span", { class: "kd-legend-name" }, label), element("div", {}, ramp, numbers));
  return { root, show };
}
