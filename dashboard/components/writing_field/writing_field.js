// Write your own: teacher and students answer while one types, and the words are marked.

import { asker } from "./ask.js";
import { runView, throttled } from "./bus.js";
import { element, mountOnce, say, stylesheet } from "./dom.js";
import { markedText } from "./example_text.js";
import { ownAnswers } from "./own_answers.js";
import { temperatureSlider } from "./temperature_slider.js";

const AGAIN = 1500; // milliseconds between two looks at students that learn
const SLOW = 500; // milliseconds after which it is said that an answer is waited for
const LONGEST = 20000; // characters, as the question takes them

export const mount = mountOnce(async (data) => {
  await Promise.all([stylesheet("controls.css"), stylesheet("temperature.css"),
    stylesheet("pad.css"), stylesheet("writing_field.css")]);
  return writingField(data);
});

function writingField({ run: id, language, classes, learners, words }) {
  const run = runView(id, language);
  const leave = run.join();
  const leaving = new AbortController();
  let logits = null; // by learner, of the text; null before an answer
  let temperature = 1;
  let slow = 0;

  const field = element("textarea", { class: "kd-writing-field", rows: 4, maxlength: LONGEST,
    placeholder: words.hint, "aria-label": words.field, "data-testid": "writing-field",
    oninput: () => written() });
  const marked = markedText({ classes, words });
  const note = element("p", { class: "kd-caption kd-pad-note", role: "status" });
  const told = element("p", { class: "kd-caption" });
  const answers = ownAnswers({ classes, learners, words });

  const questions = asker(run.address("ask"), {
    answered(answer, query, milliseconds) {
      waited();
      if (!field.value.trim()) return;
      logits = Object.fromEntries(Object.entries(answer.logits)
        .map(([name, [own]]) => [name, Float32Array.from(own)]));
      note.textContent = answer.tokens[0].length ? "" : words.no_words;
      told.textContent = say(answer.epoch === null ? words.told_trained : words.told_live,
        { epoch: answer.epoch?.toFixed(1), milliseconds: Math.max(Math.round(milliseconds), 1) });
      marked.answered(answer, 0);
      show();
    },
    failed(sentence, code) {
      waited();
      note.textContent = code === "not_answering" && run.state.live ? words.not_yet : sentence;
      forget();
    },
  });
  function waited() {
    clearTimeout(slow);
    slow = 0;
  }
  function forget() {
    logits = null;
    told.textContent = "";
    marked.text([]);
    show();
  }

  function show() {
    answers.show(logits, temperature);
    marked.root.hidden = !logits;
  }
  function written() {
    if (!field.value.trim()) {
      waited();
      note.textContent = "";
      return forget();
    }
    questions.ask({ query: "words", texts: [field.value] });
    slow ||= setTimeout(() => (note.textContent = words.asking), SLOW);
  }

  const slider = temperatureSlider({
    label: words.temperature, testid: "writing-temperature", start: temperature,
    changed: (value) => {
      temperature = value;
      show();
    },
  });
  const again = throttled(() => {
    if (!leaving.signal.aborted && field.value.trim()) written();
  }, AGAIN);
  let wasLive = false;
  run.on("state", () => {
    const { live } = run.state;
    if (live || wasLive) again(); // they learn, or have just ended
    wasLive = live;
  }, leaving.signal);

  const root = element("section", { class: "kd kd-pad kd-writing", "data-testid": "writing",
    "aria-label": words.title },
  element("div", { class: "kd-writing-top" }, field, slider.root, told, note), marked.root,
  answers.root, answers.aloud);
  show();
  return {
    root,
    end: () => {
      leaving.abort();
      questions.end();
      waited();
      leave();
    },
  };
}
