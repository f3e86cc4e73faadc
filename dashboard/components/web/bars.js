// An answer as upright bars, one a class.

import { classNames } from "./class_names.js";
import { element, say, whenSettled } from "./dom.js";
import { ranking } from "./numbers.js";
import { keepWithin, measureText, withoutCollisions } from "./label_layout.js";

const WIDEST = "100%"; // of the numbers above the bars
const MOST_LISTED = 10; // classes in the text alternative, the likeliest first
const LEAST = 0.001; // smaller shares have no number

/** A share as short as fits above a bar. */
function brief(share) {
  if (share >= 0.995) return "100%";
  return share >= 0.0995 ? `${Math.round(share * 100)}%` : `${(share * 100).toFixed(1)}%`;
}

/**
 * @param classes names
 * @param label accessible name
 * @param values template of the text alternative, with {what} and {values}
 * @param hover called with a class, or null when the pointer leaves
 * @returns {root, show(answer), mark(truth, hovered)}
 */
export function bars(classes, { label, values, hover = () => {} }) {
  const columns = classes.map((_, c) => {
    const value = element("span", { class: "kd-bar-value" });
    const fill = element("div", { class: "kd-bar-fill" }, value);
    const root = element("div", {
      class: "kd-bar", onpointerenter: () => hover(c), onpointerleave: () => hover(null),
    }, fill);
    return { root, fill, value };
  });
  const names = classNames(classes, "below", { hover });
  const field = element("div", { class: "kd-bars-field" }, ...columns.map((column) => column.root));
  const root = element("div", {
    class: "kd-bars", role: "img", "aria-label": label, style: `--count:${classes.length}`,
  }, field, names.root);
  let shown = null;
  let marked = null;
  const room = { places: classes.map(() => 0), width: 0, line: 0, height: 1 };

  function measure() {
    const { size, width } = measureText(columns[0].value);
    const places = keepWithin(columns.map(({ value }) => value), width(WIDEST), field);
    Object.assign(room, { places, width: width(WIDEST), line: size * 1.3, height: field.clientHeight });
    if (shown) number();
  }

  /** The numbers that have room, those of what is pointed at and of the likeliest first. */
  function number() {
    const collide = (a, b) => Math.abs(room.places[a] - room.places[b]) < room.width &&
      Math.abs(shown[a] - shown[b]) * room.height < room.line;
    const [first = 0, second = Infinity] = room.places;
    const wider = (c) => (room.width * brief(shown[c]).length) / WIDEST.length > second - first;
    const covered = (c) => wider(c) && [c - 1, c + 1].some((next) =>
      (shown[next] - shown[c]) * room.height > 2); // by a neighbour's bar
    const listed = ranking(shown).filter((c) => shown[c] >= LEAST && !covered(c));
    const numbered = withoutCollisions(marked === null ? listed : [marked, ...listed], collide);
    columns.forEach(({ value }, c) => {
      value.textContent = shown[c] >= LEAST && numbered.has(c) ? brief(shown[c]) : "";
    });
  }

  const describe = whenSettled(() => {
    const listed = ranking(shown).slice(0, MOST_LISTED).filter((c) => shown[c] >= LEAST)
      .map((c) => `${classes[c]} ${brief(shown[c])}`);
    root.setAttribute("aria-label", say(values, { what: label, values: listed.join(", ") }));
  });

  new ResizeObserver(() => root.isConnected && measure()).observe(field);
  return {
    root,
    show(answer) {
      shown = answer;
      columns.forEach(({ fill }, c) => {
        fill.style.height = `${answer[c] * 100}%`;
      });
      number();
      describe();
    },
    mark(truth, hovered = null) {
      marked = hovered;
      names.mark(truth, hovered);
      columns.forEach(({ root: column }, c) => {
        column.classList.toggle("kd-true", c === truth);
        column.classList.toggle("kd-hovered", c === hovered);
      });
      if (shown) number();
    },
  };
}
