// What stands before a name in a legend: a small drawing of the line, the marker or the colour.

import { parts } from "./colours.js";
import { drawing } from "./dom.js";

const DASHES = { solid: "", dash: "7 4", dot: "1.5 3.5" };
const SHAPES = {
  circle: "M9 6a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z",
  square: "M9.3 2.8h6.4v6.4h-6.4z",
  "triangle-up": "M12.5 1.6l4.4 8h-8.8z",
  "triangle-down": "M12.5 10.4l4.4 -8h-8.8z",
  cross: "M11 1.8h3v2.7h2.7v3h-2.7v2.7h-3v-2.7h-2.7v-3h2.7z",
  x: "M9.4 4.7l1.8 -1.8l1.3 1.3l1.3 -1.3l1.8 1.8l-1.3 1.3l1.3 1.3l-1.8 1.8l-1.3 -1.3l-1.3 1.3l-1.8 -1.8l1.3 -1.3z",
  diamond: "M12.5 1.8l4.2 4.2l-4.2 4.2l-4.2 -4.2z",
  star: "M12.5 0.6l1.7 3.6l4 0.5l-2.9 2.8l0.7 3.9l-3.5 -1.9l-3.5 1.9l0.7 -3.9l-2.9 -2.8l4 -0.5z",
};

/** A trace's line, marker or colour as a small drawing. */
export function sample({ type, mode = "", line = {}, marker = {}, fillcolor, stackgroup, colorscale }) {
  const svg = drawing("svg", { viewBox: "0 0 25 12", "aria-hidden": "true" });
  const colour = marker.pattern?.fgcolor ?? first(marker.color) ?? line.color;
  if (type === "bar" || stackgroup) {
    const outline = { x: 6, y: 1, width: 13, height: 10, stroke: marker.line?.color ?? line.color ?? "none" };
    svg.append(drawing("rect", { ...outline, ...filling(fillcolor ?? marker.pattern?.bgcolor ?? colour) }));
    if (marker.pattern) {
      svg.append(drawing("path", { d: "M6 6l5 -5M6 11l10 -10M11 11l8 -8M16 11l3 -3", stroke: colour, "stroke-width": 1.2 }));
    }
    return svg;
  }
  if (type === "surface") {
    const step = 13 / colorscale.length;
    svg.append(...colorscale.map(([, fill], at) =>
      drawing("rect", { x: 6 + at * step, y: 1, width: step + 0.3, height: 10, fill })));
    return svg;
  }
  if (mode.includes("lines")) {
    svg.append(drawing("path", { d: "M1 6h23", fill: "none", stroke: line.color, "stroke-width": 2.2,
      "stroke-dasharray": DASHES[line.dash] ?? "" }));
  }
  if (mode.includes("markers")) {
    const symbol = marker.symbol ?? "circle";
    const shape = symbol.replace(/-open$/, "");
    const open = shape !== symbol;
    svg.append(drawing("path", { d: SHAPES[shape] ?? SHAPES.circle,
      fill: open ? "none" : colour, stroke: marker.line?.color ?? "none", "stroke-width": 1.4 }));
  }
  return svg;
}

const first = (colour) => (Array.isArray(colour) ? colour[0] : colour);

function filling(colour) {
  const [r, g, b, opacity] = parts(colour);
  return { fill: `rgb(${r},${g},${b})`, "fill-opacity": opacity };
}
