// Values of several kinds beside each other, class by class, up and down from zero: as bars, or as
// arrows that point where the value points.

import { classNames } from "./class_names.js";
import { element, say, whenSettled } from "./dom.js";
import { fixed } from "./numbers.js";

/**
 * @param names of the classes shown
 * @param kinds style names of the values of a class, in their order from left to right
 * @param label accessible name
 * @param values template of the text alternative, with {what} and {values}
 * @param digits of the numbers in it
 * @param arrows whether the values are arrows
 * @param pointed called with a place among the classes shown, or null
 * @returns {root, show(tables, {low, high, scale}), mark(truth, pointed)}; a table has one value a
 *   class, `scale` is a text beside the highest value
 */
export function classColumns({ names, kinds, label, values, digits = 2, arrows = false, pointed }) {
  const columns = names.map((_, c) => {
    const parts = kinds.map((kind, at) => element("i", {
      class: `kd-col-part kd-is-${kind}${arrows ? " kd-arrow" : ""}`, style: `--at:${at}` }));
    const root = element("div", { class: "kd-col", onpointerenter: () => pointed(c),
      onpointerleave: () => pointed(null) }, ...parts);
    return { root, parts };
  });
  const zero = element("div", { class: "kd-col-zero" });
  const top = element("span", { class: "kd-col-scale", "aria-hidden": "true" });
  const field = element("div", { class: "kd-col-field" }, zero, top, ...columns.map(({ root }) => root));
  const below = classNames(names, "below", { hover: pointed });
  const root = element("div", { class: "kd-cols", role: "img", "aria-label": label,
    style: `--kinds:${kinds.length}` }, field, below.root);
  let shown = null;

  const describe = whenSettled(() => {
    const listed = names.map((name, c) =>
      `${name} ${shown.map((table) => fixed(table[c], digits)).join(" / ")}`);
    root.setAttribute("aria-label", say(values, { what: label, values: listed.join(", ") }));
  });

  return {
    root,
    show(tables, { low, high, scale = "" }) {
      shown = tables;
      const share = (value) => ((high - Math.min(Math.max(value, low), high)) / (high - low)) * 100;
      zero.style.top = `${share(0)}%`;
      top.textContent = scale;
      columns.forEach(({ parts }, c) => parts.forEach((part, kind) => {
        const value = tables[kind]?.[c];
        part.hidden = value === undefined || Number.isNaN(value);
        if (part.hidden) return;
        part.style.top = `${Math.min(share(value), share(0))}%`;
        part.style.height = `${Math.abs(share(value) - share(0))}%`;
        part.classList.toggle("kd-down", value < 0);
      }));
      describe();
    },
    mark(truth, at) {
      below.mark(truth, at);
      columns.forEach(({ root: column }, c) => column.classList.toggle("kd-hovered", c === at));
    },
  };
}
