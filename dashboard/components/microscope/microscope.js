// Soft-label microscope: aligned heat maps of three learners' answers, one example under the glass.

import { post } from "./ask.js";
import { bars } from "./bars.js";
import {
  displayTemperature, inTurn, letLead, publisher, runView, setDisplayTemperature, watchDisplayTemperature,
} from "./bus.js";
import { classMatrix } from "./class_matrix.js";
import { classNames } from "./class_names.js";
import { choice, counted, eachFrame, element, mountOnce, say, stylesheet } from "./dom.js";
import { drawExample, showDetail, readExamples } from "./examples.js";
import { heatMap, legend } from "./heat_map.js";
import { heatMenu, tableSheets } from "./heat_picture.js";
import {
  decode, divergence, eachRow, entropy, fixed, meanByClass, offDiagonalCorrelation, percent,
  ranking, row, softmax,
} from "./numbers.js";
import { temperatureSlider } from "./temperature_slider.js";

const LEARNERS = ["teacher", "plain", "distilled"];
const CROWDED = 30; // groups of rows; beyond, their names would overlap
const MOST_BARS = 12; // classes shown of one example's answers
const LEAST_DRAG = 3; // rows; less is a click
const LEAST_ROWS = 6; // to which the keyboard zooms
const PAGE = 10; // rows that Page Up and Page Down move by

export const mount = mountOnce(async (data) => {
  await Promise.all([stylesheet("controls.css"), stylesheet("temperature.css"),
    stylesheet("microscope.css")]);
  return microscope(data);
});

function microscope({ run: id, language, learners: names, words, menu }) {
  const run = runView(id, language);
  const leave = run.join();
  const leaving = new AbortController();
  const root = element("section", {
    class: "kd kd-microscope", "data-testid": "microscope", "aria-label": words.title,
  });
  const note = element("p", { class: "kd-plot-note" }, words.waiting);
  root.append(note);
  const store = { examples: null, teacher: null, snapshots: new Map() };
  let glass = null;

  const load = inTurn(async () => {
    const { snapshots, prepared } = run.state;
    const last = Math.max(-1, ...store.snapshots.keys());
    if (!prepared || (store.examples && (snapshots.at(-1) ?? -1) <= last)) return;
    try {
      const answer = await fetch(run.address("soft", { since: store.examples ? last : -1 }));
      if (!answer.ok) throw new Error((await answer.json()).error);
      keep(await answer.json());
    } catch (error) {
      note.hidden = false;
      note.textContent = `${words.unreachable} ${error.message}`;
      throw error;
    }
  }, { signal: leaving.signal });

  function keep(message) {
    if (message.arrays) {
      store.examples = readExamples(message);
      store.teacher = message.teacher && decode(message.teacher, Float32Array);
    }
    for (const { epoch, ...logits } of message.snapshots) {
      store.snapshots.set(epoch, Object.fromEntries(
        Object.entries(logits).map(([name, text]) => [name, decode(text, Float32Array)])));
    }
    if (!store.examples || leaving.signal.aborted) return;
    note.hidden = true;
    if (!glass) {
      glass = lookingGlass({ run, store, names, words, menu });
      root.append(glass.root);
    }
    glass.show();
  }

  run.on("state", load, leaving.signal);
  run.on("moment", () => glass?.show(), leaving.signal);
  const forget = watchDisplayTemperature(() => glass?.show());
  load();
  return {
    root,
    end: () => {
      leaving.abort();
      forget();
      glass?.withdraw();
      leave();
    },
  };
}

