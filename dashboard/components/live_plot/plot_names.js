// Texts that stand among the lines of a chart: none covers another.

import { textColour, textWidth } from "./plot_look.js";

/** Whether all lines share their axes, so that there is room for names at their ends. */
export const hasOneAxis = ({ data, layout }) =>
  !layout?.xaxis2 && data.every(({ type, xaxis }) => type === "scatter" && (xaxis ?? "x") === "x");

/** Each line's name and newest value at its end instead of a legend. */
export function nameLines(traces, layout, look) {
  const size = layout.font.size;
  const named = traces.filter(({ name, showlegend, mode = "", x, visible }) =>
    name && showlegend !== false && visible !== false && mode.includes("lines") && x?.length);
  if (named.length === 0) return;
  const room = Math.max(...named.map(({ name }) => textWidth(name, size * 1.05, look, 600)));
  if (room > layout.width * 0.4) return;
  layout.margin = { ...layout.margin, r: room + size * 1.6 };
  const values = traces.flatMap(({ y = [] }) => y).filter(Number.isFinite);
  const [low, high] = layout.yaxis.range ?? [Math.min(...values), Math.max(...values)];
  const pixels = Math.max(layout.height - layout.margin.t - layout.margin.b - size * 2, 1);
  const place = (value) => ((value - low) / (high - low || 1)) * pixels;
  const ends = named.map((trace) => ({ trace, at: place(trace.y.at(-1) ?? low) })).sort((a, b) => a.at - b.at);
  const places = spread(ends.map(({ at }) => at), size * 1.35, pixels);
  for (const [number, { trace, at }] of ends.entries()) {
    layout.annotations.push({
      text: `<b>${trace.name}</b>`, x: 1, xref: "paper", xanchor: "left", xshift: size * 0.5,
      y: trace.y.at(-1), yref: "y", yanchor: "middle", yshift: places[number] - at, showarrow: false,
      font: { size: size * 1.05, color: textColour(trace.line.color, look) },
    });
  }
}

/** Rising places, moved up and then down again until neighbours are `least` apart below `top`. */
function spread(places, least, top) {
  const moved = [...places];
  for (let at = 1; at < moved.length; at += 1) moved[at] = Math.max(moved[at], moved[at - 1] + least);
  moved[moved.length - 1] = Math.min(moved.at(-1), top);
  for (let at = moved.length - 2; at >= 0; at -= 1) moved[at] = Math.min(moved[at], moved[at + 1] - least);
  return moved;
}

/** Give the labels of marks on the time axis rows of their own where they would overlap. */
export function placeMarks(layout, look) {
  const marks = layout.annotations.filter(({ name }) => name === "mark");
  for (const ref of new Set(marks.map(({ xref }) => xref))) {
    placeAlong(marks.filter(({ xref }) => xref === ref), layout[`xaxis${ref.slice(1)}`], layout, look);
  }
  layout.annotations = layout.annotations.filter(({ hidden }) => !hidden);
}

function placeAlong(marks, axis, layout, look) {
  const [from, to] = axis.domain ?? [0, 1];
  const across = (layout.width - layout.margin.l - layout.margin.r) * (to - from);
  const height = layout.height - layout.margin.t - layout.margin.b;
  const [low, high] = axis.range;
  const rows = []; // where each row is free again
  for (const mark of [...marks].sort((a, b) => a.x - b.x)) {
    const wide = textWidth(mark.text, mark.font.size, look) + 8;
    const begin = ((mark.x - low) / (high - low || 1)) * across;
    const left = begin + wide > across; // it would stick out
    const start = left ? begin - wide : begin;
    const free = rows.findIndex((end) => end <= start);
    const row = free < 0 ? rows.length : free;
    const down = (row * mark.font.size * 1.5) / height;
    if (down > 0.6) mark.hidden = true; // its line stays
    rows[row] = start + wide;
    Object.assign(mark, { y: 1 - down, xanchor: left ? "right" : "left" });
  }
}
