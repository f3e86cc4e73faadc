// How charts look: the page's colours and type on a figure of Plotly, on screen and on paper.

import { TEXT, isPlain, legible, mixed, onColour, opaque, pale, translucent } from "./colours.js";
import { element } from "./dom.js";

export const USUAL_SIZE = 16; // pixels of type for which heights and sizes are given
const NOTHING = "#eeeeee"; // of charts/confusion.py
// colours of charts/parts/style.py that the page shows in a shade of its own
const LEARNERS = { "#009E73": "--teacher", "#E69F00": "--plain", "#0072B2": "--distilled" };
const PRINTED_FONT = 'Helvetica, Arial, "Noto Sans", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';

/** Colours and size of type as the page has them now. */
export function readLook(root, large) {
  const style = getComputedStyle(root);
  const size = parseFloat(getComputedStyle(document.documentElement).fontSize);
  return { ...coloursOf(style), size, large, font: style.fontFamily };
}

/** The same for a picture on white paper, whose fonts every computer has. */
export function printedLook() {
  const sample = element("div", { class: "kd", style: "color-scheme: light; --ink: #1f2430; --paper: #ffffff" });
  document.body.append(sample);
  const colours = coloursOf(getComputedStyle(sample));
  sample.remove();
  return { ...colours, size: 18, large: false, font: PRINTED_FONT };
}

function coloursOf(style) {
  const read = (name, other) => style.getPropertyValue(name).trim() || other;
  const colours = Object.fromEntries(Object.entries(LEARNERS).map(([colour, name]) => [colour, read(name, colour)]));
  return { colours, ink: read("--ink", "#31333f"), paper: read("--paper", "#ffffff") };
}

/** A colour of a figure as lines and marks have it. */
export const shapeColour = (colour, look) => legible(look.colours[colour] ?? colour, look);

/** The same as text has it. */
export const textColour = (colour, look) => legible(look.colours[colour] ?? colour, look, TEXT);

const each = (value, change) => (Array.isArray(value) ? value.map(change) : change(value));

/** A trace in colours that can be told apart from the page, and in a lecture hall with thick lines. */
export function inPageColours(trace, look) {
  const dress = { bar: bars, heatmap: onGround, surface: (given) => given }[trace.type] ?? lines;
  const styled = dress(trace, look);
  if (trace.textfont?.color) {
    styled.textfont = { ...trace.textfont, color: each(trace.textfont.color, (one) => textColour(one, look)) };
  }
  return styled;
}

function lines(trace, look) {
  const styled = { ...trace };
  const faint = trace.opacity < 1 || trace.line?.width === 0;
  const colour = (given) => (faint ? pale(shapeColour(given, look), look) : shapeColour(given, look));
  const wide = look.large ? 2 : 1;
  if (faint) delete styled.opacity;
  if (trace.line) {
    styled.line = { ...trace.line, color: colour(trace.line.color), width: (trace.line.width ?? 2) * wide || 1 };
  }
  if (trace.marker) {
    const { color = trace.line?.color, line, size, opacity } = trace.marker;
    styled.marker = { ...trace.marker, color: line ? color : each(color, colour), // an edge stands out instead
      ...(line ? { line: { ...line, color: each(line.color, colour) } } : {}),
      ...(opacity > 0 && opacity < 1 ? { opacity: 1 } : {}),
      ...(typeof size === "number" ? { size: size * (look.large ? 1.6 : 1) } : {}) };
  }
  for (const bar of ["error_x", "error_y"]) {
    if (trace[bar]) styled[bar] = { ...trace[bar], color: colour(trace[bar].color ?? styled.marker?.color ?? styled.line?.color) };
  }
  return styled;
}

/** Bars: a pale one has an outline that stands out, whiskers and numbers can be read on them. */
function bars(trace, look) {
  const { color, opacity = 1, line, pattern } = trace.marker;
  const fill = (given) => {
    const own = look.colours[given] ?? given;
    if (!isPlain(own) || opacity < 1) return isPlain(own) ? translucent(own, opacity) : own;
    return isTranslucent(own) ? own : legible(own, look);
  };
  const outlined = opacity < 1 || line || [color].flat().some(isTranslucent);
  const inside = (given) => onColour(opaque(fill(given), look.paper));
  return {
    ...trace,
    marker: { ...trace.marker, opacity: 1, color: each(color, fill),
      ...(outlined ? { line: { width: 1, ...line, color: each(line?.color ?? color, (one) => shapeColour(solid(one), look)) } } : {}),
      ...(pattern ? { pattern: { ...pattern, fgcolor: shapeColour(pattern.fgcolor, look), bgcolor: pattern.bgcolor ? look.paper : "rgba(0,0,0,0)" },
        line: { width: 1, color: shapeColour(pattern.fgcolor, look) } } : {}) },
    ...(trace.text ? { insidetextfont: { color: each(color, inside) }, outsidetextfont: { color: look.ink } } : {}),
    ...(trace.error_y ? { error_y: { ...trace.error_y, color: look.ink } } : {}),
  };
}

