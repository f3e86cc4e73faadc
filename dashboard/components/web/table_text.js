// Sheets of numbers as text: CSV for programs, LaTeX for papers.

import { say } from "./dom.js";
import { formatted } from "./number_format.js";

const MOST_ROWS = 60, MOST_COLUMNS = 14; // of a table in a paper

/** Whether a column holds shares, which are shown in per cent. */
export const isShare = ({ format }) => /%$/.test(format ?? "");

/** A cell as it is read; a spread has no sign of its own. */
export const cellText = (value, { format, error }) => (value === null || value === undefined ? ""
  : formatted(value, error === undefined ? format : format?.replace("+", "")));

/** CSV with raw numbers: a single sheet as it is, several with a line for every value. */
export function csvOf(sheets, words) {
  const rows = sheets.length === 1 ? wide(sheets[0], words) : long(sheets, words);
  return `${rows.map((row) => row.map(field).join(",")).join("\r\n")}\r\n`;
}

function wide({ columns, rows }, words) {
  const head = columns.map((column, at) =>
    (column.error === undefined ? withUnit(column, words) : `${columns[column.error].title} ${columns[at].title}`));
  return [head, ...rows];
}

function withUnit({ title, unit, format }, words) {
  const more = [unit, isShare({ format }) ? words.share : ""].filter(Boolean).join(words.comma);
  return more ? say(words.with_unit, { title, unit: more }) : title;
}

function long(sheets, words) {
  const spread = sheets.some(({ columns }) => columns.some(({ error }) => error !== undefined));
  const signs = [...new Set(sheets.flatMap(({ columns }) =>
    columns.filter(({ error }) => error !== undefined).map(({ title }) => title)))];
  const keys = [...new Set(sheets.map(({ columns }) => columns[0].title))];
  const head = [words.part, keys.join(" / ") || words.series, words.series, words.value, ...(spread ? signs : [])];
  return [head, ...sheets.flatMap(({ title, columns, rows }) => rows.flatMap(([key, ...values]) =>
    columns.slice(1).flatMap((column, at) => {
      const value = values[at];
      if (column.error !== undefined || value === null || value === undefined) return [];
      const errors = signs.map((sign) => {
        const place = columns.findIndex((other) => other.error === at + 1 && other.title === sign);
        return place < 0 ? "" : values[place - 1];
      });
      return [[title, key, withUnit(column, words), value, ...errors]];
    })))];
}

function field(value) {
  if (value === null || value === undefined) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Whether sheets are small enough for a table in a paper. */
export const fitsPaper = (sheets) => sheets.length > 0 && sheets.every(({ columns, rows }) =>
  rows.length <= MOST_ROWS && columns.length <= MOST_COLUMNS * 2
  && columns.filter(({ error }) => error === undefined).length <= MOST_COLUMNS);

/** LaTeX: a tabular of the package booktabs for each sheet, mean ± sd in one column. */
export const latexOf = (sheets, caption) => [
  ...caption.map((line) => `% ${line}`), "% \\usepackage{booktabs}", ...sheets.map(tabular),
].join("\n").concat("\n");

function tabular({ title, columns, rows }) {
  const shown = columns.map((column, at) => ({ ...column, at })).filter(({ error }) => error === undefined);
  const line = (cells) => `${cells.join(" & ")} \\\\`;
  const signs = (at) => columns.map((column, place) => ({ ...column, place })).filter(({ error }) => error === at);
  const cell = (row, column) => {
    const text = escaped(cellText(row[column.at], column));
    const errors = signs(column.at).filter(({ place }) => row[place] !== null);
    return errors.length && text ? `${text} ${spreadOf(errors, row)}` : text;
  };
  return [
    ...(title ? [`% ${title}`] : []),
    `\\begin{tabular}{l${"r".repeat(shown.length - 1)}}`, "\\toprule",
    line(shown.map(({ title: text }) => escaped(text))), "\\midrule",
    ...rows.map((row) => line(shown.map((column) => cell(row, column)))),
    "\\bottomrule", "\\end{tabular}",
  ].join("\n");
}

function spreadOf(errors, row) {
  const texts = errors.map(({ place, ...column }) => escaped(cellText(row[place], column)));
  return errors.length === 1 ? `$\\pm$ ${texts[0]}` : `$_{-\\textrm{${texts[0]}}}^{+\\textrm{${texts[1]}}}$`;
}

const SIGNS = {
  "\\": "\\textbackslash{}", "&": "\\&", "%": "\\%", $: "\\$", "#": "\\#", _: "\\_", "{": "\\{", "}": "\\}",
  "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "<": "\\textless{}", ">": "\\textgreater{}",
  "±": "$\\pm$", "×": "$\\times$", "÷": "$\\div$", "−": "$-$", "→": "$\\rightarrow$", "←": "$\\leftarrow$",
  "≈": "$\\approx$", "≤": "$\\leq$", "≥": "$\\geq$", "²": "$^2$", "·": "$\\cdot$", "–": "--", "…": "\\ldots{}",
  "λ": "$\\lambda$", "α": "$\\alpha$", "β": "$\\beta$", "γ": "$\\gamma$", "η": "$\\eta$", "σ": "$\\sigma$",
  "ρ": "$\\rho$", "µ": "$\\mu$", "μ": "$\\mu$",
};

/** Text as LaTeX prints it. */
export const escaped = (text) => [...String(text)].map((sign) => SIGNS[sign] ?? sign).join("");
