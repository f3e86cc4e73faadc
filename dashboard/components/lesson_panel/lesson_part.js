// The part of the page that a card speaks of: outlined, kept in sight until somebody moves the page,
// and hidden while it would give a prediction away.

import { prefersReducedMotion } from "./dom.js";

const LOOK = 400; // milliseconds between two looks: the page is drawn piece by piece
const MARK = "kd-lesson-part";
const HIDDEN = "kd-lesson-hidden";
const MOVES = ["wheel", "touchmove", "pointerdown", "keydown"];

/** @returns {show(card, selector, hidden), end()}; an empty selector outlines nothing. */
export function partMarker() {
  let card = -1;
  let selector = "";
  let hidden = false;
  let moved = false;
  const leaving = new AbortController();
  const release = (node) => {
    node.classList.remove(MARK, HIDDEN);
    node.inert = false;
  };
  const clear = (except) => document.querySelectorAll(`.${MARK}`).forEach((node) => {
    if (node !== except) release(node);
  });
  function look() {
    const part = selector
      && [...document.querySelectorAll(selector)].find((node) => node.checkVisibility());
    clear(part);
    if (!part) return;
    part.classList.add(MARK);
    part.classList.toggle(HIDDEN, hidden);
    part.inert = hidden;
    if (moved) return; // what is drawn above it pushes it out of sight, until somebody takes over
    const behavior = prefersReducedMotion() ? "auto" : "smooth";
    part.scrollIntoView({ block: "nearest", behavior });
  }
  const timer = setInterval(look, LOOK);
  for (const event of MOVES) {
    document.addEventListener(event, ({ target }) => {
      if (!target.closest?.(".kd-lesson")) moved = true;
    }, { signal: leaving.signal, passive: true });
  }
  return {
    show(of, wanted, hides) {
      if (of === card && wanted === selector && hides === hidden) return;
      if (of !== card || wanted !== selector) moved = false;
      [card, selector, hidden] = [of, wanted, hides];
      look();
    },
    end() {
      leaving.abort();
      clearInterval(timer);
      clear();
    },
  };
}
