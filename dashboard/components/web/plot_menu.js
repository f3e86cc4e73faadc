// The one button of a chart and the menu behind it.

import { drawing, element } from "./dom.js";

const REMARK_TIME = 2500; // milliseconds that a remark stays

/**
 * @param words of the component
 * @param items () => [{name, label, act}]: what can be done now; what `act` returns is shown beside it
 * @returns {root, show(any)}: the button, shown while there is anything to do
 */
export function plotMenu(words, items) {
  const dots = drawing("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" },
    ...[5, 12, 19].map((y) => drawing("circle", { cx: 12, cy: y, r: 2, fill: "currentColor" })));
  const button = element("button", { type: "button", class: "kd-menu-button", "aria-label": words.menu,
    title: words.menu, "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => toggle() }, dots);
  const menu = element("div", { class: "kd-menu", role: "menu", popover: "auto", "aria-label": words.menu });
  const remarks = element("span", { class: "kd-menu-remark", role: "status" });
  const root = element("div", { class: "kd-menu-root", hidden: "" }, remarks, button, menu);
  const isOpen = () => menu.matches(":popover-open");
  const close = () => isOpen() && menu.hidePopover();
  let clearing = 0;

  function toggle() {
    if (isOpen()) return close();
    menu.replaceChildren(...items().map(({ name, label, act }) => element("button", {
      type: "button", role: "menuitem", tabindex: -1, "data-action": name, onclick: () => run(act),
    }, label)));
    menu.showPopover();
    const box = button.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = menu;
    const below = box.bottom + offsetHeight + 4 < window.innerHeight;
    menu.style.left = `${Math.max(4, Math.min(box.right, window.innerWidth - 4) - offsetWidth)}px`;
    menu.style.top = `${below ? box.bottom + 4 : Math.max(4, box.top - offsetHeight - 4)}px`;
    menu.firstElementChild?.focus();
  }

  async function run(act) {
    close();
    button.focus();
    const remark = await act();
    if (!remark) return;
    remarks.textContent = remark;
    clearTimeout(clearing);
    clearing = setTimeout(() => (remarks.textContent = ""), REMARK_TIME);
  }

  button.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && !isOpen()) {
      event.preventDefault();
      toggle();
    }
  });
  menu.addEventListener("keydown", (event) => {
    const all = [...menu.children];
    const at = all.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Tab") close();
    if (next === undefined) return;
    event.preventDefault();
    all[next % all.length].focus();
  });
  menu.addEventListener("toggle", ({ newState }) =>
    button.setAttribute("aria-expanded", String(newState === "open")));
  return {
    root,
    show: (any) => {
      root.hidden = !any;
      if (!any) close();
    },
  };
}
