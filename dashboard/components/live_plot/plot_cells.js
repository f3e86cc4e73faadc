// Numbers in the cells of heat maps, black or white as the cell's colour asks for.

import { colourOf, onColour } from "./colours.js";
import { textWidth } from "./plot_look.js";

const SMALLEST = 8; // pixels of type
const AIR = 0.86; // share of a cell that text may take

/** Heat maps with a `texttemplate` get their texts from a trace beside them. */
export function withCellNumbers(traces, layout, look) {
  return traces.flatMap((trace) => {
    if (trace.type !== "heatmap" || !trace.texttemplate || trace.visible === false) return [trace];
    spanCells(layout, trace.xaxis ?? "x", trace.z[0].length);
    spanCells(layout, trace.yaxis ?? "y", trace.z.length);
    return [{ ...trace, texttemplate: "" }, texts(trace, layout, look)];
  });
}

/** An axis that ends with the cells: the texts would ask for air around themselves. */
function spanCells(layout, ref, count) {
  const axis = layout[`${ref[0]}axis${ref.slice(1)}`];
  const ends = [-0.5, count - 0.5];
  axis.range = axis.autorange === "reversed" ? ends.reverse() : ends;
  axis.autorange = false;
}

function texts(trace, layout, look) {
  const rows = trace.z.length, columns = trace.z[0].length;
  const [x, y] = [trace.x ?? [...trace.z[0].keys()], trace.y ?? [...trace.z.keys()]];
  const cells = trace.text.flatMap((line, row) => line.map((text, column) => ({ text, row, column })))
    .filter(({ text, row, column }) => text && trace.meta?.values?.[row][column] !== 0);
  const size = sizeOf(cells.map(({ text }) => text), cellSize(trace, layout, rows, columns), layout.font.size, look);
  return {
    type: "scatter", mode: "text", showlegend: false, hoverinfo: "skip", xaxis: trace.xaxis, yaxis: trace.yaxis,
    x: cells.map(({ column }) => x[column]), y: cells.map(({ row }) => y[row]),
    text: size < SMALLEST ? cells.map(() => "") : cells.map(({ text }) => text),
    textfont: { size: Math.max(size, SMALLEST), color: cells.map(({ row, column }) => onColour(colourAt(trace, trace.z[row][column]))) },
  };
}

/** About how large a cell is, in pixels. */
function cellSize(trace, { width, height, margin, ...layout }, rows, columns) {
  const domain = (ref = "x") => layout[`${ref[0]}axis${ref.slice(1)}`]?.domain ?? [0, 1];
  const share = ([from, to]) => to - from;
  const bar = trace.showscale === false ? 0 : 60;
  const across = ((width - margin.l - margin.r - bar) * share(domain(trace.xaxis))) / columns;
  const down = ((height - margin.t - margin.b - 30) * share(domain(trace.yaxis ?? "y"))) / rows;
  const square = layout[`yaxis${(trace.yaxis ?? "y").slice(1)}`]?.scaleanchor;
  return square ? [Math.min(across, down), Math.min(across, down)] : [across, down];
}

function sizeOf(texts, [across, down], usual, look) {
  const lines = texts.map((text) => text.split("<br>"));
  const widest = Math.max(1, ...lines.flat().map((line) => textWidth(line, 10, look) / 10));
  const most = Math.max(1, ...lines.map(({ length }) => length));
  return Math.min(usual, (across * AIR) / widest, (down * AIR) / (most * 1.3));
}

function colourAt({ colorscale, reversescale, z, zmin, zmax }, value) {
  const known = z.flat().filter((one) => one !== null);
  const low = zmin ?? Math.min(...known), high = zmax ?? Math.max(...known);
  return colourOf(colorscale, reversescale, high > low ? (value - low) / (high - low) : 0.5);
}
