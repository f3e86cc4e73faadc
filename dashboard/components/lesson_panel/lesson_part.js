// The part of the page that a card speaks of: outlined, and scrolled into sight once.

import { prefersReducedMotion } from "./dom.js";

const LOOK = 400; // milliseconds between two looks: the page is drawn piece by piece
const MARK = "kd-lesson-part";

/** @returns {show(selector), end()}; an empty selector outlines nothing. */
export function partMarker() {
  let selector = "";
  let scrolled = false;
  const clear = (except) => document.querySelectorAll(`.${MARK}`).forEach((node) => {
    if (node !== except) node.classList.remove(MARK);
  });
  function look() {
    const part = selector
      && [...document.querySelectorAll(selector)].find((node) => node.checkVisibility());
    clear(part);
    if (!part) return;
    part.classList.add(MARK);
    if (scrolled) return;
    scrolled = true;
    const behavior = prefersReducedMotion() ? "auto" : "smooth";
    part.scrollIntoView({ block: "nearest", behavior });
  }
  const timer = setInterval(look, LOOK);
  return {
    show(wanted) {
      if (wanted === selector) return;
      selector = wanted;
      scrolled = false;
      look();
    },
    end() {
      clearInterval(timer);
      clear();
    },
  };
}
