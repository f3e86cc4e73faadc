// The legend above a chart: it wraps as text does, and a click hides or shows a line.

import { element } from "./dom.js";
import { sample } from "./legend_sample.js";
import { plain } from "./number_format.js";

/** The traces that a legend names. */
export function legendEntries(traces) {
  const named = traces.filter(({ name, showlegend }) => name && showlegend !== false);
  return named.length > 1 || named.some(({ type, meta }) => type === "bar" || meta?.cased) ? named : [];
}

/** @returns {root, hidden, show(traces), without(traces)}; `changed` is called after a click */
export function plotLegend(changed) {
  const root = element("div", { class: "kd-plot-legend" });
  const hidden = new Set();
  let before = "";
  const toggle = (name) => {
    if (!hidden.delete(name)) hidden.add(name);
    before = "";
    changed();
  };
  return {
    root,
    hidden,
    show(traces) {
      const entries = legendEntries(traces);
      const now = JSON.stringify(entries.map(({ name, line, marker, mode }) => [name, line, marker, mode]));
      if (now === before) return;
      before = now;
      root.replaceChildren(...entries.map((trace) => element("button", {
        type: "button", "aria-pressed": !hidden.has(trace.name), onclick: () => toggle(trace.name),
      }, sample(trace), plain(trace.name))));
    },
    /** The traces with those that were clicked away left undrawn. */
    without: (traces) => (hidden.size === 0 ? traces : traces.map((trace) =>
      (hidden.has(trace.name) ? { ...trace, visible: false } : trace))),
  };
}
