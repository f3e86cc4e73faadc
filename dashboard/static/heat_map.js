// Heat maps on a canvas of one pixel a cell; the style sheet stretches it without smoothing.

import { element } from "./dom.js";
import { COLOURS, LOG_FLOOR, shade, superscript } from "./numbers.js";

/**
 * A table of probabilities as colours.
 * @param label accessible name
 * @param hover called with (row, column), or nulls when the pointer leaves
 * @param press called with (row, column)
 * @returns {root, canvas, draw(table, columns, scale)}: table flat, row by row; NaN stays clear
 */
export function heatMap({ label, hover = () => {}, press = () => {} }) {
  const canvas = element("canvas", { class: "kd-heat", role: "img", "aria-label": label });
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
  return { root, canvas, cell, draw: (...table) => paint(canvas, ...table) };
}

function paint(canvas, table, columns, scale) {
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

/** The colour scale with its numbers; `show("linear" | "log")`. */
export function legend(label) {
  const ramp = element("canvas", { class: "kd-heat kd-legend-ramp", "aria-hidden": "true" });
  const shares = Float32Array.from({ length: 256 }, (_, at) => at / 255);
  paint(ramp, shares, 256, "linear");
  const numbers = element("div", { class: "kd-legend-numbers" });
  const show = (scale) => {
    const lowest = Math.round(Math.log10(LOG_FLOOR));
    const exponents = Array.from({ length: 1 - lowest }, (_, at) => lowest + at);
    const texts = scale === "linear"
      ? ["0", "0.25", "0.5", "0.75", "1"]
      : exponents.map((e) => (e === 0 ? "1" : `${e === lowest ? "≤" : ""}10${superscript(e)}`));
    numbers.replaceChildren(...texts.map((text) => element("span", {}, text)));
  };
  show("linear");
  const root = element("div", { class: "kd-legend" },
    element("span", { class: "kd-legend-name" }, label), element("div", {}, ramp, numbers));
  return { root, show };
}
