// The part of the page that a card speaks of: outlined, brought into sight until it has come to rest
// or somebody moves the page, and hidden while it would give a prediction away.

import { prefersReducedMotion } from "./dom.js";

const LOOK = 400; // milliseconds between two looks: the page is drawn piece by piece
const AT_REST = 10; // looks at which it has stayed where it is
// attributes, as the page writes its own classes anew at each rerun
const MARK = "data-lesson-part";
const HIDDEN = "data-lesson-hidden";
const MOVES = ["wheel", "touchmove", "pointerdown", "keydown"];

/**
 * @param instead what stands in the place of what is hidden
 * @returns {show(card, selector, hidden), end()}: the part, an empty selector outlines nothing, and
 *   the selectors of what is hidden
 */
export function partMarker(instead) {
  let card = -1;
  let selector = "";
  let hidden = [];
  let moved = false; // by somebody, or it has come to rest
  let place = null;
  let rests = 0;
  const leaving = new AbortController();
  const seen = (wanted) =>
    [...document.querySelectorAll(wanted)].filter((node) => node.checkVisibility());
  /** The parts have these attributes, and no other element has. */
  function mark(part, covered) {
    for (const node of document.querySelectorAll(`[${MARK}]`)) {
      if (node !== part) node.removeAttribute(MARK);
    }
    for (const node of document.querySelectorAll(`[${HIDDEN}]`)) {
      if (covered.includes(node)) continue;
      node.removeAttribute(HIDDEN);
      node.inert = false;
    }
    part?.toggleAttribute(MARK, true);
    for (const node of covered) {
      node.setAttribute(HIDDEN, instead);
      node.inert = true;
    }
  }
  function look() {
    const [part] = selector ? seen(selector) : [];
    mark(part, hidden.flatMap(seen));
    if (!part) return;
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
      if (of === card && wanted === selector && hides.join() === hidden.join()) return;
      if (of !== card || wanted !== selector) [moved, place, rests] = [false, null, 0];
      [card, selector, hidden] = [of, wanted, hides];
      look();
    },
    end() {
      leaving.abort();
      clearInterval(timer);
      mark(null, []);
    },
  };
}
