// One step in slow motion: a batch of four goes through a step of distillation, phase by phase.
// The networks are asked once for logits before and after; all else is computed here.

import { asker, isPassing } from "./ask.js";
import { letLead, publisher, runView, throttled } from "./bus.js";
import { choice, eachFrame, element, isPressedBySpace, isTyping, mountOnce, movesByArrows, playIcon, say, stylesheet, whenSettled } from "./dom.js";
import { drawExample, exampleQuestion, readExamples, showDetail } from "./examples.js";
import { byAmbiguity, decode, fixed, HIGHEST_TEMPERATURE, LOWEST_TEMPERATURE, ranking } from "./numbers.js";
import { PHASES, stepCards } from "./step_cards.js";
import { batchesOf, classesToShow, largestDifference, stepNumbers } from "./step_numbers.js";
import { temperatureSlider } from "./temperature_slider.js";

const PACE = 2600; // milliseconds that a phase stays while it plays
const AGAIN = 1000; // milliseconds between two questions while nobody answers yet
const SLOW = 500; // milliseconds after which it is said that an answer is waited for
const LOWEST_RATE = -5; // of the learning rate's slider, as a power of ten
const HIGHEST_RATE = 1;
const LAST = PHASES.length - 1;
const TOLERANCE = 0.1; // of a logit: no rounding makes so much

export const mount = mountOnce(async (data) => {
  await Promise.all([stylesheet("controls.css"), stylesheet("temperature.css"),
    stylesheet("slow_motion.css")]);
  return slowMotion(data);
});

