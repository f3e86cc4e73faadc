// What a chart's menu saves and copies: its picture, its numbers, its table.

import { parsed, picture, pngOf, svgText } from "./picture.js";
import { cased, printedLook, seen, themed } from "./plot_look.js";
import { numbered } from "./plot_cells.js";
import { legendEntries } from "./plot_legend.js";
import { placeMarks } from "./plot_names.js";
import { squared } from "./plot_stack.js";
import { copyPicture, copyText, saveFile } from "./save_file.js";
import { csvOf, fitsPaper, latexOf } from "./table_text.js";

const PLOT_HEIGHT = 560; // about, of a picture
const BOM = "﻿"; // spreadsheets read the file as UTF-8

/**
 * Entries of a chart's menu.
 * @param words of the component
 * @param name of the file, without its ending
 * @param head () => {title, subtitle}
 * @param draw () => the picture as SVG; left out where there is none
 * @param numbers () => sheets of raw numbers; `sheets` () => as they are read; both may be left out
 */
export function exportItems({ words, name, head, draw, numbers, sheets }) {
  const said = (copied) => (copied ? words.copied : words.not_copied);
  const csv = () => csvOf(numbers(), words);
  const latex = () => latexOf(sheets(), Object.values(head()).filter(Boolean));
  const all = [];
  const add = (key, act) => all.push({ name: key, label: words[key], act });
  if (draw) {
    add("png", async () => saveFile(`${name()}.png`, await pngOf(await draw())));
    add("svg", async () => saveFile(`${name()}.svg`, svgText(await draw()), "image/svg+xml"));
  }
  if (numbers) add("csv", () => saveFile(`${name()}.csv`, BOM + csv(), "text/csv;charset=utf-8"));
  const small = sheets && fitsPaper(sheets());
  if (small) add("latex", () => saveFile(`${name()}.tex`, latex(), "text/x-tex;charset=utf-8"));
  if (draw && window.ClipboardItem) add("copy_png", async () => said(await copyPicture(await pngOf(await draw()))));
  if (numbers) add("copy_csv", async () => said(await copyText(csv())));
  if (small) add("copy_latex", async () => said(await copyText(latex())));
  return all;
}

/** A figure of Plotly as a picture; `hidden` names lines that were clicked away. */
export async function plotPicture(Plotly, figure, head, hidden) {
  const look = printedLook();
  const { data, layout } = squared(figure, PLOT_HEIGHT, look);
  const traces = cased(data.filter(({ name }) => !hidden.has(name)).map((trace) => seen(trace, look)));
  return picture({ ...head, traces: legendEntries(traces) }, look, async (width, height) => {
    const page = themed(layout, look, width, height);
    placeMarks(page, look);
    const shown = numbered(traces, page, look);
    const text = await Plotly.toImage({ data: shown, layout: page },
      { format: "svg", width, height, imageDataOnly: true });
    return parsed(text);
  });
}

/** A surface as it is turned now. */
export function surfacePicture({ data, layout }, head, hidden, surface) {
  const look = printedLook();
  const traces = data.filter(({ name }) => !hidden.has(name));
  return picture({ ...head, traces: legendEntries(traces) }, look, (width, height) =>
    surface.drawn(traces, layout, look, width, height));
}
