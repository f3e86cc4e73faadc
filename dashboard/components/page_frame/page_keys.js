// The keys of the page: they press its buttons, and "?" opens the list of them.

import { element, isPressedBySpace, isTyping, movesByArrows } from "./dom.js";

const LIST = ["?", "？"]; // the second by a Chinese keyboard

const page = (window.__kdKeys ??= { buttons: {}, rows: [], words: {} });

/**
 * Take over the keys and their list; the listener is installed once.
 * @param buttons key of the keyboard to the key of the button that it presses
 * @param rows of the list, `{ keys, does }`
 * @param words title, key, does, close
 */
export function installKeys(buttons, rows, words) {
  Object.assign(page, { buttons, rows, words });
  if (page.installed) return;
  page.installed = true;
  document.addEventListener("keydown", press, { capture: true });
}

/** A key of the page presses its button, unless somebody types or the key moves what has focus. */
function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target)) return;
  if (LIST.includes(event.key)) return consume(event, openList);
  const name = page.buttons[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!name || document.querySelector("dialog[open]")) return;
  if (event.key.startsWith("Arrow") && movesByArrows(event.target)) return;
  if (event.key === " " && isPressedBySpace(event.target)) return;
  const button = document.querySelector(`.st-key-${name} button`);
  if (button && !button.disabled) consume(event, () => button.click());
}

function consume(event, act) {
  event.preventDefault();
  event.stopPropagation();
  act();
}

/** The list in a dialog of its own; Escape, the button or a click beside it closes it. */
export function openList() {
  const open = document.querySelector("dialog.kd-keys");
  if (open) return open.close();
  const { title, key, does, close } = page.words;
  const list = element("dialog", {
    class: "kd-keys", "aria-label": title, onclose: () => list.remove(),
    onclick: ({ target }) => target === list && list.close(),
  }, element("div", {},
    element("header", {}, element("h2", {}, title),
      element("button", { type: "button", onclick: () => list.close() }, close)),
    element("table", {},
      element("thead", {}, element("tr", {},
        element("th", { scope: "col" }, key), element("th", { scope: "col" }, does))),
      element("tbody", {}, ...page.rows.map((row) => element("tr", {},
        element("th", { scope: "row" }, row.keys), element("td", {}, row.does)))))));
  // inside the app's own element: there the theme's colours are known
  (document.querySelector("[data-testid=stApp]") ?? document.body).append(list);
  list.showModal();
}
