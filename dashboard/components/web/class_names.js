// Names of the classes along an axis: level where they fit, else standing, else some of them.

import { element } from "./dom.js";
import { measureText, withoutCollisions } from "./label_layout.js";

const LINE = 1.25; // height of a line of names, in their size of type
const GAP = 0.6; // between level names, in their size of type
const LONGEST = 6; // what a long name may take, in root sizes of type
const ENOUGH = 5; // so many level names say more than standing ones
const STANDS_BY_ITSELF = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/; // CJK

/**
 * @param side "above" | "below" | "left" of what they name
 * @param hover called with a class, or null when the pointer leaves
 * @returns {root, mark(truth, hovered)}
 */
export function classNames(classes, side, { hover = () => {} } = {}) {
  const names = classes.map((name, c) => element("span", {
    title: name, onpointerenter: () => hover(c), onpointerleave: () => hover(null),
  }, name));
  const root = element("div", { class: `kd-names kd-names-${side}`, "aria-hidden": "true" }, ...names);
  const count = classes.length;
  const marked = { truth: null, hovered: null };
  let every = 1; // of so many neighbours one has room
  let places = []; // along the axis: where each name begins and ends

  function layOut() {
    const { size, width } = measureText(root);
    const widths = classes.map((name) => Math.ceil(width(name)) + 1);
    const longest = Math.min(Math.max(...widths), LONGEST * rootSize());
    if (side === "left") layLeft(size * LINE, longest);
    else layAcross(size, widths, longest);
    choose();
  }

  function layLeft(line, longest) {
    root.style.width = `${Math.ceil(longest) + 2}px`;
    const cell = root.clientHeight / count;
    every = Math.max(1, Math.ceil(line / cell));
    places = spans(cell, () => line, root.clientHeight);
    names.forEach((name, c) => (name.style.cssText = `right:2px;top:${places[c][0]}px`));
  }

  function layAcross(size, widths, longest) {
    const cell = root.clientWidth / count;
    const standing = Math.max(1, Math.ceil((size * LINE) / cell));
    const level = Math.max(1, Math.ceil((Math.max(...widths) + size * GAP) / cell));
    const isLevel = level === 1 || (standing > 1 && count / level >= ENOUGH);
    every = isLevel ? level : standing;
    places = spans(cell, (c) => (isLevel ? widths[c] : size * LINE), root.clientWidth);
    root.style.height = `${Math.ceil(isLevel ? size * LINE : longest + 2)}px`;
    const edge = side === "above" ? "bottom:0" : "top:0";
    names.forEach((name, c) => {
      name.classList.toggle("kd-standing", !isLevel);
      name.classList.toggle("kd-upright", !isLevel && STANDS_BY_ITSELF.test(classes[c]));
      name.style.cssText = `left:${places[c][0]}px;${edge}`;
    });
  }

  /** Where each name of `room(c)` pixels in the middle of its cell begins and ends, within `all`. */
  const spans = (cell, room, all) => classes.map((_, c) => {
    const taken = Math.min(room(c), all);
    const start = Math.min(Math.max((c + 0.5) * cell - taken / 2, 0), all - taken);
    return [start, start + taken];
  });

  /** The names that are marked, and of the others those that have room beside them. */
  function choose() {
    if (!places.length) return;
    const first = [marked.truth, marked.hovered].filter((c) => c !== null);
    const rest = [...names.keys()].filter((c) => c % every === 0);
    const shown = withoutCollisions([...first, ...rest], (a, b) =>
      places[a][0] < places[b][1] && places[b][0] < places[a][1]);
    names.forEach((name, c) => {
      name.hidden = !shown.has(c);
      name.classList.toggle("kd-true", c === marked.truth);
      name.classList.toggle("kd-hovered", c === marked.hovered);
    });
  }

  new ResizeObserver(() => root.isConnected && layOut()).observe(root);
  return {
    root,
    mark(truth, hovered = null) {
      Object.assign(marked, { truth, hovered });
      choose();
    },
  };
}

const rootSize = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
