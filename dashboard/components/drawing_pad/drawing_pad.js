// Draw your own: teacher and students answer while one draws, at any temperature.

import { asker, post } from "./ask.js";
import { runView, throttled } from "./bus.js";
import { eachFrame, element, mountOnce, say, stylesheet } from "./dom.js";
import { drawingPixels } from "./drawing_pixels.js";
import { keptDrawings } from "./kept_drawings.js";
import { linearLayers } from "./linear_layers.js";
import { ranking } from "./numbers.js";
import { LEARNERS, ownAnswers } from "./own_answers.js";
import { strokeField } from "./stroke_field.js";
import { temperatureSlider } from "./temperature_slider.js";

const AGAIN = 1000; // milliseconds between two looks at students that learn
const SLOW = 500; // milliseconds after which it is said that an answer is waited for
const MOST_NUMBERS = 1 << 17; // of a question; with noise each takes up to seven bytes of the 1 MiB
const LEAST_INK = 0.5; // pixels; with less nothing is asked
const USUAL = { angle: 0, thickness: 1, noise: 0 };

export const mount = mountOnce(async (data) => {
  await Promise.all([stylesheet("controls.css"), stylesheet("temperature.css"),
    stylesheet("pad.css")]);
  return drawingPad(data);
});

function drawingPad({ run: id, language, shape, classes, white, learners, words }) {
  const run = runView(id, language);
  const leave = run.join();
  const leaving = new AbortController();
  const [channels, height, width] = shape;
  const kept = keptDrawings(shape);
  const harder = { ...USUAL };
  let logits = null; // by learner, of the drawing; null before an answer
  let ink = 0;
  let temperature = 1; // what they say as it is; not that of pages on soft labels
  let slow = 0;
  let compute = null; // the logits of an input, where small learners are trained and known here
  let fetched = false;

  const input = (drawing) => drawingPixels(drawing.strokes, { height, width, ...drawing });
  const row = (pixels) => {
    const grey = Array.from(pixels, (value) => Math.round(value * white * 100) / 100);
    return Array.from({ length: channels }, () => grey).flat();
  };

  // -- what is drawn ---------------------------------------------------------------------------
  const field = strokeField({ label: words.field, changed: () => drawn() });
  const hint = element("p", { class: "kd-pad-hint" }, words.hint);
  const seen = element("canvas", { class: "kd-example kd-pad-seen", role: "img",
    "aria-label": words.seen, width, height });
  const button = (name, act) => element("button", { type: "button", class: "kd-pad-button",
    "data-testid": `drawing-${name}`, onclick: act }, words[name]);
  const undo = button("undo", () => field.undo());
  const clear = button("clear", () => field.clear());
  const keep = button("keep", () => {
    kept.add({ strokes: field.strokes, ...harder });
    showKept();
  });
  const sliders = {
    angle: hardSlider("angle", -180, 180, 5, (value) => `${value}°`),
    thickness: hardSlider("thickness", 0.3, 1.5, 0.05, (value) => `${Math.round(value * 100)}%`),
    noise: hardSlider("noise", 0, 0.6, 0.02, (value) => `${Math.round(value * 100)}%`),
  };
  const usual = button("usual", () => harden(USUAL));

  function hardSlider(name, min, max, step, spoken) {
    const number = element("output", { class: "kd-pad-number" });
    const range = element("input", { type: "range", min, max, step, "aria-label": words[name],
      "data-testid": `drawing-${name}`, oninput: () => {
        harder[name] = Number(range.value);
        show();
        drawn();
      } });
    const show = () => {
      range.value = harder[name];
      number.textContent = spoken(harder[name]);
      range.setAttribute("aria-valuetext", spoken(harder[name]));
    };
    show();
    return { root: element("label", { class: "kd-pad-slider" },
      element("span", {}, words[name]), range, number), show };
  }
  function harden(values) {
    Object.assign(harder, values);
    Object.values(sliders).forEach(({ show }) => show());
    drawn();
  }

  // -- what they say ---------------------------------------------------------------------------
  const answers = ownAnswers({ classes, learners, words });
  const note = element("p", { class: "kd-caption kd-pad-note", role: "status" });
  const told = element("p", { class: "kd-caption" });

  function answered(found, epoch, milliseconds) {
    clearTimeout(slow);
    slow = 0;
    if (ink < LEAST_INK) return;
    logits = found;
    note.textContent = "";
    told.textContent = say(epoch === null ? words.told_trained : words.told_live,
      { epoch: epoch?.toFixed(1), milliseconds: Math.max(Math.round(milliseconds), 1) });
    show();
  }
  const questions = asker(run.address("ask"), {
    answered(answer, _query, milliseconds) {
      if (answer.epoch === null) fetchLayers();
      answered(Object.fromEntries(Object.entries(answer.logits)
        .map(([name, [of]]) => [name, Float32Array.from(of)])), answer.epoch, milliseconds);
    },
    failed(sentence, code) {
      clearTimeout(slow);
      slow = 0;
      note.textContent = code === "not_answering" && run.state.live ? words.not_yet : sentence;
      logits = null; // what was said to an earlier drawing
      told.textContent = "";
      show();
    },
  });
  /** Small learners that are trained answer here, without a question. */
  async function fetchLayers() {
    if (fetched || run.state.live) return;
    fetched = true;
    try {
      const { epoch, layers } = await post(run.address("ask"), { query: "layers" }, leaving.signal);
      if (epoch !== null || run.state.live) return;
      compute = linearLayers(layers);
    } catch {
      fetched = false; // after the next answer again
    }
  }
  function show() {
    answers.show(logits, temperature);
  }

  const drawn = eachFrame(() => {
    const found = input({ strokes: field.strokes, ...harder });
    ({ ink } = found);
    picture(seen, found.pixels);
    const empty = ink < LEAST_INK;
    hint.hidden = Boolean(field.strokes.length);
    for (const one of [undo, clear, keep]) one.disabled = !field.strokes.length;
    if (empty) {
      logits = null;
      told.textContent = "";
      show();
    } else {
      if (compute) {
        const began = performance.now();
        return answered(compute(row(found.pixels)), null, performance.now() - began);
      }
      questions.ask({ query: "predict", inputs: [row(found.pixels)] });
      slow ||= setTimeout(() => (note.textContent = words.asking), SLOW);
    }
  });

  function picture(canvas, pixels) {
    const image = new ImageData(width, height);
    pixels.forEach((value, at) => {
      image.data.fill(Math.round(value * 255), 4 * at, 4 * at + 3);
      image.data[4 * at + 3] = 255;
    });
    canvas.getContext("2d").putImageData(image, 0, 0);
  }

  // -- what was kept -----------------------------------------------------------------------------
  const strip = element("ul", { class: "kd-pad-strip" });
  const shelf = element("section", { class: "kd-pad-shelf", "aria-label": words.kept },
    element("h3", {}, words.kept), element("p", { class: "kd-caption" }, words.kept_about), strip);
  let keptAsked = 0;
  /** Ask about what was kept, no more at once than a question may hold. */
  async function askKept() {
    const mine = (keptAsked += 1);
    const inputs = kept.all.map((drawing) => row(input(drawing).pixels));
    const many = Math.max(Math.floor(MOST_NUMBERS / (channels * height * width)), 1);
    for (let from = 0; from < inputs.length; from += many) {
      const some = inputs.slice(from, from + many);
      let found;
      try {
        found = compute ? some.map(compute) : await askAll(some);
      } catch {
        return; // what is drawn says it
      }
      if (mine !== keptAsked) return;
      found.forEach((own, at) => showChips(strip.children[from + at], own));
    }
  }
  async function askAll(inputs) {
    const { logits: all } = await post(run.address("ask"), { query: "predict", inputs }, leaving.signal);
    return inputs.map((_, at) =>
      Object.fromEntries(Object.entries(all).map(([name, rows]) => [name, Float32Array.from(rows[at])])));
  }
  function showChips(item, own) {
    item.lastChild.replaceChildren(...LEARNERS.filter((name) => own[name]).map((name) =>
      element("span", { class: `kd-pad-chip kd-of-${name}`, title: learners[name] },
        element("span", { class: "kd-aloud" }, `${learners[name]}: `), classes[ranking(own[name])[0]])));
  }

  function showKept() {
    shelf.hidden = !kept.all.length;
    strip.replaceChildren(...kept.all.map((drawing, at) => {
      const canvas = element("canvas", { class: "kd-example", width, height, "aria-hidden": "true" });
      picture(canvas, input(drawing).pixels);
      return element("li", {},
        element("button", { type: "button", class: "kd-pad-kept",
          "aria-label": say(words.bring_back, { number: at + 1 }),
          onclick: () => bringBack(drawing) }, canvas),
        element("button", { type: "button", class: "kd-pad-drop", title: words.drop,
          "aria-label": say(words.drop_number, { number: at + 1 }),
          onclick: () => {
            kept.remove(at);
            showKept();
          } }, "×"),
        element("div", { class: "kd-pad-chips" }));
    }));
    askKept();
  }
  function bringBack({ strokes, ...how }) {
    field.set(strokes);
    harden(how);
  }

  // -- together ------------------------------------------------------------------------------------
  const slider = temperatureSlider({
    label: words.temperature, testid: "drawing-temperature", start: temperature,
    changed: (value) => {
      temperature = value;
      show();
    },
  });
  const again = throttled(() => {
    if (leaving.signal.aborted) return;
    if (field.strokes.length) drawn();
    askKept();
  }, AGAIN);
  let wasLive = false;
  run.on("state", () => {
    const { live } = run.state;
    if (live) {
      compute = null;
      fetched = false;
    } else fetchLayers();
    if (live || wasLive) again(); // they learn, or have just ended
    wasLive = live;
  }, leaving.signal);

  const root = element("section", { class: "kd kd-pad", "data-testid": "drawing-pad",
    "aria-label": words.title },
  element("div", { class: "kd-pad-parts" },
    element("div", { class: "kd-pad-left" },
      element("div", { class: "kd-pad-frame" }, field.root, hint),
      element("div", { class: "kd-pad-buttons" }, undo, clear, keep),
      element("p", { class: "kd-caption" }, words.keys),
      element("fieldset", { class: "kd-pad-harder" }, element("legend", {}, words.harder),
        ...Object.values(sliders).map(({ root: one }) => one), usual)),
    element("div", { class: "kd-pad-right" },
      element("div", { class: "kd-pad-top" },
        element("figure", { class: "kd-pad-what" }, seen,
          element("figcaption", { class: "kd-caption" }, say(words.seen_about, { width, height }))),
        element("div", { class: "kd-pad-temperature" }, slider.root, told, note)),
      answers.root)),
  shelf, answers.aloud);
  showKept();
  drawn();
  return {
    root,
    end: () => {
      leaving.abort();
      questions.end();
      clearTimeout(slow);
      leave();
    },
  };
}
