// Small helpers to build and watch elements. Data only ever becomes text nodes and attributes.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** An HTML element; attributes named `on…` become listeners, strings become text nodes. */
export const element = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);

/** The same for SVG. */
export const drawing = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

/** `{name}` in a text replaced by `values.name`. */
export const say = (template, values) =>
  template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** The text `key` of `words` with its values: the form for one where `values.count` is 1. */
export const counted = (words, key, values) =>
  say((values.count === 1 && words[`${key}.one`]) || words[key], values);

const SHEET_AGAIN = 1000; // milliseconds until a style sheet that did not come is asked for again

/** Link a style sheet of this folder once; resolves when it is there, or was lost on its way. */
export function stylesheet(name) {
  const href = new URL(name, import.meta.url).href;
  const sheets = (window.__kdSheets ??= new Map());
  if (!sheets.has(href)) sheets.set(href, new Promise((resolve) => linkSheet(href, resolve)));
  return sheets.get(href);
}

/** What waits for it is drawn without it meanwhile. */
function linkSheet(href, resolve, pause = SHEET_AGAIN) {
  const link = element("link", { rel: "stylesheet", href });
  link.onload = resolve;
  link.onerror = () => {
    resolve();
    link.remove();
    setTimeout(linkSheet, pause, href, resolve, 2 * pause);
  };
  document.head.append(link);
}

export const prefersReducedMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Call `step(share)` each frame with an eased 0…1; returns a function that stops it. */
export function glide(milliseconds, step) {
  if (prefersReducedMotion()) {
    step(1);
    return () => {};
  }
  const began = performance.now();
  let frame = requestAnimationFrame(function next(now) {
    const share = Math.min(Math.max((now - began) / milliseconds, 0), 1);
    step(1 - (1 - share) ** 3);
    if (share < 1) frame = requestAnimationFrame(next);
  });
  return () => cancelAnimationFrame(frame);
}

/** A function that runs `draw` once in the next frame, however often it was called before. */
export function eachFrame(draw) {
  let frame = 0;
  return () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  };
}

const SETTLED = 300; // milliseconds

/** A function that runs `act` once, when it has not been called for a moment. */
export function whenSettled(act) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, SETTLED);
  };
}

const calls = new WeakMap(); // of components, the newest by element

/**
 * Note that a component is called for `parent`. What is returned makes the way out of that call of
 * `end`: it ends nothing once there was a later call.
 *
 * Streamlit (1.67) takes the way out of a call that returns after the next one has begun, although
 * the component stays: the view that both brought up to date would be gone.
 */
export function newestCall(parent) {
  const mine = {};
  calls.set(parent, mine);
  return (end) => () => calls.get(parent) === mine && end();
}

/** Show one view per element: build it anew when the data are others, else leave it alone. */
export function mountOnce(build) {
  const views = new WeakMap();
  return async (parent, data) => {
    const end = newestCall(parent)(() => views.get(parent)?.end());
    const content = JSON.stringify(data);
    const shown = views.get(parent);
    if (shown?.content === content) return end;
    shown?.end();
    const view = { content, end: () => views.delete(parent) };
    views.set(parent, view);
    const isWanted = () => views.get(parent) === view;
    const built = await build(data).catch((error) => {
      if (isWanted()) views.delete(parent); // the next call tries again
      throw error;
    });
    if (!isWanted()) {
      built.end();
      return end;
    }
    view.end = () => {
      built.end();
      built.root.remove();
      if (isWanted()) views.delete(parent);
    };
    parent.replaceChildren(built.root);
    return end;
  };
}

/** A row of buttons of which one is pressed. */
export function choice(label, options, chosen, choose) {
  const buttons = Object.entries(options).map(([name, text]) =>
    element("button", { type: "button", "data-name": name, onclick: () => pick(name) }, text),
  );
  const show = (name) =>
    buttons.forEach((button) => button.setAttribute("aria-pressed", button.dataset.name === name));
  const pick = (name) => {
    show(name);
    choose(name);
  };
  show(chosen);
  return Object.assign(
    element("div", { class: "kd-choice", role: "group", "aria-label": label }, ...buttons),
    { show },
  );
}

/** A number with its name above; `show(text)` changes the number. */
export function readout(name, title) {
  const value = element("span", { class: "kd-readout-value" });
  const root = element("div", { class: "kd-readout", title },
    element("span", { class: "kd-readout-name" }, name), value);
  return { root, show: (text) => (value.textContent = text) };
}

/** A triangle, or while it plays two strokes. */
export const playIcon = (playing) =>
  drawing("svg", { class: "kd-icon", viewBox: "0 0 10 10", "aria-hidden": "true" },
    drawing("path", { d: playing ? "M1 0h3v10h-3zM6 0h3v10h-3z" : "M1 0l9 5-9 5z" }));

/** Whether keys are text where this node has the focus. */
export const isTyping = (node) => Boolean(node.closest?.(
  "input:not([type=range]):not([type=checkbox]):not([type=radio]):not([type=button]), textarea, [contenteditable=true]"));

/** Whether the arrow keys move something where this node has the focus. */
export const movesByArrows = (node) => Boolean(node.closest?.(
  "input, select, [role=slider], [role=radio], [role=listbox], [role=tab], [role=grid], [role=application], canvas, .kd-surface"));

/** Whether Space presses something there. */
export const isPressedBySpace = (node) => Boolean(node.closest?.(
  "button, a, summary, select, input[type=checkbox], input[type=radio], [role=button], [role=switch], [role=option], [role=grid], [role=application]"));
