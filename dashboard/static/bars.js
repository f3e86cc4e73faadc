// An answer as upright bars, one a class; the tops slide, so that rounded corners stay round.

import { element } from "./dom.js";
import { ranking } from "./numbers.js";

const ROOMY = 12; // up to so many classes each bar carries its number

/** A share as short as fits above a bar. */
function brief(share) {
  if (share >= 0.995) return "100%";
  return share >= 0.0995 ? `${Math.round(share * 100)}%` : `${(share * 100).toFixed(1)}%`;
}

/**
 * @param classes names
 * @param hover called with a class, or null when the pointer leaves
 * @returns {root, show(answer), mark(truth, hovered)}
 */
export function bars(classes, { label, hover = () => {} }) {
  const columns = classes.map((name, c) => {
    const value = element("span", { class: "kd-bar-value" });
    const fill = element("div", { class: "kd-bar-fill" }, value);
    const root = element("div", {
      class: "kd-bar", onpointerenter: () => hover(c), onpointerleave: () => hover(null),
    }, element("div", { class: "kd-bar-track" }, fill),
      element("span", { class: "kd-bar-name", title: name }, name));
    return { root, fill, value };
  });
  const long = Math.max(...classes.map((name) => name.length)) > 3 || classes.length > 26;
  const root = element("div", {
    class: `kd-bars${long ? " kd-bars-long" : ""}`, role: "img", "aria-label": label,
  }, ...columns.map((column) => column.root));
  let marked = null;
  return {
    root,
    show(answer) {
      const numbered = new Set(ranking(answer).slice(0, classes.length > ROOMY ? 2 : ROOMY));
      columns.forEach(({ fill, value }, c) => {
        fill.style.transform = `translateY(${(1 - answer[c]) * 100}%)`;
        fill.style.visibility = answer[c] < 0.0005 ? "hidden" : "";
        const text = answer[c] >= 0.001 && (numbered.has(c) || c === marked);
        value.textContent = text ? brief(answer[c]) : "";
      });
    },
    mark(truth, hovered = null) {
      marked = hovered;
      columns.forEach(({ root: column }, c) => {
        column.classList.toggle("kd-true", c === truth);
        column.classList.toggle("kd-hovered", c === hovered);
      });
    },
  };
}
