// The logits of one answer as bars up and down from zero, under the bars of `bars.js`.

import { element, say, whenSettled } from "./dom.js";
import { fixed, ranking } from "./numbers.js";
import { keepWithin, measureText, withoutCollisions } from "./label_layout.js";

const WIDEST = "−99.9";
const MOST_LISTED = 10; // classes in the text alternative, the highest first

/**
 * @param values template of the text alternative, with {what} and {values}
 * @returns {root, show(logits), mark(hovered)}
 */
export function logitBars({ classes, label, values, hover }) {
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
    class: "kd-logits", role: "img", "aria-label": label, style: `--count:${classes.length}`,
  }, zero, ...columns.map((column) => column.root));
  let shown = null;
  let marked = null;
  let places = classes.map(() => 0); // of the numbers' middles
  let room = 0; // that a number takes

  function number() {
    const order = ranking(shown);
    const collide = (a, b) =>
      Math.abs(places[a] - places[b]) < room && shown[a] < 0 === shown[b] < 0;
    const numbered = withoutCollisions(marked === null ? order : [marked, ...order], collide);
    columns.forEach(({ value }, c) => {
      value.textContent = numbered.has(c) ? fixed(shown[c], 1) : "";
    });
  }

  const describe = whenSettled(() => {
    const listed = ranking(shown).slice(0, MOST_LISTED).map((c) => `${classes[c]} ${fixed(shown[c], 1)}`);
    root.setAttribute("aria-label", say(values, { what: label, values: listed.join(", ") }));
  });

  new ResizeObserver(() => {
    if (!root.isConnected) return;
    room = measureText(columns[0].value).width(WIDEST);
    places = keepWithin(columns.map(({ value }) => value), room, root);
    if (shown) number();
  }).observe(root);
  return {
    root,
    show(logits) {
      shown = logits;
      const high = Math.max(0, ...logits);
      const low = Math.min(0, ...logits);
      const share = (value) => (value / (high - low || 1)) * 100;
      zero.style.top = `${share(high)}%`;
      columns.forEach(({ fill, value }, c) => {
        const top = share(high - Math.max(logits[c], 0));
        fill.style.top = `${top}%`;
        fill.style.height = `${share(Math.abs(logits[c]))}%`;
        value.style.top = logits[c] < 0 ? `${top + share(-logits[c])}%` : `${top}%`;
        value.classList.toggle("kd-below", logits[c] < 0);
      });
      number();
      describe();
    },
    mark(hovered) {
      marked = hovered;
      columns.forEach(({ root: column }, c) => column.classList.toggle("kd-hovered", c === hovered));
      if (shown) number();
    },
  };
}
