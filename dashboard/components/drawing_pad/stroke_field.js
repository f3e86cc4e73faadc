// The field that is drawn on, by mouse, pen, finger or keyboard. Strokes are lists of points [x, y]
// from 0 to 1, y downwards.

import { element } from "./dom.js";

const STEP = 0.035; // of the field, that an arrow key moves the pen
const CLOSE = 0.004; // points nearer to each other are one
const PEN = 0.075; // breadth of the line as it is shown

/**
 * @param label accessible name
 * @param changed called after each change of the strokes
 * @returns {root, strokes, set(strokes), undo(), clear()}
 */
export function strokeField({ label, changed }) {
  const canvas = element("canvas", {
    class: "kd-pad-field", tabindex: 0, role: "application", "aria-label": label,
    "data-testid": "drawing-field",
  });
  let strokes = [];
  let pointer = null; // the one that draws; a second finger is let pass
  let pen = null; // of the keyboard: {x, y, down}

  function draw() {
    const side = Math.round(canvas.clientWidth * (window.devicePixelRatio || 1)) || 300;
    if (canvas.width !== side) canvas.width = canvas.height = side;
    const context = canvas.getContext("2d");
    context.fillStyle = "#000";
    context.fillRect(0, 0, side, side);
    Object.assign(context, { strokeStyle: "#fff", lineWidth: PEN * side, lineCap: "round",
      lineJoin: "round" });
    for (const [first, ...rest] of strokes) {
      context.beginPath();
      context.moveTo(first[0] * side, first[1] * side);
      for (const [x, y] of rest.length ? rest : [first]) context.lineTo(x * side, y * side);
      context.stroke();
    }
    if (pen && document.activeElement === canvas) {
      Object.assign(context, { strokeStyle: pen.down ? "#fde725" : "#cc79a7", lineWidth: 3 });
      context.beginPath();
      context.arc(pen.x * side, pen.y * side, (PEN / 2) * side, 0, 2 * Math.PI);
      context.stroke();
    }
  }
  const change = () => {
    draw();
    changed();
  };
  const place = (event) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const share = (value) => Math.min(Math.max(value, 0), 1);
    return [share((event.clientX - left) / width), share((event.clientY - top) / height)];
  };
  const add = (point) => {
    const stroke = strokes.at(-1);
    const last = stroke.at(-1);
    if (Math.hypot(point[0] - last[0], point[1] - last[1]) >= CLOSE) stroke.push(point);
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button > 0) return;
    pointer = event.pointerId;
    pen = null;
    canvas.setPointerCapture(pointer);
    strokes.push([place(event)]);
    change();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const one of moves.length ? moves : [event]) add(place(one));
    change();
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      if (event.pointerId === pointer) pointer = null;
    });
  }

  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moves[event.key];
    if (!move && event.key !== " " && event.key !== "Backspace") return;
    event.preventDefault();
    event.stopPropagation();
    pen ??= { x: 0.5, y: 0.2, down: false };
    if (event.key === "Backspace") return undo();
    if (event.key === " ") {
      pen.down = !pen.down;
      if (pen.down) strokes.push([[pen.x, pen.y]]);
    } else {
      const to = (value, by) => Math.min(Math.max(value + by * STEP, 0), 1);
      pen = { ...pen, x: to(pen.x, move[0]), y: to(pen.y, move[1]) };
      if (pen.down) add([pen.x, pen.y]);
    }
    change();
  });
  for (const name of ["focus", "blur"]) canvas.addEventListener(name, draw);

  function set(other) {
    strokes = other.map((stroke) => stroke.map((point) => [...point]));
    if (pen) pen.down = false;
    pointer = null; // what it was drawing may be gone
    change();
  }
  function undo() {
    set(strokes.slice(0, -1));
  }
  new ResizeObserver(draw).observe(canvas);
  return { root: canvas, get strokes() { return strokes; }, set, undo, clear: () => set([]) };
}
