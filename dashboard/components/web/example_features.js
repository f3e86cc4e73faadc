// Rows of numbers: a point of the plane in its cloud, others as columns; of tables with their names.

import { element } from "./dom.js";

const MOST_ROWS = 10; // columns of a table that are seen at once

/** Draw example `index` on a canvas. */
function draw(canvas, examples, index) {
  (examples.arrays.points.shape[1] === 2 ? drawCloud : drawColumns)(canvas, examples, index);
}

/** The numbers that a network is asked with. */
function question({ arrays: { points: { values, shape } } }, index) {
  return Array.from(values.subarray(index * shape[1], (index + 1) * shape[1]));
}

/** The columns of a table with the values of example `index`; many of them are scrolled. */
function detail({ arrays: { columns, values } }, index) {
  if (!columns) return null;
  const names = new TextDecoder().decode(columns.values).split("\n");
  const at = index * values.shape[1];
  const table = element("table", { class: "kd-table kd-example-columns" },
    element("tbody", {}, ...names.map((name, f) => element("tr", {},
      element("th", { scope: "row" }, name), element("td", {}, valueText(values.values[at + f]))))));
  return names.length > MOST_ROWS ? element("div", { class: "kd-example-scroll", tabindex: "0" }, table) : table;
}

/** Up to six digits that mean something: float32 has no more. */
const valueText = (value) => String(Number(value.toPrecision(6)));

const SIDE = 160;

function blank(canvas) {
  canvas.width = canvas.height = SIDE;
  canvas.classList.add("kd-smooth");
  const context = canvas.getContext("2d");
  context.fillStyle = "#12161c";
  context.fillRect(0, 0, SIDE, SIDE);
  return context;
}

function drawCloud(canvas, { arrays: { points: { values: inputs, shape } }, labels }, index) {
  const context = blank(canvas);
  const place = [0, 1].map((axis) => {
    const values = Array.from({ length: shape[0] }, (_, w) => inputs[2 * w + axis]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return (w) => (0.08 + (0.84 * (values[w] - low)) / (high - low || 1)) * SIDE;
  });
  const dot = (w, radius) => {
    context.beginPath();
    context.arc(place[0](w), SIDE - place[1](w), radius, 0, 2 * Math.PI);
    context.fill();
  };
  for (let w = 0; w < shape[0]; w++) {
    context.fillStyle = labels[w] === labels[index] ? "#8fa3b8" : "#46535f";
    dot(w, 3);
  }
  context.fillStyle = "#fde725";
  dot(index, 8);
}

function drawColumns(canvas, { arrays: { points: { values: inputs, shape } } }, index) {
  const context = blank(canvas);
  const features = shape[1];
  context.fillStyle = "#8fd744";
  for (let f = 0; f < features; f++) {
    const values = Array.from({ length: shape[0] }, (_, w) => inputs[w * features + f]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const length = ((values[index] - low) / (high - low || 1)) * SIDE * 0.9 + 2;
    context.fillRect((f * SIDE) / features + 1, SIDE - length, SIDE / features - 2, length);
  }
}

export const featuresExamples = { draw, question, detail };
