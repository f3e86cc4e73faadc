// What a chart over time says in a sentence: the newest value of each of its lines.

import { say } from "./dom.js";
import { formatIn, formatted, plain } from "./number_format.js";
import { axisTitle, partsOf } from "./plot_parts.js";

/**
 * @param figure up to the moment shown
 * @param words of the component: `newest` {axis, at, values} and what stands between two values
 */
export function messageOf(figure, words) {
  const parts = partsOf(figure).map(({ title, xaxis, traces }) => {
    const named = traces.filter(({ trace: { name, meta, x, y } }) =>
      name && !meta?.trail && !meta?.skip && x?.length && typeof y?.at(-1) === "number");
    const values = named.map(({ trace, y }) =>
      say(words.of, { name: plain(trace.name), value: formatted(trace.y.at(-1), formatOf(trace, y)) }));
    const at = Math.max(...named.filter(({ trace }) => !isLevel(trace)).map(({ trace }) => trace.x.at(-1)));
    const text = values.join(words.comma);
    return { axis: axisTitle(xaxis), at, text: title && text ? say(words.of_part, { title, values: text }) : text };
  }).filter(({ text }) => text);
  if (parts.length === 0) return words.nothing;
  const { axis, at } = parts[0];
  const values = parts.map(({ text }) => text).join(words.semicolon);
  return Number.isFinite(at) ? say(words.newest, { axis, at: formatted(at), values }) : say(words.levels, { values });
}

/** How a value is written: as at the pointer, else as along the axis. */
export const formatOf = (trace, axis, letter = "y") =>
  formatIn(trace.hovertemplate, letter) ?? axis.hoverformat ?? axis.tickformat ?? "";

/** A line across the whole chart, such as the teacher's: its end is no moment. */
export const isLevel = ({ line, x }) => line?.dash === "dot" && x.length === 2 && x[0] === 0;
