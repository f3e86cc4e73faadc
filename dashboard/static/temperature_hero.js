// Start page: one example, its hard label as one bar, the teacher's answer melting with T.

import { bars } from "./bars.js";
import { calm, eachFrame, element, mountOnce, readout, say, stylesheet } from "./dom.js";
import { drawExample, readExamples } from "./examples.js";
import { decode, entropy, percent, ranking, short, softmax, topTwoRatio } from "./numbers.js";
import { spoken, temperatureSlider } from "./temperature_slider.js";

const PERIOD = 7000; // milliseconds of one melting and freezing
const HOTTEST = 8;
const ROUNDS = 4; // then the demonstration rests, so that nothing moves for ever
const REST = 4;

export const mount = mountOnce(async (data) => {
  await Promise.all([stylesheet("controls.css"), stylesheet("temperature.css")]);
  return hero(data);
});

function hero({ words, examples: message, logits: encoded }) {
  const examples = readExamples(message);
  const logits = decode(encoded, Float32Array);
  const { classes } = examples;
  const truth = examples.labels[0];
  const digit = element("canvas", { class: "kd-example", role: "img", "aria-label": words.image });
  drawExample(digit, examples, 0);

  const label = bars(classes, { label: say(words.label_alt, { label: classes[truth] }) });
  label.show(Float32Array.from(classes, (_, c) => Number(c === truth)));
  label.mark(truth);
  const teacher = bars(classes, { label: words.teacher });
  teacher.mark(truth);
  const spread = readout(words.entropy, words.entropy_help);
  const ratio = readout(words.ratio, words.ratio_help);
  const sentence = element("p", { class: "kd-hero-sentence" });

  const answer = new Float32Array(classes.length);
  const show = (temperature) => {
    softmax(logits, classes.length, temperature, answer);
    teacher.show(answer);
    spread.show(`${entropy(answer).toFixed(2)} nat`);
    ratio.show(`${short(topTwoRatio(answer))} : 1`);
    const [first, second] = ranking(answer);
    sentence.textContent = say(words.sentence, {
      temperature: spoken(temperature), first: classes[first], second: classes[second],
      share: percent(answer[first]), other: percent(answer[second]),
    });
  };

  let touched = 1;
  const draw = eachFrame(() => show(touched));
  const slider = temperatureSlider({
    label: words.temperature, testid: "hero-temperature", start: 1,
    changed: (temperature) => {
      take();
      touched = temperature;
      draw();
    },
  });
  const hint = element("p", { class: "kd-hint" }, words.hint);
  const root = element("section", {
    class: "kd kd-hero", "data-testid": "hero", "aria-label": words.title,
  },
    element("figure", { class: "kd-hero-image" }, digit, element("figcaption", {}, words.image)),
    element("figure", { class: "kd-hero-label" }, element("figcaption", {}, words.label), label.root),
    element("figure", { class: "kd-hero-teacher" },
      element("figcaption", {}, words.teacher), teacher.root),
    element("div", { class: "kd-hero-controls" }, slider.root, hint),
    element("div", { class: "kd-hero-numbers" }, spread.root, ratio.root, sentence));

  show(1);
  root.classList.add("kd-untouched");
  const stop = calm() ? () => {} : demonstrate((temperature) => {
    slider.show(temperature);
    show(temperature);
  });
  const take = () => {
    stop();
    root.classList.remove("kd-untouched");
  };
  for (const event of ["pointerdown", "keydown"]) slider.root.addEventListener(event, take);
  return { root, end: stop };
}

/** Let T glide from 1 up and back a few times; returns a function that stops it. */
function demonstrate(show) {
  let began = 0;
  let frame = requestAnimationFrame(function next(now) {
    began ||= now;
    const rounds = (now - began) / PERIOD;
    const high = (1 - Math.cos(2 * Math.PI * rounds)) / 2;
    const temperature = HOTTEST ** high;
    if (rounds > ROUNDS && temperature > REST) return;
    show(temperature);
    frame = requestAnimationFrame(next);
  });
  return () => cancelAnimationFrame(frame);
}
