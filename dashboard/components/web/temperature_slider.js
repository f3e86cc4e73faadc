// The temperature slider: logarithmic, with ticks to jump to; reports every move, in the browser.

import { element, glide } from "./dom.js";
import { shareOf, temperatureAt } from "./numbers.js";

const TICKS = [0.5, 1, 2, 4, 8, 20];

/** T as it is shown: one decimal. */
export const spoken = (temperature) => temperature.toFixed(1);

/**
 * @param label accessible name, e.g. "Temperature T"
 * @param testid data-testid of the range input
 * @param changed called with T at every move by the user
 * @param settled called with T when a move is over
 * @returns {root, show(T)}: show moves the handle without calling back
 */
export function temperatureSlider({ label, testid, start, changed, settled = () => {} }) {
  const value = element("span", { class: "kd-temperature-value" });
  const input = element("input", {
    type: "range", min: 0, max: 100, step: "any", "aria-label": label, "data-testid": testid,
    oninput: () => move(temperatureAt(input.value / 100)),
    onchange: () => settled(temperatureAt(input.value / 100)),
    onpointerdown: () => stop(),
  });
  let stop = () => {};
  const show = (temperature) => {
    input.value = shareOf(temperature) * 100;
    input.setAttribute("aria-valuetext", `T = ${spoken(temperature)}`);
    value.textContent = spoken(temperature);
  };
  const move = (temperature) => {
    show(temperature);
    changed(temperature);
  };
  const jump = (temperature) => {
    stop();
    const from = input.value / 100;
    stop = glide(450, (share) => {
      move(share === 1 ? temperature : temperatureAt(from + (shareOf(temperature) - from) * share));
      if (share === 1) settled(temperature);
    });
  };
  const ticks = TICKS.map((temperature) =>
    element("button", {
      type: "button", tabindex: -1, "aria-label": `T = ${temperature}`,
      style: `--share:${shareOf(temperature)}`, onclick: () => jump(temperature),
    }, String(temperature)));
  show(start);
  const root = element("div", { class: "kd-temperature" },
    element("span", { class: "kd-temperature-name" }, element("i", {}, "T"), " = ", value),
    element("div", { class: "kd-temperature-track" }, input,
      element("div", { class: "kd-temperature-ticks" }, ...ticks)));
  return { root, input, show };
}
