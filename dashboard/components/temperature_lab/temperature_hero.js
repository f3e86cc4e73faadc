// Start page: one example, its hard label as one bar, the teacher's answer melting with T.

import { bars } from "./bars.js";
import { letLead, publisher } from "./bus.js";
import {
  prefersReducedMotion, eachFrame, element, mountOnce, playIcon, readout, say, stylesheet, whenSettled,
} from "./dom.js";
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

function hero({ words, examples: message, logits: encoded, demonstrates }) {
  const examples = readExamples(message);
  const logits = decode(encoded, Float32Array);
  const { classes } = examples;
  const truth = examples.labels[0];
  const digit = element("canvas", { class: "kd-example", role: "img", "aria-label": words.image });
  drawExample(digit, examples, 0);

  const label = bars(classes, {
    label: say(words.label_alt, { label: classes[truth] }), values: "{what}",
  });
  label.show(Float32Array.from(classes, (_, c) => Number(c === truth)));
  label.mark(truth);
  const teacher = bars(classes, { label: words.teacher, values: words.values });
  teacher.mark(truth);
  const spread = readout(words.entropy, words.entropy_help);
  const ratio = readout(words.ratio, words.ratio_help);
  const sentence = element("p", { class: "kd-hero-sentence" });
  const aloud = element("p", { class: "kd-aloud", role: "status" });

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

  const { publish, withdraw } = publisher("start");
  let touched = 1;
  const draw = eachFrame(() => {
    show(touched);
    publish({ temperature: touched, entropy: entropy(answer), highest: Math.max(...answer),
      ratio: topTwoRatio(answer) });
  });
  const announce = whenSettled(() => (aloud.textContent = sentence.textContent));
  const slider = temperatureSlider({
    label: words.temperature, testid: "hero-temperature", start: 1,
    changed: (temperature) => {
      take();
      touched = temperature;
      draw();
      announce();
    },
  });

  let stop = null; // ends the demonstration while it goes on
  const demonstration = element("button", { type: "button", class: "kd-demonstration",
    "data-testid": "demonstration", onclick: () => (stop ? take() : demonstrateT()) });
  const showButton = () => demonstration.replaceChildren(playIcon(Boolean(stop)),
    stop ? words.stop_demonstration : words.demonstration);
  const take = () => {
    stop?.();
    stop = null;
    root.classList.remove("kd-untouched");
    showButton();
  };
  function demonstrateT() {
    stop = demonstrate((temperature) => {
      slider.show(temperature);
      show(temperature);
    }, () => {
      stop = null;
      showButton();
    });
    showButton();
  }
  const release = letLead("start", { temperature: (temperature) => {
    take();
    touched = temperature;
    slider.show(temperature);
    draw();
  } });
  for (const event of ["pointerdown", "keydown"]) slider.root.addEventListener(event, take);

  const root = element("section", {
    class: "kd kd-hero kd-untouched", "data-testid": "hero", "aria-label": words.title,
  }, element("div", { class: "kd-hero-parts" },
    element("figure", { class: "kd-hero-image" }, digit, element("figcaption", {}, words.image)),
    element("figure", { class: "kd-hero-label" }, element("figcaption", {}, words.label), label.root),
    element("figure", { class: "kd-hero-teacher" },
      element("figcaption", {}, words.teacher), teacher.root),
    element("div", { class: "kd-hero-controls" }, slider.root,
      element("div", { class: "kd-hero-hint" }, element("p", { class: "kd-hint" }, words.hint),
        demonstration)),
    element("div", { class: "kd-hero-numbers" }, spread.root, ratio.root, sentence, aloud)));
  show(1);
  if (demonstrates && !prefersReducedMotion()) demonstrateT();
  else showButton();
  return {
    root,
    end: () => {
      withdraw();
      release();
      stop?.();
    },
  };
}

/** Let T glide from 1 up and back a few times, then call `over`; returns what stops it. */
function demonstrate(show, over) {
  let began = 0;
  let frame = requestAnimationFrame(function next(now) {
    began ||= now;
    const rounds = (now - began) / PERIOD;
    const high = (1 - Math.cos(2 * Math.PI * rounds)) / 2;
    const temperature = HOTTEST ** high;
    if (rounds > ROUNDS && temperature > REST) return over();
    show(temperature);
    frame = requestAnimationFrame(next);
  });
  return () => cancelAnimationFrame(frame);
}
