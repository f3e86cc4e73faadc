// The menus of the temperature lab: its curve and its class table as pictures and numbers.

import { heatMenu, tableSheets } from "./heat_picture.js";
import { softmax, temperatureAt } from "./numbers.js";
import { picture, styledCopy } from "./picture.js";
import { exportItems } from "./export_menu.js";
import { printedLook } from "./plot_look.js";
import { plotMenu } from "./plot_menu.js";

const POINTS = 60; // temperatures of the curve's table

const temperatureText = (temperature) => String(Number(temperature.toPrecision(3)));

/**
 * @param about {words, caption, run}: words of the menu, and what the pictures say of the run
 * @param words of the lab
 * @param truth () => the true label of the example, in words
 */
export function curveMenu({ words: own, caption, run }, words, curve, logits, classes, truth) {
  const head = () => ({ title: words.curve, subtitle: [caption, truth()].join(" · ") });
  const sheets = () => [{
    title: "", columns: [{ title: "T", format: ".3g" }, ...classes.map((name) => ({ title: name, format: ".1%" }))],
    rows: Array.from({ length: POINTS + 1 }, (_, at) => {
      const temperature = temperatureAt(at / POINTS);
      return [temperature, ...softmax(logits, classes.length, temperature)];
    }),
  }];
  const menu = plotMenu(own, () => exportItems({
    words: own, head, name: () => `temperature-curve-${run}`, numbers: sheets, sheets,
    draw: () => {
      const look = printedLook();
      return picture(head(), look, () => styledCopy(curve.svg, look));
    },
  }));
  menu.show(true);
  return menu.root;
}

/** @param shown () => {table, scale, temperature} */
export function matrixMenu({ words: own, caption, run }, words, classes, shown) {
  const corner = words.matrix;
  return heatMenu({
    words: own, title: words.matrix, caption, file: `class-matrix-${run}`,
    sheets: () => tableSheets([{ title: "", table: shown().table }], classes, corner),
  }, () => {
    const { table, scale, temperature } = shown();
    return { tables: [{ title: "", table }], columns: classes, scale, label: words.probability, square: true,
      groups: classes.map((name) => ({ name, size: 1 })), epoch: `T = ${temperatureText(temperature)}` };
  });
}