/** Everything that is seen once there are examples. */
function lookingGlass({ run, store, names, words, menu }) {
  const { examples } = store;
  const { classes, labels } = examples;
  const count = classes.length;
  const total = labels.length;
  const state = {
    scale: "log", sort: "sort_class", sortedAt: 0, order: [...labels.keys()], from: 0, to: total,
    pointed: null, pinned: null,
  };
  const answers = {}; // by learner: probabilities [W, C] at the display temperature

  const maps = Object.fromEntries(LEARNERS.map((learner) => [learner, learnerMap(learner)]));
  const matrices = Object.fromEntries(LEARNERS.map((learner) => [learner, classMatrix({
    classes, label: say(words.matrix, { learner: names[learner] }), rest: words.empty_rows,
    sentence: (truth, other, share) => say(words.matrix_sentence, { truth, other, share }),
  })]));
  const correlations = Object.fromEntries(LEARNERS.map((learner) =>
    [learner, element("p", { class: "kd-caption" })]));
  const glass = onExample({ examples, names, words,
    ask: (question) => post(run.address("ask"), question) });
  const scale = legend(words.probability);
  const aloud = element("p", { class: "kd-aloud", role: "status" });
  const epochText = element("b", { class: "kd-micro-epoch" });
  const sizeText = element("span", { class: "kd-caption" });
  const sortTold = element("span", { class: "kd-caption" });

  const slider = temperatureSlider({
    label: words.temperature, testid: "microscope-temperature", start: displayTemperature(),
    changed: setDisplayTemperature,
  });
  slider.root.title = words.temperature_help;
  const colours = choice(words.colours, { linear: words.linear, log: words.log }, state.scale,
    (name) => {
      state.scale = name;
      draw();
    });
  const sorts = element("select", { "aria-label": words.sort, onchange: () => sortBy(sorts.value) },
    ...["sort_class", "sort_entropy", "sort_distilled", "sort_plain"].map((name) =>
      element("option", { value: name }, words[name])));
  const again = element("button", { type: "button", class: "kd-transport-button",
    onclick: () => sortBy(state.sort) }, words.sort_again);
  const all = element("button", { type: "button", class: "kd-transport-button",
    onclick: () => zoom(0, total) }, words.show_all);

  function learnerMap(learner) {
    const map = heatMap({
      label: say(words.map, { learner: names[learner] }),
      hover: (at) => point(at === null ? null : state.from + at),
    });
    let began = null;
    const forgetBrush = () => {
      began = null;
      for (const { brush } of Object.values(maps)) brush.hidden = true;
    };
    map.canvas.addEventListener("pointerdown", (event) => {
      map.canvas.setPointerCapture(event.pointerId);
      began = state.from + map.cell(event)[0];
    });
    map.canvas.addEventListener("pointercancel", forgetBrush); // the page scrolls under the finger
    map.canvas.addEventListener("pointermove", (event) => {
      if (began === null) return;
      const ends = [began, state.from + map.cell(event)[0]].sort((a, b) => a - b);
      for (const { brush } of Object.values(maps)) place(brush, ends[0], ends[1] + 1);
    });
    map.canvas.addEventListener("pointerup", (event) => {
      if (began === null) return;
      const [from, to] = [began, state.from + map.cell(event)[0]].sort((a, b) => a - b);
      forgetBrush();
      rows.focus({ preventScroll: true });
      if (to - from >= LEAST_DRAG) zoom(from, to + 1);
      else pin(from);
    });
    const mark = element("div", { class: "kd-micro-mark", hidden: "" });
    const brush = element("div", { class: "kd-micro-brush", hidden: "" });
    map.root.append(mark, brush);
    const header = classNames(classes, "above");
    const missing = element("p", { class: "kd-caption", hidden: "" }, words.no_learner);
    const figure = element("figure", {
      class: `kd-micro-map kd-of-${learner}`, style: `--place:${LEARNERS.indexOf(learner)}`,
    }, element("figcaption", {}, names[learner]), header.root, element("div", {}, map.root, missing));
    return { ...map, mark, brush, figure, missing };
  }

  const place = (node, from, to) => {
    node.hidden = false;
    const rows = state.to - state.from;
    node.style.top = `${((from - state.from) / rows) * 100}%`;
    node.style.height = `${((to - from) / rows) * 100}%`;
  };

  function sortBy(name) {
    state.sort = name;
    state.sortedAt = run.epoch ?? 0;
    const teacher = answers.teacher;
    const measure = {
      sort_class: null,
      sort_entropy: (answer) => -entropy(answer),
      sort_distilled: (answer, w) =>
        answers.distilled ? -divergence(answer, row(answers.distilled, w, count)) : 0,
      sort_plain: (answer, w) =>
        answers.plain ? -divergence(answer, row(answers.plain, w, count)) : 0,
    }[name];
    const keys = measure && teacher ? eachRow(teacher, count, measure) : labels;
    state.order = [...labels.keys()].sort((a, b) => keys[a] - keys[b] || a - b);
    state.pinned = null;
    draw();
  }

  function zoom(from, to, pinned = null) {
    Object.assign(state, { from, to, pinned });
    draw();
    aloud.textContent = sizeOf();
  }
  const sizeOf = () => (state.to - state.from < total
    ? say(words.chosen, { count: state.to - state.from, total })
    : counted(words, "examples", { count: total }));

  /** Show `factor` times as many rows around the one that is looked at. */
  function zoomBy(factor) {
    const at = state.pinned ?? state.from;
    const rows = Math.min(Math.max(Math.round((state.to - state.from) * factor), LEAST_ROWS), total);
    const from = Math.min(Math.max(Math.round(at - rows / 2), 0), total - rows);
    zoom(from, from + rows, state.pinned);
  }
  const point = (at) => {
    state.pointed = at;
    look();
  };
  function pin(at) {
    state.pinned = state.pinned === at ? null : at;
    look();
  }

  /** The softened answers of the moment, then everything that is drawn from them. */
  function soften() {
    const moment = store.snapshots.get(nearest(run.epoch)) ?? {};
    for (const learner of LEARNERS) {
      const logits = learner === "teacher" ? store.teacher : moment[learner];
      answers[learner] = logits ? softmax(logits, count, displayTemperature(), answers[learner] ?? undefined) : null;
    }
  }
  const nearest = (epoch) =>
    [...store.snapshots.keys()].filter((known) => epoch === null || known <= epoch)
      .reduce((a, b) => Math.max(a, b), 0);

  function drawAll() {
    soften();
    slider.show(displayTemperature());
    colours.show(state.scale);
    scale.show(state.scale);
    const shown = state.order.slice(state.from, state.to);
    const means = {};
    for (const learner of LEARNERS) {
      const table = answers[learner];
      const { figure, missing, root: frame, draw: paint } = maps[learner];
      missing.hidden = Boolean(table);
      frame.hidden = !table;
      figure.classList.toggle("kd-nobody", !table);
      if (!table) continue;
      const ordered = new Float32Array(shown.length * count);
      shown.forEach((w, at) => ordered.set(row(table, w, count), at * count));
      paint(ordered, count, state.scale);
      means[learner] = meanByClass(table, labels, count);
      matrices[learner].draw(means[learner], state.scale);
    }
    for (const learner of LEARNERS) {
      const known = means[learner] && means.teacher;
      const value = known ? offDiagonalCorrelation(means.teacher, means[learner], count) : NaN;
      correlations[learner].textContent = learner === "teacher" ? words.reference : known
        ? Number.isFinite(value) ? say(words.correlation, { value: fixed(value, 2) }) : ""
        : words.no_learner;
    }
    const epoch = nearest(run.epoch);
    epochText.textContent = epoch === 0 ? words.epoch_0 : say(words.epoch, { epoch });
    sizeText.textContent = sizeOf();
    all.hidden = state.to - state.from === total;
    const stale = state.sort.startsWith("sort_d") || state.sort === "sort_plain";
    again.hidden = !stale || state.sortedAt === epoch;
    sortTold.textContent = stale ? say(words.sorted_at, { epoch: state.sortedAt }) : "";
    for (const gutter of gutters) gutter.draw(state, labels, classes);
    look();
  }
  const draw = eachFrame(drawAll);

  const { publish, withdraw } = publisher("microscope");
  const release = letLead("microscope", { temperature: setDisplayTemperature, example: pinExample });

  /** Pin this example, or with -1 none. */
  function pinExample(w) {
    const at = state.order.indexOf(w);
    if (w >= 0 && at < 0) return;
    if (w >= 0 && (at < state.from || at >= state.to)) Object.assign(state, { from: 0, to: total });
    state.pinned = w < 0 ? null : at;
    draw();
  }

  /** What a lesson may ask for: how the pinned example is answered. */
  function publishPinned() {
    const at = state.pinned;
    const [teacher, plain, distilled] = LEARNERS.map((learner) => (at !== null && answers[learner]
      ? ranking(row(answers[learner], state.order[at], count))[0] : null));
    const differ = (one, other) => one !== null && other !== null && one !== other;
    publish({
      pinned: at !== null, plain_differs: differ(plain, teacher),
      distilled_differs: differ(distilled, teacher), students_differ: differ(plain, distilled),
      teacher_wrong: differ(teacher, at === null ? null : labels[state.order[at]]),
    });
  }

  function look() {
    publish({ temperature: displayTemperature(),
      example: state.pinned === null ? -1 : state.order[state.pinned] });
    publishPinned();
    const at = state.pointed ?? state.pinned ?? state.from;
    const w = state.order[Math.min(at, state.to - 1)];
    for (const { mark } of Object.values(maps)) place(mark, at, at + 1);
    const description = glass.show(w, answers, at === state.pinned);
    rows.setAttribute("aria-valuemax", state.to);
    rows.setAttribute("aria-valuemin", state.from + 1);
    rows.setAttribute("aria-valuenow", at + 1);
    rows.setAttribute("aria-valuetext", `${at + 1} / ${total}. ${description}`);
    for (const learner of LEARNERS) matrices[learner].mark(labels[w], null);
  }

  const gutters = LEARNERS.map((_, place) => classGutter(place));
  const { root: rows } = gutters[0];
  for (const [name, value] of Object.entries({ tabindex: 0, role: "slider",
    "aria-orientation": "vertical", "aria-label": words.example })) rows.setAttribute(name, value);
  rows.addEventListener("keydown", (event) => {
    const from = state.pinned ?? state.from;
    const to = { ArrowDown: from + 1, ArrowUp: from - 1, PageDown: from + PAGE, PageUp: from - PAGE,
      Home: state.from, End: state.to - 1 }[event.key];
    const act = {
      "+": () => zoomBy(0.5), "=": () => zoomBy(0.5), "-": () => zoomBy(2),
      Escape: () => (state.pinned === null ? zoom(0, total) : pin(state.pinned)),
    }[event.key];
    if (to === undefined && !act) return;
    event.preventDefault();
    if (act) return act();
    state.pointed = null;
    state.pinned = Math.min(Math.max(to, state.from), state.to - 1);
    look();
  });
  const field = element("div", { class: "kd-micro-field" },
    ...LEARNERS.flatMap((learner, place) => [gutters[place].root, maps[learner].figure]));

  const about = { words: menu.words, caption: menu.caption };
  const known = () => LEARNERS.filter((learner) => answers[learner]);
  const shownNow = (tables, groups, square) => ({ tables, groups, square, columns: classes, scale: state.scale,
    label: words.probability, epoch: epochText.textContent, moment: nearest(run.epoch) });
  const mapsMenu = heatMenu({ ...about, title: words.title, file: `microscope-${menu.run}` }, () => {
    const shown = state.order.slice(state.from, state.to);
    const tables = known().map((learner) => ({ title: names[learner],
      table: Float32Array.from(shown.flatMap((w) => [...row(answers[learner], w, count)])) }));
    return shownNow(tables, groupsOf(state, labels, classes), false);
  });
  const means = () => known().map((learner) => ({ title: names[learner], table: meanByClass(answers[learner], labels, count) }));
  const matricesMenu = heatMenu({ ...about, title: words.matrices, file: `class-matrices-${menu.run}`,
    sheets: () => tableSheets(means(), classes, words.true_class) }, () =>
    shownNow(means(), classes.map((name) => ({ name, size: 1 })), true));

  const root = element("div", { class: "kd-micro" },
    element("div", { class: "kd-micro-top" }, slider.root,
      element("div", { class: "kd-micro-tools" },
        element("label", { class: "kd-caption" }, `${words.sort} `, sorts), again, sortTold, colours)),
    element("div", { class: "kd-micro-info" }, epochText, sizeText, all,
      element("span", { class: "kd-caption" }, words.keys), scale.root, mapsMenu),
    element("div", { class: "kd-micro-body" }, field, glass.root),
    element("header", { class: "kd-micro-heading" }, element("h3", {}, words.matrices), matricesMenu),
    element("div", { class: "kd-micro-matrices" }, ...LEARNERS.map((learner) =>
      element("figure", { class: `kd-of-${learner}` },
        element("figcaption", {}, names[learner]), matrices[learner].root, correlations[learner]))),
    aloud);
  soften();
  sortBy("sort_class");
  return {
    root,
    show: draw,
    withdraw: () => {
      withdraw();
      release();
    },
  };
}

