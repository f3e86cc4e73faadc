// The hidden units of a learner as small maps of their activations.

import { element, say } from "./dom.js";
import { COLOURS, decode } from "./numbers.js";

/** Paint values [side, side], the lowest y first, from the lowest to the highest. */
export function paintValues(canvas, values, side) {
  canvas.width = canvas.height = side;
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  const image = new ImageData(side, side);
  values.forEach((value, at) => {
    const shade = high > low ? Math.round((255 * (value - low)) / (high - low)) : 0;
    const to = 4 * ((side - 1 - Math.floor(at / side)) * side + (at % side));
    for (let part = 0; part < 3; part++) image.data[to + part] = COLOURS[3 * shade + part];
    image.data[to + 3] = 255;
  });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return [low, high];
}

/**
 * @param looked called with (layer, unit) when one is pointed at or has the focus, null else
 * @param chosen called when another layer is chosen
 * @returns {root, layer, show(answer)}
 */
export function unitStrip({ learner, words, looked, chosen }) {
  const strip = element("div", { class: "kd-units" });
  const layers = element("select", { "aria-label": say(words.layer_of, { learner }),
    onchange: () => chosen() });
  const heading = element("div", { class: "kd-units-head kd-caption" },
    element("span", {}, words.units), layers);
  const root = element("div", { class: "kd-units-root", hidden: "" }, heading, strip);
  let buttons = [];

  function build(units) {
    buttons = units.map((unit) => {
      const canvas = element("canvas", { "aria-hidden": "true" });
      const look = () => looked(Number(layers.value || 0), unit);
      const button = element("button", { type: "button", class: "kd-unit",
        "aria-label": say(words.unit, { unit: unit + 1 }), onpointerenter: look, onfocus: look,
        onpointerleave: () => looked(null), onblur: () => looked(null) }, canvas);
      return { button, canvas, unit };
    });
    strip.replaceChildren(...buttons.map(({ button }) => button));
  }
  return {
    root,
    get layer() { return Number(layers.value || 0); },
    show({ layers: widths, units, values: encoded, side }) {
      root.hidden = false;
      if (layers.options.length !== widths.length) {
        layers.replaceChildren(...widths.map((width, at) => element("option", { value: at },
          say(words.layer, { layer: at + 1, units: width }))));
      }
      if (buttons.map(({ unit }) => unit).join() !== units.join()) build(units);
      const values = decode(encoded, Float32Array);
      buttons.forEach(({ canvas }, at) =>
        paintValues(canvas, values.subarray(at * side * side, (at + 1) * side * side), side));
    },
  };
}
