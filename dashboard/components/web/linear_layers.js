// The answers of fully connected networks, computed here: no question is on its way.

import { decode } from "./numbers.js";

/**
 * @param learners what a run answers to the question `layers`: by learner its layers
 * @returns a function of one input, a row of numbers, that gives each learner's logits; null where
 *   the learners are made of other things
 */
export function linearLayers(learners) {
  const nets = Object.entries(learners).map(([name, layers]) => [name, layers.map(({ weights, bias }) =>
    ({ weights: decode(weights, Float32Array), bias: decode(bias, Float32Array) }))]);
  if (!nets.length) return null;
  return (input) => Object.fromEntries(nets.map(([name, layers]) => [name, forward(layers, input)]));
}

function forward(layers, input) {
  let values = input;
  layers.forEach(({ weights, bias }, number) => {
    const next = Float32Array.from(bias);
    for (let unit = 0; unit < next.length; unit++) {
      const from = unit * values.length;
      let sum = next[unit];
      for (let at = 0; at < values.length; at++) sum += weights[from + at] * values[at];
      next[unit] = number < layers.length - 1 ? Math.max(sum, 0) : sum;
    }
    values = next;
  });
  return values;
}
