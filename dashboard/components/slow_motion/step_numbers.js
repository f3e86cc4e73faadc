// One step of distillation in numbers: pure functions of logits, in float64.
// Shapes: N examples, C classes; a table [N, C] is flat, row by row.

import { softmax } from "./numbers.js";

/** ln softmax(z/T) of each row of `logits` [N, C]. */
export function logSoftmax(logits, classes, temperature) {
  const out = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    let highest = -Infinity;
    for (let c = start; c < start + classes; c++) highest = Math.max(highest, logits[c]);
    let sum = 0;
    for (let c = start; c < start + classes; c++) sum += Math.exp((logits[c] - highest) / temperature);
    for (let c = start; c < start + classes; c++) {
      out[c] = (logits[c] - highest) / temperature - Math.log(sum);
    }
  }
  return out;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Everything between the logits and the gradients at them, for Hinton's loss
 * hardWeight · CE(y, z_s) + weight · T² · KL(p_t ‖ p_s) of each example.
 *
 * @param teacher logits [N, C]
 * @param student logits [N, C]
 * @param labels [N]
 * @param classes C
 * @param temperature T
 * @param weight λ
 * @param hardWeight 1 − λ, or 1 where the terms are added
 * @returns by example [N]: `divergence` (KL, without T²), `crossEntropy`, `loss`; tables [N, C]:
 *   `teacherSoft` and `studentSoft` at T, `studentSharp` at 1, `parts` of the divergence,
 *   `softGradient` λ·T·(p_s − p_t), `hardGradient` hardWeight·(p_s − y), their sum `gradient`;
 *   `mean`: the means of the first three over the batch, of whose loss the gradients are N times
 */
export function stepNumbers({ teacher, student, labels, classes, temperature, weight, hardWeight }) {
  const count = labels.length;
  const table = () => new Float64Array(count * classes);
  const teacherSoft = softmax(teacher, classes, temperature, table());
  const studentSoft = softmax(student, classes, temperature, table());
  const studentSharp = softmax(student, classes, 1, table());
  const logTeacher = logSoftmax(teacher, classes, temperature);
  const logStudent = logSoftmax(student, classes, temperature);
  const logSharp = logSoftmax(student, classes, 1);
  const parts = teacherSoft.map((p, at) => p * (logTeacher[at] - logStudent[at]));
  const divergence = Float64Array.from({ length: count }, (_, n) =>
    parts.subarray(n * classes, (n + 1) * classes).reduce((sum, part) => sum + part, 0));
  const crossEntropy = Float64Array.from(labels, (label, n) => -logSharp[n * classes + label]);
  const loss = divergence.map((own, n) =>
    hardWeight * crossEntropy[n] + weight * temperature ** 2 * own);
  const softGradient = studentSoft.map((q, at) => weight * temperature * (q - teacherSoft[at]));
  const hardGradient = studentSharp.map((q, at) =>
    hardWeight * (q - Number(at % classes === labels[Math.floor(at / classes)])));
  return {
    teacherSoft, studentSoft, studentSharp, parts, divergence, crossEntropy, loss,
    softGradient, hardGradient, gradient: softGradient.map((own, at) => own + hardGradient[at]),
    mean: { divergence: mean(divergence), crossEntropy: mean(crossEntropy), loss: mean(loss) },
  };
}

/** The least power of two that is no smaller than any value's size: a scale that seldom changes. */
export function roundScale(values) {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest > 0 ? 2 ** Math.max(Math.ceil(Math.log2(largest)), -6) : 1;
}

/** Of two lists of numbers, place by place. */
export const largestDifference = (one, other) =>
  one.reduce((most, value, at) => Math.max(most, Math.abs(value - other[at])), 0);

/** Batches of four as rows of a table of examples, each from the most ambiguous to the clearest. */
export function batchesOf(order, size = 4) {
  const count = Math.floor(order.length / size);
  if (count === 0) return [order];
  return Array.from({ length: count }, (_, at) =>
    Array.from({ length: size }, (_, part) => order[at + part * count]));
}

/** At most `most` classes in their order: the label, and the likeliest of teacher and student. */
export function classesToShow(classes, label, teacherSoft, studentSoft, most = 10) {
  const all = [...Array(classes).keys()];
  if (classes <= most + 2) return all;
  const size = (c) => (c === label ? Infinity : Math.max(teacherSoft[c], studentSoft[c]));
  return all.sort((a, b) => size(b) - size(a)).slice(0, most).sort((a, b) => a - b);
}