/** Names of the true classes beside the rows of a map, where they are sorted by class. */
function classGutter(place) {
  const body = element("div", { class: "kd-micro-groups", "aria-hidden": "true" });
  return {
    root: element("div", { class: "kd-micro-rows", style: `--place:${place}` }, body),
    draw(state, labels, classes) {
      const groups = groupsOf(state, labels, classes);
      const crowded = groups.length > CROWDED;
      body.replaceChildren(...(crowded ? [] : groups).map(({ name, size }) =>
        element("div", { style: `flex:${size}`, title: name }, element("span", {}, name))));
    },
  };
}

/** Neighbouring rows of one class, where they are sorted by class. */
function groupsOf({ sort, order, from, to }, labels, classes) {
  const groups = [];
  for (let at = from; sort === "sort_class" && at < to; at++) {
    const name = classes[labels[order[at]]];
    if (groups.at(-1)?.name === name) groups.at(-1).size += 1;
    else groups.push({ name, size: 1 });
  }
  return groups;
}

/** One example: its image, its true label and the three answers. */
function onExample({ examples, names, words, ask }) {
  const { classes, labels } = examples;
  const count = classes.length;
  const picture = element("canvas", { class: "kd-example kd-micro-image", role: "img" });
  const detail = element("div", { class: "kd-micro-detail" });
  const truth = element("p", { class: "kd-micro-truth" });
  const pinned = element("span", { class: "kd-caption" });
  const rest = element("p", { class: "kd-caption" });
  const few = Math.min(count, MOST_BARS);
  const parts = LEARNERS.map((learner) => {
    const caption = element("span", { class: "kd-caption" });
    const frame = element("div", { class: "kd-micro-bars" });
    const root = element("div", { class: `kd-micro-answer kd-of-${learner}` },
      element("header", {}, element("b", {}, names[learner]), caption), frame);
    return { learner, caption, frame, root, chart: null };
  });
  let shownClasses = "";

  function chartsFor(chosen) {
    const key = chosen.join();
    if (key === shownClasses) return;
    shownClasses = key;
    for (const part of parts) {
      part.chart = bars(chosen.map((c) => classes[c]),
        { label: names[part.learner], values: words.values });
      part.frame.replaceChildren(part.chart.root);
    }
  }

  return {
    root: element("div", { class: "kd-micro-glass" },
      element("div", { class: "kd-micro-what" }, picture, element("div", {}, truth, pinned)),
      detail, ...parts.map(({ root }) => root), rest),
    show(w, answers, isPinned) {
      drawExample(picture, examples, w);
      picture.setAttribute("aria-label", `${words.example} ${w}`);
      picture.hidden = showDetail(detail, examples, w, words, ask);
      const [before, after] = words.truth.split("{label}");
      truth.replaceChildren(before, element("b", {}, classes[labels[w]]), after);
      pinned.textContent = isPinned ? words.pinned : "";
      const own = LEARNERS.filter((learner) => answers[learner])
        .map((learner) => row(answers[learner], w, count));
      const highest = Float32Array.from(classes, (_, c) => Math.max(0, ...own.map((one) => one[c])));
      const chosen = count <= few ? [...classes.keys()]
        : [...new Set([labels[w], ...ranking(highest)])].slice(0, few).sort((a, b) => a - b);
      chartsFor(chosen);
      rest.textContent = count > few ? counted(words, "rest", { count: count - few }) : "";
      const description = [say(words.truth, { label: classes[labels[w]] })];
      for (const { learner, caption, root, chart } of parts) {
        root.hidden = !answers[learner];
        if (!answers[learner]) continue;
        const answer = row(answers[learner], w, count);
        chart.show(Float32Array.from(chosen, (c) => answer[c]));
        chart.mark(chosen.indexOf(labels[w]));
        const facts = [say(words.answer, { label: classes[ranking(answer)[0]] }),
          `${percent(Math.max(...answer))}`, `${words.entropy} ${entropy(answer).toFixed(2)}`];
        if (learner !== "teacher" && answers.teacher) {
          facts.push(`${words.divergence} ${divergence(row(answers.teacher, w, count), answer).toFixed(3)}`);
        }
        caption.textContent = facts.join(" · ");
        description.push(`${names[learner]} ${facts.slice(0, 2).join(" ")}`);
      }
      return description.join(". ");
    },
  };
}
