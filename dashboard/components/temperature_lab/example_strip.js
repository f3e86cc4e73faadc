// Thumbnails in a row that scrolls; arrow keys, Home and End move, one is chosen.

import { element, prefersReducedMotion } from "./dom.js";
import { drawExample } from "./examples.js";

/** @returns {root, choose(index)}; `chosen` is called when the user picks an example. */
export function exampleStrip({ examples, order, label, chosen, name }) {
  const options = order.map((index) => {
    const canvas = element("canvas", { class: "kd-example", "aria-hidden": "true" });
    return element("button", {
      type: "button", role: "option", tabindex: -1, "aria-label": name(index),
      onclick: () => pick(index),
    }, canvas);
  });
  // Thumbnails are drawn when they come into sight: a folder of large images stays quick.
  const sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      drawExample(target.firstChild, examples, order[options.indexOf(target)]);
      sight.unobserve(target);
    }
  });
  options.forEach((option) => sight.observe(option));
  const root = element("div", {
    class: "kd-strip", role: "listbox", "aria-label": label, "aria-orientation": "horizontal",
    onkeydown: (event) => {
      const from = options.indexOf(document.activeElement);
      const at = { ArrowRight: from + 1, ArrowDown: from + 1, ArrowLeft: from - 1,
        ArrowUp: from - 1, Home: 0, End: options.length - 1 }[event.key];
      if (at === undefined) return;
      event.preventDefault();
      if (options[at]) pick(order[at], options[at].focus());
    },
  }, ...options);
  function pick(index) {
    choose(index);
    chosen(index);
  }
  function choose(index) {
    options.forEach((option, at) => {
      option.setAttribute("aria-selected", order[at] === index);
      option.tabIndex = order[at] === index ? 0 : -1;
    });
    const option = options[order.indexOf(index)];
    root.scrollTo({
      left: option.offsetLeft - root.clientWidth / 2 + option.clientWidth / 2, behavior: prefersReducedMotion() ? "auto" : "smooth",
    });
  }
  return { root, choose, end: () => sight.disconnect() };
}
