// Where the focus is: it does not get lost, and a row of choices gets it on the chosen one.

import { eachFrame } from "./dom.js";

const FOCUSABLE = "button:enabled, input:enabled, select:enabled, textarea:enabled, a[href]";

const page = (window.__kdFocus ??= { focused: null, kind: "", path: [] });

/** Watch over the focus; installed once. */
export function keepFocus() {
  if (page.installed) return;
  page.installed = true;
  document.addEventListener("focusin", ({ target, relatedTarget }) => {
    page.focused = target;
    page.kind = kindOf(target);
    page.path = keysAround(target);
    focusChosen(target, relatedTarget);
  });
  document.addEventListener("focusout", ({ target }) => {
    requestAnimationFrame(() => { // a node that is being removed gets the event before it is gone
      const stays = target.isConnected && !target.disabled;
      if (stays && page.focused === target) page.focused = null; // somebody moved on
    });
  });
  new MutationObserver(eachFrame(restoreFocus)).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["disabled"],
  });
}

/**
 * What is drawn anew or disabled by its own click does not lose the focus to nowhere: the same
 * control gets it back, or else its neighbour.
 */
function restoreFocus() {
  const { focused, path } = page;
  if (!focused || (focused.isConnected && !focused.disabled)) return;
  if (document.activeElement && document.activeElement !== document.body) return;
  for (const key of path) {
    const around = [...(document.querySelector(`.${key}`)?.querySelectorAll(FOCUSABLE) ?? [])];
    const next = around.find((node) => kindOf(node) === page.kind) ?? around[0];
    if (next) return next.focus();
  }
}

/** A slider is another kind of control than the mark that explains it. */
const kindOf = (node) => [node.localName, node.type].join();

/** Classes of the keyed containers around a node, the nearest first. */
function keysAround(node) {
  const found = [];
  for (let at = node.closest('[class*="st-key-"]'); at; at = at.parentElement?.closest('[class*="st-key-"]')) {
    found.push([...at.classList].find((name) => name.startsWith("st-key-")));
  }
  return found;
}

/** Who comes into a row of choices by the keyboard is at the chosen one, not at the first. */
function focusChosen(target, from) {
  if (target.getAttribute("role") !== "radio" || !target.matches(":focus-visible")) return;
  const row = target.closest("[role=radiogroup]");
  if (!row || row.contains(from)) return;
  const chosen = row.querySelector("[role=radio][aria-checked=true]");
  if (chosen && chosen !== target) chosen.focus();
}
