// Each class's probability against T on a logarithmic axis, with a line at T that can be dragged.

import { drawing, element, say, whenSettled } from "./dom.js";
import { HIGHEST_TEMPERATURE, percent, ranking, shareOf, softmax, temperatureAt } from "./numbers.js";

const POINTS = 90;
const TICKS = [0.5, 1, 2, 4, 8, 20];
const LONGEST = 14; // characters of a name at its line
const NAMED = 3; // so many of the likeliest classes carry their name at the line

/**
 * @param values template of the text alternative, with {what} and {values}
 * @param drag called with T while the line is dragged, `settled` when it is let go
 * @returns {root, svg, show(logits), move(T, answer), mark(truth, hovered), end()}
 */
export function temperatureCurve({ classes, label, values, limit, drag, settled, hover }) {
  const svg = drawing("svg", { class: "kd-curve", role: "img", "aria-label": label });
  const root = element("div", { class: "kd-curve-frame" }, svg);
  const grid = drawing("g", { class: "kd-curve-grid" });
  const lines = classes.map((_, c) =>
    drawing("path", {
      class: "kd-curve-line", onpointerenter: () => hover(c), onpointerleave: () => hover(null),
    }));
  const limits = classes.map(() => drawing("path", { class: "kd-curve-limit" }));
  const now = drawing("line", { class: "kd-curve-now" });
  const handle = drawing("circle", { class: "kd-curve-handle", r: 6 });
  const dots = classes.map(() => drawing("circle", { class: "kd-curve-dot", r: 4 }));
  const names = classes.map((name) => drawing("text", { class: "kd-curve-name" },
    name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name));
  svg.append(grid, ...limits, ...lines, now, handle, ...dots, ...names);

  const state = { logits: null, temperature: 1, answer: null, truth: null, hovered: null };
  let box = { width: 0, height: 0 };
  const across = (share) => box.left + share * (box.right - box.left);
  const x = (temperature) => across(shareOf(temperature));
  const y = (probability) => box.bottom - probability * (box.bottom - box.top);

  function measure() {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const { width, height } = root.getBoundingClientRect();
    const end = width - 1.2 * rem;
    box = {
      rem, width, height, end, left: 2.6 * rem, right: end - 3.2 * rem, top: 1.2 * rem,
      bottom: height - 2.6 * rem,
    };
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawGrid();
    drawLines();
    drawNow();
  }

  function drawGrid() {
    const line = (x1, y1, x2, y2, kind = "") =>
      drawing("line", { x1, y1, x2, y2, class: kind });
    const text = (place, level, words, anchor) =>
      drawing("text", { x: place, y: level, "text-anchor": anchor }, words);
    const parts = [0, 0.25, 0.5, 0.75, 1].flatMap((level) => [
      line(box.left, y(level), box.end, y(level)),
      text(box.left - 0.5 * box.rem, y(level) + 0.3 * box.rem, `${level * 100}%`, "end"),
    ]);
    const below = box.bottom + 1.3 * box.rem;
    parts.push(...TICKS.flatMap((tick) => [
      line(x(tick), box.bottom, x(tick), box.bottom + 0.35 * box.rem),
      text(x(tick), below, String(tick), "middle"),
    ]));
    parts.push(line(box.end, box.top, box.end, box.bottom, "kd-curve-infinity"));
    parts.push(text(box.end, below, "∞", "middle"));
    parts.push(text((box.left + box.right) / 2, below + 1.1 * box.rem, "T", "middle"));
    parts.push(text(box.end + 1.1 * box.rem, below + 1.1 * box.rem, limit, "end"));
    grid.replaceChildren(...parts);
  }

  function drawLines() {
    if (!state.logits || !box.width) return;
    const paths = classes.map(() => "");
    const answer = new Float32Array(classes.length);
    for (let point = 0; point <= POINTS; point++) {
      softmax(state.logits, classes.length, temperatureAt(point / POINTS), answer);
      const place = across(point / POINTS).toFixed(1);
      classes.forEach((_, c) => {
        paths[c] += `${point ? "L" : "M"}${place} ${y(answer[c]).toFixed(1)}`;
      });
    }
    const order = ranking(answer);
    classes.forEach((_, c) => {
      lines[c].setAttribute("d", paths[c]);
      lines[c].style.setProperty("--rank", Math.min(order.indexOf(c), 9));
      const from = `M${x(HIGHEST_TEMPERATURE).toFixed(1)} ${y(answer[c]).toFixed(1)}`;
      limits[c].setAttribute("d", `${from}L${box.end} ${y(1 / classes.length).toFixed(1)}`);
    });
  }

  function drawNow() {
    if (!state.answer || !box.width) return;
    const place = x(state.temperature);
    now.setAttribute("x1", place);
    now.setAttribute("x2", place);
    now.setAttribute("y1", box.top);
    now.setAttribute("y2", box.bottom);
    handle.setAttribute("cx", place);
    handle.setAttribute("cy", box.top);
    const named = ranking(state.answer).slice(0, NAMED);
    if (state.hovered !== null && !named.includes(state.hovered)) named.push(state.hovered);
    let free = -Infinity;
    const right = place > box.right - 3 * box.rem;
    named.sort((a, b) => state.answer[b] - state.answer[a]);
    classes.forEach((_, c) => {
      const at = named.indexOf(c);
      dots[c].style.display = names[c].style.display = at < 0 ? "none" : "";
      dots[c].setAttribute("cx", place);
      dots[c].setAttribute("cy", y(state.answer[c]));
    });
    for (const c of named) {
      const level = Math.max(y(state.answer[c]) + 0.3 * box.rem, free);
      free = level + 1.1 * box.rem;
      names[c].setAttribute("x", place + (right ? -0.6 : 0.6) * box.rem);
      names[c].setAttribute("y", level);
      names[c].setAttribute("text-anchor", right ? "end" : "start");
    }
  }

  const describe = whenSettled(() => {
    const listed = ranking(state.answer).slice(0, NAMED)
      .map((c) => `${classes[c]} ${percent(state.answer[c])}`);
    const what = `${label}, T = ${state.temperature.toFixed(1)}`;
    svg.setAttribute("aria-label", say(values, { what, values: listed.join(", ") }));
  });

  const temperatureUnder = (event) => {
    const place = event.clientX - svg.getBoundingClientRect().left;
    return temperatureAt(Math.min(Math.max((place - box.left) / (box.right - box.left), 0), 1));
  };
  svg.addEventListener("pointerdown", (event) => {
    svg.setPointerCapture(event.pointerId);
    drag(temperatureUnder(event));
  });
  svg.addEventListener("pointermove", (event) => {
    if (svg.hasPointerCapture(event.pointerId)) drag(temperatureUnder(event));
  });
  svg.addEventListener("lostpointercapture", (event) => settled(temperatureUnder(event)));
  const watcher = new ResizeObserver(measure);
  watcher.observe(root);

  return {
    root,
    svg,
    show(logits) {
      state.logits = logits;
      drawLines();
    },
    move(temperature, answer) {
      Object.assign(state, { temperature, answer });
      drawNow();
      describe();
    },
    mark(truth, hovered) {
      Object.assign(state, { truth, hovered });
      for (const parts of [lines, dots, names]) {
        parts.forEach((part, c) => {
          part.classList.toggle("kd-true", c === truth);
          part.classList.toggle("kd-hovered", c === hovered);
        });
      }
      svg.classList.toggle("kd-some-hovered", hovered !== null);
      drawNow();
    },
    end: () => watcher.disconnect(),
  };
}
