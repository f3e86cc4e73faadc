// What belongs to the page as a whole: its language, its keys, its history and its focus.

import { eachFrame, isTyping } from "./dom.js";

const frame = (window.__kdFrame ??= { keys: {}, focused: null, path: [] });

/** Take over the page's language and keys; the listeners are installed once. */
export function mount(_, { language, keys }) {
  document.documentElement.lang = language;
  frame.keys = keys;
  if (frame.installed) return;
  frame.installed = true;
  document.addEventListener("keydown", press, { capture: true });
  keepOneEntryAPage();
  keepFocus();
}

/** A key of the page presses its button, unless somebody types or the key moves what has focus. */
function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const name = frame.keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!name || isTyping(event.target)) return;
  if (event.key.startsWith("Arrow") && movesByArrows(event.target)) return;
  if (event.key === " " && isPressedBySpace(event.target)) return;
  const button = document.querySelector(`.st-key-${name} button`);
  if (!button || button.disabled) return;
  event.preventDefault();
  event.stopPropagation();
  button.click();
}

const movesByArrows = (node) => Boolean(node.closest?.(
  "input, select, [role=slider], [role=radio], [role=listbox], [role=tab], [role=grid], [role=application], canvas, .kd-surface"));

const isPressedBySpace = (node) => Boolean(node.closest?.(
  "button, a, summary, select, input[type=checkbox], input[type=radio], [role=button], [role=switch], [role=option], [role=grid], [role=application]"));

/**
 * A change of the settings does not make an entry of the browser's history: "back" leads to the
 * page before, not to the slider's place before.
 */
function keepOneEntryAPage() {
  const push = history.pushState.bind(history);
  history.pushState = (state, title, address) => {
    const same = address && new URL(address, location.href).pathname === location.pathname;
    if (same) history.replaceState(state, title, address);
    else push(state, title, address);
  };
}

/**
 * What is drawn anew or disabled by its own click does not lose the focus to nowhere: the same
 * control gets it back, or else its neighbour.
 */
function keepFocus() {
  document.addEventListener("focusin", ({ target }) => {
    frame.focused = target;
    frame.path = keysAround(target);
  });
  document.addEventListener("focusout", ({ target }) => {
    requestAnimationFrame(() => { // a node that is being removed is told of before it is gone
      const stays = target.isConnected && !target.disabled;
      if (stays && frame.focused === target) frame.focused = null; // somebody moved on
    });
  });
  new MutationObserver(eachFrame(restoreFocus)).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["disabled"],
  });
}

function restoreFocus() {
  const { focused, path } = frame;
  if (!focused || (focused.isConnected && !focused.disabled)) return;
  if (document.activeElement && document.activeElement !== document.body) return;
  for (const key of path) {
    const next = document.querySelector(`.${key}`)?.querySelector(
      "button:enabled, input:enabled, select:enabled, textarea:enabled, a[href]");
    if (next) return next.focus();
  }
}

/** Classes of the keyed containers around a node, the nearest first. */
function keysAround(node) {
  const found = [];
  for (let at = node.closest('[class*="st-key-"]'); at; at = at.parentElement?.closest('[class*="st-key-"]')) {
    found.push([...at.classList].find((name) => name.startsWith("st-key-")));
  }
  return found;
}
