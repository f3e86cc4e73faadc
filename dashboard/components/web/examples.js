// Watched examples: each kind of input has a file that shows them.

import { audioExamples, audioImageExamples } from "./example_audio.js";
import { featuresExamples } from "./example_features.js";
import { imageExamples } from "./example_image.js";
import { textExamples } from "./example_text.js";
import { decode } from "./numbers.js";

const KINDS = {
  image: imageExamples, features: featuresExamples, audio: audioExamples, audio_image: audioImageExamples,
  text: textExamples,
};
const shown = new WeakMap(); // by place, the example whose detail is there
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
 * Put what a canvas cannot show of example `index` into `place`: a sentence, a player; or nothing.
 *
 * It stays in place while the example does: a player that plays, plays on.
 *
 * @param words of the component: what the kind says, by key `example_…`.
 * @param ask sends a question to the run's learners and resolves to what they answer; or nothing
 * @returns whether it shows all that the canvas would.
 */
export function showDetail(place, examples, index, words, ask) {
  const same = shown.get(place);
  if (same?.examples !== examples || same.index !== index) {
    const detail = KINDS[examples.kind].detail?.(examples, index, words, ask);
    place.replaceChildren(...(detail ? [detail] : []));
    shown.set(place, { examples, index });
  }
  return Boolean(place.firstChild?.dataset.whole);
}

/** The numbers that a network is asked with about example `index`; `white` is that of images. */
export function exampleQuestion(examples, index, white) {
  return KINDS[examples.kind].question(examples, index, white);
}
