// Pictures to keep: a drawing under its title and legend, on white paper.

import { drawing, element } from "./dom.js";
import { plain } from "./number_format.js";
import { textWidth } from "./plot_look.js";
import { sample } from "./legend_sample.js";

export const WIDTH = 1200, HEIGHT = 750; // CSS pixels
const SCALE = 2; // of the PNG
const EDGE = 30;
const TITLE = 24, SUBTITLE = 15, ENTRY = 16;

/**
 * A picture as SVG.
 * @param head {title, subtitle, traces}: the traces are those that the legend names
 * @param draw called with the width and height that are left; returns an SVG element
 */
export async function picture({ title, subtitle, traces = [] }, look, draw) {
  const svg = drawing("svg", {
    xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT,
    "font-family": look.font, fill: look.ink,
  }, drawing("title", {}, `${title} ${subtitle}`.trim()),
    drawing("rect", { width: WIDTH, height: HEIGHT, fill: look.paper }));
  let top = EDGE;
  for (const [text, size, weight] of [[title, TITLE, 600], [subtitle, SUBTITLE, 400]]) {
    for (const line of wrapLines(text, size, look, weight)) {
      svg.append(drawing("text", { x: EDGE, y: top + size, "font-size": size, "font-weight": weight }, line));
      top += size * 1.35;
    }
  }
  top = legend(svg, traces, look, top + 6) + 8;
  const room = [WIDTH - 2 * EDGE, HEIGHT - top - EDGE * 0.6];
  const body = await draw(...room);
  for (const [name, value] of Object.entries({ x: EDGE, y: top, width: room[0], height: room[1] })) {
    body.setAttribute(name, value);
  }
  svg.append(body);
  return svg;
}

/** Samples and names in lines below the title; returns where they end. */
function legend(svg, traces, look, top) {
  let x = EDGE, y = top;
  for (const trace of traces) {
    const wide = 34 + textWidth(plain(trace.name), ENTRY, look) + 22;
    if (x > EDGE && x + wide > WIDTH - EDGE) {
      x = EDGE;
      y += ENTRY * 1.6;
    }
    const mark = sample(trace);
    for (const [name, value] of Object.entries({ x, y: y + 2, width: 28, height: 14 })) mark.setAttribute(name, value);
    svg.append(mark, drawing("text", { x: x + 34, y: y + ENTRY * 0.9, "font-size": ENTRY }, plain(trace.name)));
    x += wide;
  }
  return traces.length ? y + ENTRY * 1.6 : top;
}

/** Lines of a text that fit the picture; it breaks between words, or between Chinese characters. */
function wrapLines(text, size, look, weight) {
  const lines = [];
  let line = "";
  for (const piece of text.match(/[⺀-鿿＀-￯]|[^\s⺀-鿿＀-￯]+\s*|\s+/gu) ?? []) {
    if (line && textWidth(line + piece.trimEnd(), size, look, weight) > WIDTH - 2 * EDGE) {
      lines.push(line.trim());
      line = "";
    }
    line += piece;
  }
  return line.trim() ? [...lines, line.trim()] : lines;
}

export const svgText = (svg) => `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(svg)}\n`;

/** The picture as PNG. */
export async function pngOf(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(svg))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH * SCALE;
  canvas.height = HEIGHT * SCALE;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** An SVG element from its text. */
export function parseSvg(text) {
  return document.importNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement, true);
}

const COPIED = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "opacity", "font-size",
  "font-weight", "display", "paint-order"];

/** A drawing of the page as it looks on white paper, with its style in its own attributes. */
export function styledCopy(svg, look) {
  const { width, height } = svg.getBoundingClientRect();
  const copy = svg.cloneNode(true);
  const page = element("div", { class: "kd", "aria-hidden": "true", style: `color-scheme: light; --ink: ${look.ink};`
    + ` --paper: ${look.paper}; position: fixed; left: -10000px; width: ${width}px; height: ${height}px` }, copy);
  document.body.append(page);
  for (const node of copy.querySelectorAll("*")) {
    const style = getComputedStyle(node);
    for (const name of COPIED) node.setAttribute(name, inRgb(style.getPropertyValue(name)));
  }
  for (const node of [copy, ...copy.querySelectorAll("*")]) {
    node.removeAttribute("class");
    node.removeAttribute("style");
  }
  page.remove();
  return copy;
}

/** Mixed colours are computed as color(srgb …), which few programs read. */
const inRgb = (value) => value.replace(/color\(srgb ([\d.]+) ([\d.]+) ([\d.]+)(?: \/ ([\d.]+))?\)/g,
  (_, r, g, b, opacity = 1) => `rgba(${[r, g, b].map((part) => Math.round(part * 255)).join(",")},${opacity})`);
