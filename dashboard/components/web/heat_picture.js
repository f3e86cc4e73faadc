// Heat maps of probabilities as pictures to keep: side by side, with names and colour scale.

import { drawing } from "./dom.js";
import { paint, scaleNumbers } from "./heat_map.js";
import { COLOURS, shade } from "./numbers.js";
import { picture } from "./picture.js";
import { exportItems } from "./export_menu.js";
import { printedLook, textWidth } from "./plot_look.js";
import { plotMenu } from "./plot_menu.js";

const TYPE = 15, SMALL = 13; // pixels of type
const CROWDED = 30; // names, beyond which they would overlap
const LONGEST = 14; // letters of a name
const BETWEEN = 34, RAMP = 300;
const MOST_SQUARES = 900;

/**
 * A menu with the picture of `shown()`.
 * @param what {words, title, caption, file, sheets}: `sheets` () => the numbers, where there are any
 * @param shown () => {tables, columns, groups, scale, label, square, epoch}: `tables` are
 *   {title, table}, flat, row by row; `columns` names; `groups` of rows {name, size}; `label` of the
 *   colour scale; `epoch` a text, `moment` its number
 */
export function heatMenu({ words, title, caption, file, sheets }, shown) {
  const head = () => ({ title, subtitle: [caption, shown().epoch].filter(Boolean).join(" · ") });
  const menu = plotMenu(words, () => exportItems({
    words, head, name: () => [file, shown().moment].filter((part) => part !== undefined).join("-"),
    draw: () => heatPicture(head(), shown()), numbers: sheets, sheets,
  }));
  menu.show(true);
  return menu.root;
}

/** Tables of probabilities, a row a class: rows of numbers to keep. */
export const tableSheets = (tables, names, corner) => tables.map(({ title, table }) => ({
  title, columns: [{ title: corner }, ...names.map((name) => ({ title: name, format: ".1%" }))],
  rows: names.map((name, row) => [name, ...names.map((_, column) => {
    const value = table[row * names.length + column];
    return Number.isNaN(value) ? null : value;
  })]),
}));

function heatPicture(head, { tables, columns, groups, scale, label, square }) {
  const look = printedLook();
  return picture(head, look, (width, height) => {
    const svg = drawing("svg", { viewBox: `0 0 ${width} ${height}` });
    const names = columns.length > CROWDED ? [] : columns.map(short);
    const rows = groups.length > CROWDED ? [] : groups.map(({ name, size }) => ({ name: short(name), size }));
    const left = Math.max(0, ...rows.map(({ name }) => textWidth(name, SMALL, look))) + 8;
    const across = (width - BETWEEN * (tables.length - 1)) / tables.length - left;
    const upright = Math.max(0, ...names.map((name) => textWidth(name, SMALL, look))) > across / columns.length;
    const above = TYPE * 1.8 + (upright ? Math.max(...names.map((name) => textWidth(name, SMALL, look))) : SMALL) + 8;
    const down = height - above - 62;
    const [wide, high] = square ? [Math.min(across, down), Math.min(across, down)] : [across, down];
    tables.forEach(({ title, table }, at) => {
      const x = at * (across + left + BETWEEN) + left;
      svg.append(text(title, x, TYPE, { "font-size": TYPE, "font-weight": 600 }),
        heatMapOf(table, columns.length, scale, x, above, wide, high),
        ...namesAbove(names, x, above - 6, wide, upright), ...namesBeside(rows, x - 6, above, high));
    });
    svg.append(...ramp(label, scale, look, height - 40));
    return svg;
  });
}

const short = (name) => (name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name);
const text = (words, x, y, how = {}) => drawing("text", { x, y, "font-size": SMALL, ...how }, words);

/** Cells as squares; many as the pixels of an image, enlarged without smoothing. */
function heatMapOf(table, columns, scale, x, y, width, height) {
  if (table.length <= MOST_SQUARES) return squares(table, columns, scale, x, y, width, height);
  const canvas = document.createElement("canvas");
  paint(canvas, table, columns, scale);
  const times = Math.max(1, Math.ceil(Math.max(width / canvas.width, height / canvas.height)));
  const large = document.createElement("canvas");
  large.width = canvas.width * times;
  large.height = canvas.height * times;
  const context = large.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, large.width, large.height);
  return drawing("image", { href: large.toDataURL("image/png"), x, y, width, height, preserveAspectRatio: "none" });
}

function squares(table, columns, scale, x, y, width, height) {
  const [wide, high] = [width / columns, (height * columns) / table.length];
  return drawing("g", { "shape-rendering": "crispEdges" }, ...[...table].flatMap((probability, at) => {
    if (Number.isNaN(probability)) return [];
    const colour = Math.round(Math.min(Math.max(shade(probability, scale), 0), 1) * 255) * 3;
    return [drawing("rect", { x: x + (at % columns) * wide, y: y + Math.floor(at / columns) * high,
      width: wide, height: high, fill: `rgb(${COLOURS.slice(colour, colour + 3).join(",")})` })];
  }));
}

function namesAbove(names, x, y, width, upright) {
  return names.map((name, at) => {
    const middle = x + ((at + 0.5) * width) / names.length;
    return upright
      ? text(name, 0, 0, { transform: `translate(${middle + SMALL * 0.35} ${y}) rotate(-90)` })
      : text(name, middle, y, { "text-anchor": "middle" });
  });
}

function namesBeside(rows, x, y, height) {
  const total = rows.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  return rows.map(({ name, size }) => {
    const middle = y + ((before + size / 2) / total) * height;
    before += size;
    return text(name, x, middle + SMALL * 0.35, { "text-anchor": "end" });
  });
}

/** The colour scale with its numbers. */
function ramp(label, scale, look, y) {
  const shares = Float32Array.from({ length: 256 }, (_, at) => at / 255);
  const begin = textWidth(label, SMALL, look) + 14;
  const numbers = scaleNumbers(scale);
  return [
    text(label, 0, y + 12), heatMapOf(shares, 256, "linear", begin, y, RAMP, 14),
    ...numbers.map((number, at) => text(number, begin + (at / (numbers.length - 1)) * RAMP, y + 30,
      { "text-anchor": "middle" })),
  ];
}
