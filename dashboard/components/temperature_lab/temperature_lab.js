// Temperature lab: one example's bars, its curve against T and the class table, tied by hover.

import { post } from "./ask.js";
import { bars } from "./bars.js";
import { letLead, publisher, runView } from "./bus.js";
import { classMatrix } from "./class_matrix.js";
import {
  choice, eachFrame, element, glide, mountOnce, readout, say, stylesheet, whenSettled,
} from "./dom.js";
import { exampleStrip } from "./example_strip.js";
import { drawExample, showDetail, readExamples } from "./examples.js";
import { legend } from "./heat_map.js";
import { curveMenu, matrixMenu } from "./lab_menus.js";
import { logitBars } from "./logit_bars.js";
import {
  byAmbiguity, decode, entropy, meanByClass, percent, ranking, row, short, softmax, topTwoRatio,
} from "./numbers.js";
import { temperatureCurve } from "./temperature_curve.js";
import { spoken, temperatureSlider } from "./temperature_slider.js";

const HOT = 10; // above, the remark on T → ∞ is lit

export const mount = mountOnce(async (data) => {
  await Promise.all([stylesheet("controls.css"), stylesheet("temperature.css")]);
  return lab(data);
});

function lab({ words, examples: message, logits: encoded, menu, language }) {
  const examples = readExamples(message);
  const { classes, labels } = examples;
  const logits = decode(encoded, Float32Array);
  const count = classes.length;
  const order = byAmbiguity(logits, count);
  const state = { example: order[0], temperature: 1, hovered: null, scale: "linear" };
  const shown = Float32Array.from(row(logits, order[0], count)); // glides from example to example
  const answer = new Float32Array(count);
  const table = new Float32Array(logits.length);

  const { publish, withdraw } = publisher("temperature");
  const ask = (question) => post(runView(menu.run, language).address("ask"), question);

  const hover = (c) => {
    state.hovered = c;
    mark();
    answers.show(answer);
  };
  const answers = bars(classes, { label: words.answer, values: words.values, hover });
  const scores = logitBars({ classes, label: words.logits, values: words.values, hover });
  const curve = temperatureCurve({
    classes, label: words.curve, values: words.values, limit: `1/C = ${percent(1 / count)}`, hover,
    drag: (temperature) => turn(temperature), settled: () => {},
  });
  const matrix = classMatrix({
    classes, label: words.matrix, rest: words.empty_rows, hover,
    sentence: (truth, other, share) => say(words.matrix_sentence, { truth, other, share }),
  });
  const scale = legend(words.probability);
  const spread = readout(words.entropy, words.entropy_help);
  const highest = readout(words.highest, words.highest_help);
  const ratio = readout(words.ratio, words.ratio_help);
  const limit = element("p", { class: "kd-limit" },
    element("b", {}, "T → ∞"), ` ${say(words.limit, { classes: count, share: percent(1 / count) })}`);
  const thumbnail = element("canvas", { class: "kd-example kd-lab-image", "aria-hidden": "true" });
  const detail = element("div", { class: "kd-lab-detail" });
  const truth = element("span", { class: "kd-lab-truth" });
  const aloud = element("p", { class: "kd-aloud", role: "status" });

  const announce = whenSettled(() => {
    const [first] = ranking(answer);
    aloud.textContent = [truth.textContent, say(words.answered, { temperature: spoken(state.temperature),
      first: classes[first], share: percent(answer[first]), entropy: entropy(answer).toFixed(2) })].join(". ");
  });
  const draw = eachFrame(() => {
    softmax(shown, count, state.temperature, answer);
    answers.show(answer);
    curve.move(state.temperature, answer);
    spread.show(`${entropy(answer).toFixed(2)} nat`);
    highest.show(percent(Math.max(...answer)));
    ratio.show(`${short(topTwoRatio(answer))} : 1`);
    limit.classList.toggle("kd-lit", state.temperature >= HOT);
    softmax(logits, count, state.temperature, table);
    matrix.draw(meanByClass(table, labels, count), state.scale);
    publish({ temperature: state.temperature, example: state.example, entropy: entropy(answer),
      highest: Math.max(...answer), ratio: topTwoRatio(answer) });
    announce();
  });
  const turn = (temperature) => {
    state.temperature = temperature;
    slider.show(temperature);
    draw();
  };
  const slider = temperatureSlider({
    label: words.temperature, testid: "lab-temperature", start: state.temperature, changed: turn,
  });
  const mark = () => {
    answers.mark(labels[state.example], state.hovered);
    scores.mark(state.hovered);
    curve.mark(labels[state.example], state.hovered);
    matrix.mark(labels[state.example], state.hovered);
  };

  let stop = () => {};
  const choose = (index) => {
    stop();
    state.example = index;
    drawExample(thumbnail, examples, index);
    thumbnail.hidden = showDetail(detail, examples, index, words, ask);
    truth.textContent = say(words.truth, { label: classes[labels[index]] });
    const [from, to] = [shown.slice(), row(logits, index, count)];
    stop = glide(260, (share) => {
      for (let c = 0; c < count; c++) shown[c] = from[c] + (to[c] - from[c]) * share;
      scores.show(shown);
      curve.show(shown);
      draw();
    });
    mark();
  };
  const strip = exampleStrip({
    examples, order, label: words.examples, chosen: choose,
    name: (index) => say(words.truth, { label: classes[labels[index]] }),
  });
  const colours = choice(words.colours, { linear: words.linear, log: words.log }, "linear",
    (name) => {
      state.scale = name;
      scale.show(name);
      draw();
    });

  const part = (title, tools, ...children) =>
    element("section", { class: "kd-lab-part" },
      element("header", {}, element("h3", {}, title), ...tools), ...children);
  const root = element("section", {
    class: "kd kd-lab", "data-testid": "temperature-lab", "aria-label": words.title,
  },
    element("div", { class: "kd-lab-top" }, slider.root,
      element("div", { class: "kd-readouts" }, spread.root, highest.root, ratio.root)),
    element("div", { class: "kd-lab-strip" },
      element("span", { class: "kd-caption" }, words.examples), strip.root),
    detail,
    element("div", { class: "kd-lab-parts" },
      part(words.answer, [element("span", { class: "kd-lab-example" }, truth, thumbnail)],
        answers.root, element("span", { class: "kd-caption" }, words.logits), scores.root),
      part(words.curve, [curveMenu(menu, words, curve, shown, classes, () => truth.textContent)], curve.root, limit),
      part(words.matrix, [colours, matrixMenu(menu, words, classes, () => ({
        table: meanByClass(table, labels, count), scale: state.scale, temperature: state.temperature }))],
      matrix.root, scale.root)), aloud);
  choose(order[0]);
  strip.choose(order[0]);
  draw();
  const release = letLead("temperature", { temperature: turn, example: (index) => {
    if (!order.includes(index)) return;
    choose(index);
    strip.choose(index);
  } });
  return {
    root,
    end: () => {
      withdraw();
      release();
      stop();
      curve.end();
      strip.end();
    },
  };
}
