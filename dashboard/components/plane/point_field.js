// The points of a data set before training; or an empty field on which points are drawn by hand.

import { choice, element, mountOnce, say, stylesheet } from "./dom.js";
import { decode } from "./numbers.js";
import { colourOfClass, drawPoints, fitCanvas } from "./plane_points.js";

const REACH = 3; // of a drawn plane, on both sides of 0
const SPRAY = 4; // points of a touch
const SPREAD = 0.12; // standard deviation of a spray
const APART = 0.15; // of the plane, between two sprays while the pointer moves
const MOST = 2000;
const MOST_CLASSES = 4;
const MARGIN = 0.06;
const STEP = 0.25; // of the plane, that an arrow key moves the spray

export const mount = mountOnce(async (data) => {
  await Promise.all([stylesheet("controls.css"), stylesheet("plane.css")]);
  return data.drawn ? drawn(data) : shown(data);
});

function shown({ points: encoded, labels: encodedLabels, words }) {
  const points = decode(encoded, Float32Array);
  const labels = decode(encodedLabels, Int32Array);
  const counts = new Map();
  labels.forEach((label) => counts.set(label, (counts.get(label) ?? 0) + 1));
  const said = say(words.shown, { points: labels.length, classes: counts.size });
  const canvas = element("canvas", { class: "kd-plane", role: "img", "aria-label": said });
  const draw = () => {
    const side = fitCanvas(canvas);
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, side, side);
    const axis = (from) => {
      const values = Array.from({ length: labels.length }, (_, at) => points[2 * at + from]);
      const low = values.reduce((a, b) => Math.min(a, b), Infinity);
      const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
      return (value) => MARGIN + ((1 - 2 * MARGIN) * (value - low)) / (high - low || 1);
    };
    const [x, y] = [axis(0), axis(1)];
    drawPoints(context, { points, labels }, (a, b) => [x(a) * side, (1 - y(b)) * side], side / 110);
  };
  const watch = new ResizeObserver(draw);
  watch.observe(canvas);
  const root = element("section", { class: "kd kd-point-field", "aria-label": words.title }, canvas,
    element("p", { class: "kd-caption" }, said));
  return { root, end: () => watch.disconnect() };
}

function drawn({ words }) {
  let strokes = []; // of [x, y, class] each
  let number = 0;
  let at = null; // of the keyboard
  let pointer = null; // the one that draws; a second finger is let pass
  const canvas = element("canvas", { class: "kd-plane kd-plane-drawn", tabindex: 0,
    role: "application", "aria-label": words.field, "data-testid": "point-field" });
  const told = element("p", { class: "kd-caption", role: "status" });
  const names = Object.fromEntries(Array.from({ length: MOST_CLASSES }, (_, one) =>
    [one, say(words.class_number, { number: one + 1 })]));
  const classes = choice(words.classes, names, "0", (name) => {
    number = Number(name);
    draw();
  });
  const button = (name, act) => element("button", { type: "button", class: "kd-plane-button",
    "data-testid": `points-${name}`, onclick: act }, words[name]);
  const undo = button("undo", () => change(strokes.slice(0, -1)));
  const clear = button("clear", () => change([]));
  const learn = button("learn", () => learn.dispatchEvent(
    new CustomEvent("kd-points", { bubbles: true, detail: strokes.flat() })));
  learn.classList.add("kd-plane-main");

  function draw() {
    const side = fitCanvas(canvas);
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, side, side);
    const all = strokes.flat();
    const place = (x, y) => [((x + REACH) / (2 * REACH)) * side, ((REACH - y) / (2 * REACH)) * side];
    drawPoints(context, { points: all.flatMap(([x, y]) => [x, y]),
      labels: all.map(([, , label]) => label) }, place, side / 90);
    if (at && document.activeElement === canvas) {
      context.strokeStyle = colourOfClass(number);
      context.lineWidth = 3;
      context.beginPath();
      context.arc(...place(...at), side / 30, 0, 2 * Math.PI);
      context.stroke();
    }
    const counts = Object.keys(names).map((one) => all.filter(([, , c]) => c === Number(one)).length);
    told.textContent = [say(words.counts, { counts: counts.filter(Boolean).join(" + ") || 0 }),
      ...(isFull() ? [say(words.full, { most: MOST })] : [])].join(" ");
    undo.disabled = clear.disabled = !strokes.length;
    learn.disabled = !all.length;
  }
  function change(other) {
    strokes = other;
    pointer = null; // what it was drawing may be gone
    draw();
  }
  const normal = () => SPREAD * Math.sqrt(-2 * Math.log(1 - Math.random()))
    * Math.cos(2 * Math.PI * Math.random());
  const isFull = () => strokes.flat().length + SPRAY > MOST;
  const spray = ([x, y]) => {
    if (isFull()) return;
    for (let one = 0; one < SPRAY; one++) strokes.at(-1).push([x + normal(), y + normal(), number]);
    draw();
  };
  const place = (event) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return [(2 * (event.clientX - left) / width - 1) * REACH,
      (1 - (2 * (event.clientY - top)) / height) * REACH];
  };
  /** A stroke of its own, which is undone as a whole; none that would stay empty. */
  const begin = (where) => {
    if (isFull()) return;
    strokes.push([]);
    spray(where);
  };
  let last = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button > 0) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    last = place(event);
    begin(last);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const now = place(event);
    if (Math.hypot(now[0] - last[0], now[1] - last[1]) < APART) return;
    last = now;
    spray(now);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      if (event.pointerId === pointer) pointer = null;
    });
  }
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moves[event.key];
    if (!move && event.key !== " " && event.key !== "Backspace") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Backspace") return change(strokes.slice(0, -1));
    at ??= [0, 0];
    if (move) at = at.map((value, axis) => Math.min(Math.max(value + STEP * move[axis], -REACH), REACH));
    else begin(at);
    draw();
  });
  for (const name of ["focus", "blur"]) canvas.addEventListener(name, draw);
  const watch = new ResizeObserver(draw);
  watch.observe(canvas);
  const root = element("section", { class: "kd kd-point-field", "aria-label": words.title },
    element("div", { class: "kd-plane-tools" }, classes, undo, clear, learn), canvas, told,
    element("p", { class: "kd-caption" }, words.keys));
  return { root, end: () => watch.disconnect() };
}
