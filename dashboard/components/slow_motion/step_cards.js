// The phases of a step as cards: what is computed, with the numbers of one example and one class.

import { classColumns } from "./class_columns.js";
import { element, say } from "./dom.js";
import { fixed, percent } from "./numbers.js";
import { roundScale } from "./step_numbers.js";

/** Names of the phases in their order; their words are `PHASE` and `PHASE_about`. */
export const PHASES = ["forward", "divide", "softmax", "kl", "ce", "sum", "gradient", "update"];

const WHOLE = { low: 0, high: 1, scale: "100%" };

/** A formula: `{pt}` becomes p with the index t. */
function formula(text) {
  return element("p", { class: "kd-step-formula" }, ...text.split(/\{([zp][ts])\}/).map((part, at) =>
    (at % 2 ? element("i", {}, part[0], element("sub", {}, part[1])) : part)));
}

/**
 * @param words of the component
 * @param names of the classes shown, `places` their numbers
 * @param learners {teacher, student}: what they are called
 * @param pointed called with the number of a class, or null
 * @param action the button of the last card
 * @returns {cards, show(step), mark(label, class)}; `step` has the numbers of `stepNumbers`, logits
 *   `teacher` and `student`, `after` (numbers after the step, or null), the example `n`, the class
 *   `c` whose numbers are shown, and temperature, weight, hardWeight, mixing
 */
