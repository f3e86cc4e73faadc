// The table behind a chart, built from its traces.

import { element } from "./dom.js";
import { plain } from "./number_format.js";
import { shapeColour } from "./plot_look.js";
import { cellText } from "./table_text.js";
import { formatOf, isLevel } from "./plot_message.js";
import { axisTitle, partsOf } from "./plot_parts.js";

/**
 * The data of a figure as sheets: one for each of its parts.
 * @returns [{title, columns: [{title, unit, format, error}], rows: [[value]]}]; the first column
 *   heads the rows, `error` is the number of the column that a ± column belongs to
 */
export function sheetsOf(figure, words) {
  if (figure.table) return [ofTable(figure.table)];
  if (!figure.data) return [];
  const found = partsOf(figure).flatMap((part) => {
    const sheets = part.traces.filter(({ trace }) => isMap(trace)).map((one) => ofMap(one, part, figure));
    const series = part.traces.filter(({ trace }) => !isMap(trace) && isData(trace));
    if (series.length === 0 || sheets.length) return sheets;
    return [ofSeries(series, part.title, words)];
  });
  return found.length === 0 && figure.sheet ? numbersOf(figure, words) : found;
}

const isMap = ({ type, z }) => (type === "heatmap" || type === "surface") && z;
const isData = ({ meta, mode, x, y }) =>
  !meta?.skip && mode !== "text" && x?.length && y?.length;

/** The raw numbers of a figure: its own sheet where it brings one. */
export function numbersOf(figure, words) {
  if (!figure.sheet) return sheetsOf(figure, words);
  const { columns, rows } = figure.sheet;
  return [{ title: "", columns: columns.map((title) => ({ title })), rows }];
}

function ofTable({ columns, rows }) {
  return { title: "", columns: columns.map(({ title }) => ({ title })), rows: rows.map(({ cells }) => cells) };
}

/** A heat map or a surface: a row a row. */
function ofMap({ trace, x, y }, { title }, { layout }) {
  const [across, down, up] = trace.type === "surface"
    ? [layout.scene.xaxis, layout.scene.yaxis, layout.scene.zaxis] : [x, y, {}];
  const { rows = labels(down, trace.y, trace.z.length), columns = labels(across, trace.x, trace.z[0].length),
    values = trace.z, sd, format = up.tickformat } = trace.meta ?? {};
  const spread = sd?.flat().some((one) => one !== null) ? sd : null;
  const name = trace.type === "surface" ? plain(trace.name) : title;
  return {
    title: name,
    columns: [{ title: [axisTitle(down), axisTitle(across).split("   ")[0].split(" (")[0]].join(" \\ ") },
      ...columns.flatMap((text, at) => [{ title: String(text), format },
        ...(spread ? [{ title: "±", format, error: 1 + 2 * at }] : [])])],
    rows: rows.map((text, row) => [String(text),
      ...columns.flatMap((_, at) => [values[row][at], ...(spread ? [spread[row][at]] : [])])]),
  };
}

const labels = (axis, places, count) => axis.ticktext ?? places ?? Array.from({ length: count }, (_, at) => at);

/** Lines, points and bars: series as columns over what they share. */
function ofSeries(series, title, words) {
  const sideways = series.some(({ trace }) => trace.orientation === "h" || typeof trace.y[0] === "string");
  const lines = series.map(({ trace, x, y }) => {
    const { x: across, y: up } = trace.meta?.table ?? trace;
    return {
      trace, name: plain(trace.meta?.label ?? trace.name ?? ""), keys: sideways ? up : across,
      values: sideways ? across : up, errors: errorsOf(trace, sideways),
      keyAxis: sideways ? y : x, valueAxis: sideways ? x : y,
    };
  });
  if (lines.length > 1 && !sideways && lines.every(({ keys }) => keys.length <= 1)) return ofPoints(lines, title, words);
  if (sideways && lines.length > 1 && areApart(lines)) return ofGroups(lines, title, words);
  return ofColumns(lines, title, sideways, words);
}

