// What a chart's menu saves and copies: its picture, its numbers, its table.

import { pngOf, svgText } from "./picture.js";
import { copyPicture, copyText, saveFile } from "./save_file.js";
import { csvOf, fitsPaper, latexOf } from "./table_text.js";

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
  const remark = (copied) => (copied ? words.copied : words.not_copied);
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
  if (draw && window.ClipboardItem) add("copy_png", async () => remark(await copyPicture(await pngOf(await draw()))));
  if (numbers) add("copy_csv", async () => remark(await copyText(csv())));
  if (small) add("copy_latex", async () => remark(await copyText(latex())));
  return all;
}
