// The parts of a figure: what lies side by side, each with its name, axes and traces.

import { plain } from "./number_format.js";

const axisOf = (ref, letter) => `${letter}axis${ref.slice(1)}`;
const place = ({ domain }) => (domain ?? [0, 1])[0];

/**
 * The parts of a figure from left to right.
 * @returns [{title, xaxis, traces: [{trace, at, x, y}]}]: `at` is the trace's number, `x` and `y`
 *   its axes in the layout
 */
export function partsOf({ data, layout = {} }) {
  const parts = new Map();
  data.forEach((trace, at) => {
    const name = axisOf(trace.xaxis ?? "x", "x");
    const xaxis = layout[name] ?? {};
    if (!parts.has(name)) parts.set(name, { name, xaxis, traces: [] });
    parts.get(name).traces.push({
      trace, at, x: xaxis, y: layout[axisOf(trace.yaxis ?? "y", "y")] ?? {},
    });
  });
  const sorted = [...parts.values()].sort((a, b) => place(a.xaxis) - place(b.xaxis));
  const [first] = sorted[0]?.traces ?? [];
  return sorted.map((part) => ({
    ...part, title: titleOf(part, layout, sorted.length),
    traces: part.traces.map((one) => ({ ...one, y: { ...one.y, title: one.y.title?.text ? one.y.title : first.y.title } })),
  }));
}

/** A part's name: the heading above it, else its vertical axis. */
function titleOf({ xaxis, traces }, { annotations = [] }, count) {
  if (count === 1) return "";
  const [from, to] = xaxis.domain ?? [0, 1];
  const heading = annotations.find(({ xref, x, text, name }) =>
    xref === "paper" && text && name !== "remark" && x > from && x < to);
  return plain(heading?.text ?? axisTitle(traces[0].y));
}

export const axisTitle = (axis) => plain(axis?.title?.text ?? "");
