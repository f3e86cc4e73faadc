// Watched examples: images drawn pixel by pixel, points as a dot in their cloud.

import { decode } from "./numbers.js";

/** The message's base64 arrays as typed arrays: inputs, labels, shape, kind. */
export function readExamples(message) {
  const images = message.kind === "images";
  return {
    images,
    shape: message.shape,
    inputs: decode(message.inputs, images ? Uint8Array : Float32Array),
    labels: decode(message.labels, Int32Array),
    classes: message.classes,
  };
}

/** Draw example `index` on a canvas; the style decides its size on the page. */
export function drawExample(canvas, examples, index) {
  if (examples.images) drawImage(canvas, examples, index);
  else if (examples.shape[1] === 2) drawCloud(canvas, examples, index);
  else drawFeatures(canvas, examples, index);
}

function drawImage(canvas, { inputs, shape }, index) {
  const [, height, width, channels] = shape;
  const size = height * width;
  canvas.width = width;
  canvas.height = height;
  const pixels = new ImageData(width, height);
  for (let at = 0; at < size; at++) {
    const from = (index * size + at) * channels;
    for (let part = 0; part < 3; part++) {
      pixels.data[at * 4 + part] = inputs[from + (channels === 1 ? 0 : part)];
    }
    pixels.data[at * 4 + 3] = 255;
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

const SIDE = 160;

function blank(canvas) {
  canvas.width = canvas.height = SIDE;
  canvas.classList.add("kd-smooth");
  const context = canvas.getContext("2d");
  context.fillStyle = "#12161c";
  context.fillRect(0, 0, SIDE, SIDE);
  return context;
}

function drawCloud(canvas, { inputs, labels, shape }, index) {
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

function drawFeatures(canvas, { inputs, shape }, index) {
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