export function stepCards({ words, names, places, learners, pointed, action }) {
  const columns = (phase, kinds, how = {}) => classColumns({
    names, kinds, label: words[phase], values: words.values,
    pointed: (at) => pointed(at === null ? null : places[at]), ...how,
  });
  const pair = ["teacher", "student"];
  const charts = {
    forward: columns("forward", pair), divide: columns("divide", pair),
    softmax: columns("softmax", pair), kl: columns("kl", ["soft"], { digits: 3 }),
    ce: columns("ce", ["student"]),
    gradient: columns("gradient", ["soft", "hard", "both"], { arrows: true }),
    update: columns("update", ["teacher", "before", "after"]),
  };
  const sums = lossRows(words);
  const key = (...parts) => element("p", { class: "kd-step-key" }, ...parts.map(([kind, text]) =>
    element("span", {}, element("i", { class: `kd-is-${kind}` }), text)));
  const both = () => key(["teacher", learners.teacher], ["student", learners.student]);
  const keys = {
    forward: both(), divide: both(), softmax: both(), kl: key(["soft", words.part]),
    ce: key(["student", words.at_one]), sum: key(["soft", words.soft], ["hard", words.hard]),
    gradient: key(["soft", words.soft], ["hard", words.hard], ["both", words.both]),
    update: key(["teacher", learners.teacher], ["before", words.before], ["after", words.after]),
  };
  const lines = Object.fromEntries(PHASES.map((phase) => [phase, element("div", { class: "kd-step-lines" })]));
  const cards = PHASES.map((phase, at) => element("section", {
    class: "kd-step-card", "data-phase": phase, "aria-label": words[phase],
  }, element("header", {}, element("b", { "aria-hidden": "true" }, String(at + 1)),
    element("h3", {}, words[phase])),
  element("div", { class: "kd-step-body" },
    element("p", { class: "kd-caption" }, words[`${phase}_about`]), keys[phase],
    phase === "sum" ? sums.root : charts[phase].root, lines[phase],
    ...(phase === "update" ? [action] : []))));

  function show(step) {
    const { numbers, teacher, student, after, n, c, temperature, weight, hardWeight, mixing } = step;
    const classes = teacher.length / numbers.loss.length;
    const at = n * classes + c;
    const of = (table) => places.map((place) => table[n * classes + place]);
    const drawn = (phase, tables, how) => charts[phase].show(tables.map(of), how);
    const range = (...tables) => {
      const values = tables.flatMap(of);
      const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
      return { low, high: high > low ? high : low + 1 };
    };
    const both = (...tables) => {
      const high = roundScale(tables.flatMap(of));
      return { low: -high, high, scale: `±${high}` };
    };
    const cooled = (logits) => logits.map((z) => z / temperature);
    const logits = range(teacher, student);
    drawn("forward", [teacher, student], logits);
    drawn("divide", [cooled(teacher), cooled(student)], logits);
    drawn("softmax", [numbers.teacherSoft, numbers.studentSoft], WHOLE);
    drawn("kl", [numbers.parts], both(numbers.parts));
    drawn("ce", [numbers.studentSharp], WHOLE);
    const push = [numbers.softGradient, numbers.hardGradient, numbers.gradient]
      .map((gradient) => gradient.map((value) => -value));
    drawn("gradient", push, both(...push));
    drawn("update", [numbers.teacherSoft, numbers.studentSoft, ...(after ? [after.studentSoft] : [])], WHOLE);
    sums.show(numbers, n, { temperature, weight, hardWeight });

    const T = fixed(temperature, 1);
    const λ = fixed(weight, 2);
    const hardFactor = mixing === "convex" ? `${fixed(hardWeight, 2)}·` : "";
    const hardName = mixing === "convex" ? "(1−λ)·" : "";
    const kl = numbers.divergence[n];
    const label = step.labels[n];
    const sharp = numbers.studentSharp;
    const isLabel = Number(c === label);
    const short = (value) => fixed(value, 2);
    const name = step.name(c);
    const set = (phase, ...texts) => lines[phase].replaceChildren(...texts.map(formula));
    set("forward", `{zt}(${name}) = ${short(teacher[at])}`, `{zs}(${name}) = ${short(student[at])}`);
    set("divide", `{zt}/T = ${short(teacher[at])} / ${T} = ${short(teacher[at] / temperature)}`,
      `{zs}/T = ${short(student[at])} / ${T} = ${short(student[at] / temperature)}`);
    set("softmax", `{pt}(${name}) = ${percent(numbers.teacherSoft[at])}`,
      `{ps}(${name}) = ${percent(numbers.studentSoft[at])}`);
    set("kl", `KL = Σ {pt}·ln({pt}/{ps}) = ${fixed(kl, 3)} nat`,
      `T²·KL = ${T}²·${fixed(kl, 3)} = ${short(temperature ** 2 * kl)}`);
    set("ce", `CE = −ln {ps}(${step.name(label)}) = −ln ${fixed(sharp[n * classes + label], 3)} = ` +
      `${fixed(numbers.crossEntropy[n], 3)} nat`);
    set("sum", `${hardName}CE + λ·T²·KL`,
      `= ${hardFactor}${fixed(numbers.crossEntropy[n], 2)} + ${λ}·${short(temperature ** 2 * kl)}` +
      ` = ${fixed(numbers.loss[n], 2)}`, say(words.mean, { loss: fixed(numbers.mean.loss, 3) }));
    set("gradient", `λ·T·({ps}−{pt}) = ${λ}·${T}·(${fixed(numbers.studentSoft[at], 3)}−` +
      `${fixed(numbers.teacherSoft[at], 3)}) = ${short(numbers.softGradient[at])}`,
    `${hardName}({ps}−y) = ${hardFactor}(${fixed(sharp[at], 3)}−${isLabel}) = ` +
      `${short(numbers.hardGradient[at])}`, say(words.gradient_sum, { name, sum: short(numbers.gradient[at]) }));
    set("update", ...(after ? [
      say(words.loss_change, { before: fixed(numbers.mean.loss, 3), after: fixed(after.mean.loss, 3) }),
      `{zs}(${name}): ${short(student[at])} → ${short(step.afterLogits[at])}`] : []));
  }

  return {
    cards, show,
    mark(label, c) {
      const place = (number) => {
        const found = places.indexOf(number);
        return found < 0 ? null : found;
      };
      Object.values(charts).forEach((chart) => chart.mark(place(label), place(c)));
    },
  };
}

/** The weighted terms of all examples of the batch, as bars of two parts. */
function lossRows(words) {
  const root = element("div", { class: "kd-step-losses", role: "img", "aria-label": words.sum });
  return {
    root,
    show({ loss, divergence, crossEntropy }, n, { temperature, weight, hardWeight }) {
      const most = Math.max(...loss, 1e-9);
      const width = (value) => `width:${(100 * value) / most}%`;
      root.replaceChildren(...Array.from(loss, (own, at) => element("div", { class: at === n ? "kd-now" : "" },
        element("span", {}, String(at + 1)),
        element("span", { class: "kd-step-bar" },
          element("i", { class: "kd-is-soft", style: width(weight * temperature ** 2 * divergence[at]) }),
          element("i", { class: "kd-is-hard", style: width(hardWeight * crossEntropy[at]) })),
        element("span", {}, fixed(own, 2)))));
      root.setAttribute("aria-label", say(words.values, { what: words.sum,
        values: Array.from(loss, (own, at) => `${at + 1} ${fixed(own, 2)}`).join(", ") }));
    },
  };
}