function slowMotion({ run: id, language, students, settings, white, learners, words,
  examples: message, logits: encoded }) {
  const run = runView(id, language);
  const leave = run.join();
  const leaving = new AbortController();
  const examples = readExamples(message);
  const { classes } = examples;
  const count = classes.length;
  const kept = decode(encoded, Float32Array); // the teacher's logits as the run has kept them
  const batches = batchesOf(byAmbiguity(kept, count));
  const { mixing } = settings;
  const { publish, withdraw } = publisher("step");

  const chosen = {
    temperature: Math.min(Math.max(settings.temperature, LOWEST_TEMPERATURE), HIGHEST_TEMPERATURE),
    weight: settings.weight, optimizer: settings.optimizer, lr: settings.lr,
    learner: students.includes("distilled") ? "distilled" : students[0],
  };
  let batch = 0; // of `batches`
  let focus = 0; // of the batch
  let phase = 0;
  let pointed = null; // a class, while the pointer is on it or the keys have chosen it
  let playing = 0; // timer of the next phase
  let found = null; // the answer: {question, epoch, teacher, student, after}, logits [N, C]
  let taken = false; // whether the step's outcome is shown
  let wanted = false; // whether it is to be shown as soon as it is known
  let slow = 0;
  let shownCards = null;
  const hardWeight = () => (mixing === "convex" ? 1 - chosen.weight : 1);
  const rows = () => batches[batch];
  const labels = () => rows().map((row) => examples.labels[row]);

  // -- what is asked -----------------------------------------------------------------------------
  const input = (row) => exampleQuestion(examples, row, white);
  const question = () => ({ query: "step", inputs: rows().map(input), labels: labels(), mixing, ...chosen });
  const sameAs = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const flat = (logits) => Float64Array.from(logits.flat());
  const questions = asker(run.address("ask"), {
    answered(answer, asked) {
      clearTimeout(slow);
      slow = 0;
      const now = question();
      if (asked.learner !== now.learner || !sameAs(asked.inputs, now.inputs)) return;
      found = { question: asked, epoch: answer.epoch, teacher: flat(answer.teacher),
        student: flat(answer.before), after: flat(answer.after) };
      const difference = largestDifference(found.teacher, rows().flatMap((row) =>
        Array.from(kept.subarray(row * count, (row + 1) * count))));
      note.textContent = difference > TOLERANCE
        ? say(words.differs, { difference: fixed(difference, 1) }) : "";
      told.textContent = answer.epoch === null ? words.told_trained
        : say(words.told_live, { epoch: answer.epoch.toFixed(1) });
      freeze.hidden = answer.epoch === null;
      taken = wanted && sameAs(asked, now);
      wanted = wanted && !taken;
      rebuild();
    },
    failed(sentence, code) {
      clearTimeout(slow);
      slow = 0;
      wanted = false;
      note.textContent = code === "not_answering" && run.state.live ? words.not_yet : sentence;
      if (isPassing(code)) again();
      show();
    },
  });
  function ask() {
    questions.ask(question());
    slow ||= setTimeout(() => (note.textContent = words.asking), SLOW);
  }
  const again = throttled(() => !leaving.signal.aborted && !found && ask(), AGAIN);
  run.on("state", () => run.state.live && !found && again(), leaving.signal);

  function anew() {
    found = null;
    taken = wanted = false;
    pointed = null;
    show();
    ask();
  }
  function turned(values) {
    Object.assign(chosen, values);
    taken = wanted = false;
    draw();
  }
  function take() {
    if (!found) return;
    if (sameAs(found.question, question())) taken = true;
    else {
      wanted = true;
      ask();
    }
    show();
  }

  // -- controls ----------------------------------------------------------------------------------
  const slider = temperatureSlider({ label: words.temperature, testid: "step-temperature",
    start: chosen.temperature, changed: (temperature) => turned({ temperature }) });
  const mostWeight = mixing === "convex" ? 1 : Math.max(2, settings.weight);
  const weight = range({ name: "λ", label: words.weight, testid: "step-weight", min: 0, max: mostWeight,
    step: 0.01, start: chosen.weight, spoken: (value) => fixed(value, 2),
    changed: (value) => turned({ weight: value }) });
  const rate = range({ name: words.lr, label: words.lr, testid: "step-lr", min: LOWEST_RATE,
    max: HIGHEST_RATE, step: 0.05, start: Math.log10(chosen.lr),
    spoken: (value) => String(Number((10 ** value).toPrecision(2))),
    changed: (value) => turned({ lr: Number((10 ** value).toPrecision(2)) }) });
  const optimizers = { [settings.optimizer]: words[settings.optimizer], gd: words.gd };
  const optimizer = choice(words.optimizer, optimizers, chosen.optimizer, (name) =>
    turned({ optimizer: name }));
  const student = choice(words.student, Object.fromEntries(students.map((name) => [name, learners[name]])),
    chosen.learner, (learner) => {
      Object.assign(chosen, { learner });
      root.dataset.learner = learner;
      anew();
    });
  student.hidden = students.length < 2;
  const freeze = button("freeze", words.freeze, ask);
  freeze.hidden = true;
  const action = element("div", { class: "kd-step-action" });
  const step = button("take", words.take, take);
  step.classList.add("kd-step-main");
  action.append(optimizer, rate, step, element("p", { class: "kd-caption" }, words.fresh));

  function button(name, text, act) {
    return element("button", { type: "button", class: "kd-step-button", "data-testid": `step-${name}`,
      onclick: act }, text);
  }
  function range({ name, label, testid, min, max, step: by, start, spoken, changed }) {
    const number = element("output", {}, spoken(start));
    const control = element("input", { type: "range", min, max, step: by, value: start,
      "aria-label": label, "aria-valuetext": spoken(start), "data-testid": testid, oninput: () => {
        const value = Number(control.value);
        number.textContent = spoken(value);
        control.setAttribute("aria-valuetext", spoken(value));
        changed(value);
      } });
    control.value = start;
    return element("label", { class: "kd-step-range" }, element("span", {}, name), control, number);
  }

  // -- examples ----------------------------------------------------------------------------------
  const detail = element("div", {});
  const large = element("canvas", { class: "kd-example kd-step-large", role: "img" });
  const about = element("p", { class: "kd-step-about" });
  const thumbnails = element("div", { class: "kd-step-four", role: "group", "aria-label": words.batch });
  const other = button("other", words.other, () => {
    batch = (batch + 1) % batches.length;
    focus = 0;
    showBatch();
    anew();
  });
  other.hidden = batches.length < 2;
  function showBatch() {
    thumbnails.replaceChildren(...rows().map((row, at) => {
      const canvas = element("canvas", { class: "kd-example", "aria-hidden": "true" });
      drawExample(canvas, examples, row);
      return element("button", { type: "button", "data-testid": `step-example-${at + 1}`,
        "aria-label": say(words.example, { number: at + 1, label: classes[examples.labels[row]] }),
        onclick: () => focusOn(at) }, canvas, element("span", { "aria-hidden": "true" }, String(at + 1)));
    }));
  }
  function focusOn(at) {
    if (at >= rows().length) return;
    focus = at;
    pointed = null;
    if (found) rebuild();
    else show();
  }

  // -- phases ------------------------------------------------------------------------------------
  const names = PHASES.map((name, at) => element("button", { type: "button", "data-testid": `phase-${name}`,
    onclick: () => goTo(at) }, element("b", {}, String(at + 1)), element("span", {}, words[name])));
  const list = element("ol", { class: "kd-step-phases", "aria-label": words.phases },
    ...names.map((one) => element("li", {}, one)));
  const back = button("back", words.back, () => goTo(phase - 1));
  const forward = button("forward", words.on, () => goTo(phase + 1));
  const play = button("play", "", () => (playing ? pause() : start()));
  const note = element("p", { class: "kd-caption kd-step-note", role: "status" });
  const told = element("p", { class: "kd-caption" });
  const aloud = element("p", { class: "kd-aloud", role: "status" });
  const announce = whenSettled(() => {
    aloud.textContent = found ? say(words.phase_aloud, { number: phase + 1, of: PHASES.length,
      name: words[PHASES[phase]], about: words[`${PHASES[phase]}_about`] }) : "";
  });

  function start() {
    if (phase === LAST) {
      taken = false;
      phase = 0;
    }
    next();
    show();
  }
  function next() {
    playing = setTimeout(() => {
      playing = 0;
      if (phase < LAST) phase += 1;
      if (phase < LAST) next();
      else take();
      show();
    }, PACE);
  }
  function pause() {
    clearTimeout(playing);
    playing = 0;
    show();
  }
  function goTo(at) {
    clearTimeout(playing);
    playing = 0;
    phase = Math.min(Math.max(at, 0), LAST);
    show();
  }

  // -- what is shown -----------------------------------------------------------------------------
  const stage = element("div", { class: "kd-step-cards", role: "group", tabindex: 0,
    "aria-label": words.cards, onkeydown: (event) => {
      const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!way || event.target !== stage || !found) return;
      event.preventDefault();
      pointed = (classOf(numbers()) + way + count) % count;
      show();
    } });
  const numbers = (student = found.student) => stepNumbers({ teacher: found.teacher, student,
    labels: labels(), classes: count, hardWeight: hardWeight(), ...chosen });
  /** The class whose numbers are shown: the one pointed at, else where the step pushes most. */
  const classOf = ({ gradient }) =>
    pointed ?? ranking(gradient.subarray(focus * count, (focus + 1) * count).map(Math.abs))[0];

  function rebuild() {
    const now = numbers();
    const own = (table) => table.subarray(focus * count, (focus + 1) * count);
    const places = classesToShow(count, labels()[focus], own(now.teacherSoft), own(now.studentSoft));
    shownCards = stepCards({ words, places, names: places.map((place) => classes[place]), action,
      learners: { teacher: learners.teacher, student: learners[chosen.learner] },
      pointed: (c) => {
        pointed = c;
        draw();
      } });
    stage.replaceChildren(...shownCards.cards);
    some.textContent = places.length < count ? say(words.some, { shown: places.length, count }) : "";
    show();
  }

  function show() {
    drawExample(large, examples, rows()[focus]);
    large.hidden = showDetail(detail, examples, rows()[focus], words);
    large.setAttribute("aria-label", say(words.example, { number: focus + 1,
      label: classes[labels()[focus]] }));
    [...thumbnails.children].forEach((one, at) => one.setAttribute("aria-pressed", at === focus));
    names.forEach((one, at) => {
      if (at === phase) one.setAttribute("aria-current", "step");
      else one.removeAttribute("aria-current");
    });
    back.disabled = phase === 0;
    forward.disabled = phase === LAST;
    play.replaceChildren(playIcon(Boolean(playing)), playing ? words.pause : words.play);
    play.disabled = !found;
    step.disabled = !found || taken || wanted;
    stage.hidden = !found;
    about.textContent = found ? "" : say(words.label, { label: classes[labels()[focus]] });
    publish({ phase: phase + 1, temperature: chosen.temperature, example: rows()[focus] });
    announce();
    if (!found) return;
    shownCards.cards.forEach((card, at) => {
      card.classList.toggle("kd-now", at === phase);
      card.classList.toggle("kd-later", at > phase);
    });
    const now = numbers();
    const c = classOf(now);
    const says = (logits) => classes[ranking(logits.subarray(focus * count, (focus + 1) * count))[0]];
    about.textContent = say(words.answers, { label: classes[labels()[focus]],
      teacher: says(found.teacher), student: says(found.student) });
    shownCards.show({ numbers: now, teacher: found.teacher, student: found.student,
      after: taken ? numbers(found.after) : null, afterLogits: found.after, labels: labels(),
      n: focus, c, name: (place) => classes[place], hardWeight: hardWeight(), mixing, ...chosen });
    shownCards.mark(labels()[focus], c);
  }
  const draw = eachFrame(() => !leaving.signal.aborted && show());

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const act = {
      ArrowRight: () => goTo(phase + 1), ArrowLeft: () => goTo(phase - 1), " ": () => play.click(),
      1: () => focusOn(0), 2: () => focusOn(1), 3: () => focusOn(2), 4: () => focusOn(3),
    }[event.key];
    if (!act || (event.key.startsWith("Arrow") && movesByArrows(event.target))) return;
    if (event.key === " " && isPressedBySpace(event.target)) return;
    event.preventDefault();
    act();
  }, { signal: leaving.signal });

  const some = element("p", { class: "kd-caption" });
  const root = element("section", { class: "kd kd-step", "data-testid": "slow-motion",
    "data-learner": chosen.learner, "aria-label": words.title },
  element("div", { class: "kd-step-top" },
    element("div", { class: "kd-step-examples" }, large, detail,
      element("div", { class: "kd-step-batch" }, about, thumbnails, other)),
    element("div", { class: "kd-step-controls" }, slider.root, weight,
      element("div", { class: "kd-step-who" }, student, freeze), told, note)),
  element("div", { class: "kd-step-transport" },
    element("div", { class: "kd-step-moves" }, back, play, forward), list),
  stage, some, aloud);
  /** Look at this example, in whichever batch it is. */
  function showExample(row) {
    const there = batches.findIndex((rows) => rows.includes(row));
    if (there < 0) return;
    const anotherBatch = there !== batch;
    batch = there;
    if (anotherBatch) {
      showBatch();
      anew();
    }
    focusOn(rows().indexOf(row));
  }
  const release = letLead("step", {
    temperature: (temperature) => {
      slider.show(temperature);
      turned({ temperature });
    },
    example: showExample,
    phase: (number) => goTo(number - 1),
  });
  showBatch();
  show();
  ask();
  return {
    root,
    end: () => {
      leaving.abort();
      withdraw();
      release();
      questions.end();
      clearTimeout(slow);
      clearTimeout(playing);
      leave();
    },
  };
}
