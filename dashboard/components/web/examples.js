// Watched examples: each kind of input has a file that shows them.

import { featuresExamples } from "./example_features.js";
import { imageExamples } from "./example_image.js";
import { decode } from "./numbers.js";

const KINDS = { image: imageExamples, features: featuresExamples };
const ARRAYS = { u1: Uint8Array, "<i2": Int16Array, "<i4": Int32Array, "<f4": Float32Array };

/**
 * A message's base64 arrays as typed arrays.
 *
 * @returns {kind, classes, labels, arrays: {name: {values, shape}}}
 */
export function readExamples({ kind, classes, labels, arrays }) {
  return {
    kind, classes,
    labels: decode(labels, Int32Array),
    arrays: Object.fromEntries(Object.entries(arrays).map(([name, { dtype, shape, data }]) =>
      [name, { shape, values: decode(data, ARRAYS[dtype]) }])),
  };
}

/** Draw example `index` on a canvas; the style decides its size on the page. */
export function drawExample(canvas, examples, index) {
  KINDS[examples.kind].draw(canvas, examples, index);
}

/**
 * What a canvas cannot show of example `index`, as an element: a sentence, a player; or null.
 * `data-whole` on it says that the picture would show nothing besides.
 *
 * @param words of the component: what the kind says, by key `example_…`.
 */
export function exampleDetail(examples, index, words) {
  return KINDS[examples.kind].detail?.(examples, index, words) ?? null;
}

/** The numbers that a network is asked with about example `index`; `white` is that of images. */
export function exampleQuestion(examples, index, white) {
  return KINDS[examples.kind].question(examples, index, white);
}