const isTranslucent = (colour) => /^#[\da-f]{8}$/i.test(colour ?? "") || /^rgba/.test(colour ?? "");
const solid = (colour) => (/^#[\da-f]{8}$/i.test(colour) ? colour.slice(0, 7) : colour);

/** A heat map whose empty cells take the page's colour, so that the text in them can be read. */
function onGround(trace, look) {
  const ground = mixed(look.ink, look.paper, 0.06);
  return { ...trace, colorscale: trace.colorscale.map(([at, colour]) =>
    [at, colour === NOTHING ? ground : colour]) };
}

/** A dark line below each border on a map, so that it is seen on every colour. */
export const withOutlines = (traces) => traces.flatMap((trace) => (!trace.meta?.cased ? [trace] : [
  { ...trace, name: undefined, showlegend: false,
    line: { ...trace.line, color: "#000000", dash: "solid", width: trace.line.width + 2 } },
  trace,
]));

// more decimals the closer the ticks: no two of them read alike
const PERCENT_STOPS = [
  { dtickrange: [null, 0.00099], value: ".2%" },
  { dtickrange: [0.00099, 0.0099], value: ".1%" },
  { dtickrange: [0.0099, null], value: ".0%" },
];

/** The figure's layout in the page's colours; margins alike on all charts. */
export function inPageStyle(layout, look, width, height) {
  const small = look.size * (look.large ? 1.25 : 0.8);
  const grid = mixed(look.ink, look.paper, 0.13);
  const axis = { gridcolor: grid, zerolinecolor: grid, linecolor: mixed(look.ink, look.paper, 0.35),
    title: { standoff: 6 }, automargin: true, fixedrange: false, tickfont: { size: small } };
  const styled = { ...layout };
  for (const name of Object.keys({ xaxis: 0, yaxis: 0, ...layout })) {
    if (!/^[xy]axis\d*$/.test(name)) continue;
    const own = layout[name] ?? {};
    styled[name] = { ...axis, ...own,
      ...(/^\.\d%$/.test(own.tickformat ?? "") ? { tickformatstops: PERCENT_STOPS } : {}),
      ...(own.zerolinecolor ? { zerolinecolor: shapeColour(own.zerolinecolor, look) } : {}),
      title: { standoff: 6, font: { size: small }, ...own.title } };
  }
  const margin = marginOf(layout, look);
  for (const [name, axis] of Object.entries(styled).filter(([key]) => /^[xy]axis\d*$/.test(key))) {
    const [from, to] = axis.domain ?? [0, 1];
    const room = (name[0] === "x" ? width - margin.l - margin.r : height - margin.t - margin.b - 2.2 * small) * (to - from);
    if (axis.title.text) styled[name].title = { ...axis.title, text: broken(axis.title.text, room, small, look) };
  }
  return {
    ...styled,
    shapes: (layout.shapes ?? []).map((shape) => (
      { ...shape, line: { ...shape.line, color: shapeColour(shape.line.color, look) } })),
    annotations: (layout.annotations ?? []).map((note) => annotation(note, look)),
    width, height, autosize: false,
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: look.font, size: small, color: look.ink },
    margin,
    showlegend: false,
    hoverlabel: { bgcolor: look.paper, bordercolor: grid,
      font: { color: look.ink, family: look.font, size: small }, namelength: -1 },
  };
}

function marginOf({ annotations = [] }, { size }) {
  const headed = annotations.some(({ yref, name }) => yref === "paper" && name !== "mark");
  return { l: size * 2.4, r: size * 0.9, t: size * (headed ? 1.9 : 0.6), b: size * 1.8, pad: 2 };
}

/** An axis' name in as many lines as its room asks for. */
function broken(text, room, size, look) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (lines.at(-1) && textWidth(longer, size, look) > room) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines.join("<br>");
}

function annotation(note, look) {
  const size = (note.font?.size ?? 13) * (look.size / USUAL_SIZE) * (look.large ? 1.3 : 1);
  const color = note.font?.color ? { color: textColour(note.font.color, look) } : {};
  return { ...note, font: { ...note.font, size, ...color },
    ...(note.arrowcolor ? { arrowcolor: shapeColour(note.arrowcolor, look) } : {}),
    ...(["mark", "tick"].includes(note.name) ? { bgcolor: look.paper, borderpad: 1 } : {}) };
}

let canvas = null;

/** Pixels that a text takes. */
export function textWidth(text, size, look, weight = 400) {
  canvas ??= element("canvas").getContext("2d");
  canvas.font = `${weight} ${size}px ${look.font}`;
  return canvas.measureText(text).width;
}
