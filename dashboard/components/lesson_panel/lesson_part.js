// The part of the page that a card speaks of: outlined, brought into sight until it has come to rest
// or somebody moves the page, and hidden while it would give a prediction away.

import { prefersReducedMotion } from "./dom.js";

const LOOK = 400; // milliseconds between two looks: the page is drawn piece by piece
const AT_REST = 10; // looks at which it has stayed where it is
// attributes, as the page writes its own classes anew at each rerun
const MARK = "data-lesson-part";
const HIDDEN = "data-lesson-hidden";
const MOVES = ["wheel", "touchmove", "pointerdown", "keydown"];

/** @returns {show(card, selector, hidden), end()}; an empty selector outlines nothing. */
export function partMarker() {
  let card = -1;
  let selector = "";
  let hidden = false;
  let moved = false; // by somebody, or it has come to rest
  let place = null;
  let rests = 0;
  const leaving = new AbortController();
  const release = (node) => {
    node.removeAttribute(MARK);
    node.removeAttribute(HIDDEN);
    node.inert = false;
  };
  const clear = (except) => document.querySelectorAll(`[${MARK}]`).forEach((node) => {
    if (node !== except) release(node);
  });
  function look() {
    const part = selector
      && [...document.querySelectorAll(selector)].find((node) => node.checkVisibility());
    clear(part);
    if (!part) return;
    part.toggleAttribute(MARK, true);
    part.toggleAttribute(HIDDEN, hidden);
    part.inert = hidden;
    const before = place;
    place = part.getBoundingClientRect().top;
    rests = place === before ? rests + 1 : 0;
    moved ||= rests >= AT_REST;
    if (moved) return; // until then what is drawn above may push it out of sight
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
      if (of !== card || wanted !== selector) [moved, place, rests] = [false, null, 0];
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