/** Columns by series over the values that their keys share. */
function ofColumns(lines, title, sideways, words) {
  const levels = lines.filter(({ trace }) => isLevel(trace));
  const keyed = levels.length < lines.length ? lines.filter((one) => !levels.includes(one)) : lines;
  const keys = [...new Set(keyed.flatMap((one) => one.keys))];
  if (keys.every((key) => typeof key === "number")) keys.sort((a, b) => a - b);
  const columns = [{ title: axisTitle(lines[0].keyAxis) || words.name, format: lines[0].keyAxis.tickformat }];
  const places = lines.map((one) => new Map(one.keys.map((key, at) => [key, at])));
  const of = (one, list, key) => {
    const at = levels.includes(one) ? 0 : places[lines.indexOf(one)].get(key);
    return at === undefined ? null : list[at] ?? null;
  };
  for (const one of lines) {
    const unit = one.trace.meta?.unit ?? axisTitle(one.valueAxis);
    const format = formatOf(one.trace, one.valueAxis, sideways ? "x" : "y");
    columns.push({ title: one.name || unit, unit: one.name ? unit : "", format });
    const at = columns.length - 1;
    for (const { sign } of one.errors) columns.push({ title: sign, format, error: at });
  }
  const rows = keys.map((key) => [key, ...lines.flatMap((one) =>
    [of(one, one.values, key), ...one.errors.map(({ list }) => of(one, list, key))])]);
  return { title, columns, rows };
}

/** A few single points, each with a name of its own: a row a point. */
function ofPoints(lines, title, words) {
  const more = [...new Set(lines.flatMap(({ trace }) => Object.keys(trace.meta?.more ?? {})))];
  const [{ keyAxis, valueAxis, trace, errors }] = lines;
  const columns = [{ title: words.name }, ...more.map((name) => ({ title: name })),
    { title: axisTitle(keyAxis), format: formatOf(trace, keyAxis, "x") }];
  const crosswise = trace.error_x?.array;
  if (crosswise) columns.push({ title: "±", error: columns.length - 1 });
  columns.push({ title: axisTitle(valueAxis), format: formatOf(trace, valueAxis) });
  if (errors.length) columns.push({ title: "±", error: columns.length - 1 });
  return { title, columns, rows: lines.map((one) => [one.name, ...more.map((name) => one.trace.meta?.more?.[name] ?? ""),
    one.keys[0] ?? null, ...(crosswise ? [one.trace.error_x?.array[0] ?? null] : []),
    one.values[0] ?? null, ...(errors.length ? [one.errors[0]?.list[0] ?? null] : [])]) };
}

/** Categories of which each belongs to one series: its name becomes a column. */
function ofGroups(lines, title, words) {
  const [{ keyAxis, valueAxis, trace }] = lines;
  const format = formatOf(trace, valueAxis, "x");
  const rows = lines.flatMap((one) => one.keys.map((key, at) =>
    [key, one.values[at], ...(one.errors.length ? [one.errors[0].list[at]] : []), one.name]));
  const order = keyAxis.categoryarray;
  if (order) rows.sort((a, b) => order.indexOf(b[0]) - order.indexOf(a[0]));
  const spread = lines.some(({ errors }) => errors.length);
  return { title, rows, columns: [{ title: axisTitle(keyAxis) || words.name }, { title: axisTitle(valueAxis), format },
    ...(spread ? [{ title: "±", format, error: 1 }] : []), { title: words.group }] };
}

function areApart(lines) {
  const keys = lines.flatMap((one) => one.keys);
  return new Set(keys).size === keys.length;
}

function errorsOf(trace, sideways) {
  const bars = sideways ? trace.error_x : trace.error_y;
  if (trace.meta?.sd) return [{ sign: "±", list: trace.meta.sd }];
  if (!bars?.array) return [];
  if (!bars.arrayminus) return [{ sign: "±", list: bars.array }];
  return [{ sign: "−", list: bars.arrayminus }, { sign: "+", list: bars.array }];
}

/** Sheets as tables of the page. */
export function tablesOf(sheets, label) {
  return element("div", { class: "kd-table-frame kd-sheet", tabindex: 0, role: "region", "aria-label": label },
    ...sheets.map(({ title, columns, rows }) => element("table", { class: "kd-table" },
      ...(title ? [element("caption", {}, title)] : []),
      element("thead", {}, element("tr", {}, ...columns.map(({ title: text, unit }) =>
        element("th", { scope: "col", title: unit || undefined }, text)))),
      element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((value, at) =>
        element(at ? "td" : "th", at ? {} : { scope: "row" }, cellText(value, columns[at])))))))));
}

/** Rows of learners with their colour; a row that is none brings its own. */
export function learnersTable({ columns, rows }, look) {
  const head = columns.map(({ title, help }) =>
    element("th", { scope: "col", title: help || undefined, class: help ? "kd-help" : "" }, title));
  const body = rows.map(({ learner, colour, cells }) =>
    element("tr", { class: `kd-of-${learner}`, style: colour && `--of: ${shapeColour(colour, look)}` },
      ...cells.map((cell, at) => element(at ? "td" : "th", at ? {} : { scope: "row" }, cell))));
  return element("div", { class: "kd-table-frame", tabindex: 0 },
    element("table", { class: "kd-table" },
      element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body)));
}
