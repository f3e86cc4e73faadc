// The logits of one answer as bars up and down from zero, under the bars of `bars.js`.

import { element } from "./dom.js";
import { fixed } from "./numbers.js";

/** @returns {root, show(logits), mark(hovered)} */
export function logitBars({ classes, label, hover }) {
  const columns = classes.map((_, c) => {
    const value = element("span", { class: "kd-logit-value" });
    const fill = element("div", { class: "kd-logit-fill" });
    const root = element("div", {
      class: "kd-logit", onpointerenter: () => hover(c), onpointerleave: () => hover(null),
    }, fill, value);
    return { root, fill, value };
  });
  const zero = element("div", { class: "kd-logit-zero" });
  const root = element("div", {
    class: "kd-logits", role: "img", "aria-label": label,
  }, zero, ...columns.map((column) => column.root));
  return {
    root,
    show(logits) {
      const high = Math.max(0, ...logits);
      const low = Math.min(0, ...logits);
      const share = (value) => (value / (high - low || 1)) * 100;
      zero.style.top = `${share(high)}%`;
      columns.forEach(({ fill, value }, c) => {
        const top = share(high - Math.max(logits[c], 0));
        fill.style.top = `${top}%`;
        fill.style.height = `${share(Math.abs(logits[c]))}%`;
        value.textContent = fixed(logits[c], 1);
        value.style.top = logits[c] < 0 ? `${top + share(-logits[c])}%` : `${top}%`;
        value.classList.toggle("kd-below", logits[c] < 0);
      });
    },
    mark(hovered) {
      columns.forEach(({ root: column }, c) => column.classList.toggle("kd-hovered", c === hovered));
    },
  };
}
