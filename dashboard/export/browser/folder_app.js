// The pages of the folder: they give the components the words and the data that the app gives them
// otherwise. What is shown is a function of the address alone.

import { element, say, stylesheet } from "./dom.js";
import { hashOf, placeOf } from "./folder_place.js";
import { lessonList } from "./folder_lessons.js";
import { mount as mountLesson } from "./lesson_panel.js";
import { mount as mountChart } from "./live_plot.js";
import { mount as mountMicroscope } from "./microscope.js";
import { mount as mountMoment } from "./moment.js";
import { installKeys, openList } from "./page_keys.js";
import { MissingFile, recorded } from "./recorded_source.js";
import { mount as mountHero } from "./temperature_hero.js";
import { mount as mountLab } from "./temperature_lab.js";
import { mount as mountTransport } from "./transport.js";

const folder = window.kdcoreFolder; // pages, runs, languages
const chosen = folder.preferred ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
const known = { ...folder, languages: [chosen, ...folder.languages.filter((one) => one !== chosen)] };

const head = element("header", { class: "kd-folder-head" });
const lesson = element("div", {});
const body = element("div", {});
const main = element("main", { "data-testid": "stMain", tabindex: -1 },
  element("div", { "data-testid": "stMainBlockContainer" },
    body, element("div", { "data-testid": "stElementContainer" }, lesson)));
document.body.replaceChildren(head, main);

const started = new Set(); // lessons that go on with the recorded run
let shown = ""; // page, run and language that stand there
let views = []; // of the page: `update(place)` and `end()`
let drawing = 0;

const asked = () => placeOf(location.hash, known);
/** What is shown there: some pages show the recorded example whichever run is asked for. */
const here = () => {
  const place = asked();
  return folder.recorded_pages.includes(place.page) ? { ...place, run: folder.recorded } : place;
};
const goTo = (changes) => {
  const hash = hashOf({ ...asked(), ...changes });
  if (hash === location.hash) draw();
  else location.hash = hash;
};
/** A setting makes no entry of the browser's history. */
const set = (changes) => location.replace(hashOf({ ...asked(), ...changes }));

async function draw() {
  const mine = (drawing += 1);
  const place = here();
  try {
    const words = await recorded(`words-${place.lang}`);
    if (mine !== drawing) return;
    document.documentElement.lang = words.tag;
    document.title = `${words.pages[place.page].title} · ${words.texts.name}`;
    document.documentElement.classList.toggle("kd-projected", place.projector);
    const key = [place.page, place.run, place.lang, place.projector, alone(place)].join("/");
    if (key !== shown) {
      const moved = shown !== "";
      shown = key;
      views.forEach(({ end }) => end());
      views = [];
      installKeys(words.keys.buttons, words.keys.list, words.keys.words);
      drawHead(place, words);
      drawPage(place, words);
      if (moved) {
        window.scrollTo(0, 0);
        if (document.activeElement === document.body) main.focus({ preventScroll: true }); // the link is gone
      }
    }
    await Promise.all([...views.map(({ update }) => update(place)), drawLesson(place, words)]);
  } catch (error) {
    if (!(error instanceof MissingFile)) throw error;
    body.append(element("p", { class: "kd-folder-missing", role: "alert" },
      say(folder.missing, { file: error.message })));
  }
}

function drawHead(place, words) {
  const links = folder.pages.map((name) => element("a", {
    ...(name === place.page ? { "aria-current": "page" } : {}) }, words.texts[`nav_${name}`]));
  follow(() => links.forEach((link, at) => (link.href = hashOf({ ...asked(), page: folder.pages[at] }))));
  const language = ([name, title]) => element("button", { type: "button", lang: name,
    "aria-pressed": String(name === place.lang), "data-testid": `lang-${name}`,
    onclick: () => goTo({ lang: name }) }, title);
  const nav = element("nav", { "aria-label": words.texts.pages }, ...(links.length > 1 ? links : []));
  const projector = element("div", { class: "kd-folder-switch st-key-projector_button" },
    element("button", { type: "button", "data-testid": "projector", title: words.texts.projector_help,
      "aria-pressed": String(place.projector),
      onclick: () => goTo({ projector: !here().projector }) }, words.texts.projector));
  head.replaceChildren(
    place.projector
      ? element("details", { class: "kd-folder-pages" }, element("summary", {}, words.texts.pages), nav) : nav,
    element("div", { class: "kd-folder-switches" }, projector,
      element("div", { class: "kd-folder-switch", role: "group", "aria-label": words.texts.language },
        ...Object.entries(words.languages).map(language))));
}

/** In a lesson *Start* has the image alone: the rest would tell what the cards ask. */
const alone = (place) => place.page === "start" && Boolean(place.lesson);

function drawPage(place, words) {
  const page = words.pages[place.page];
  const tools = [];
  if (page.picker) tools.push(runPicker(place, words));
  if (page.settings.length) tools.push(binsPicker(words), calibratedSwitch(words));
  body.replaceChildren(
    element("h1", {}, page.question), element("p", { class: "kd-folder-lead" }, page.lead),
    ...(tools.length ? [element("div", { class: "kd-folder-tools" }, ...tools)] : []),
    ...(place.page === "lessons" ? [lessonList(words, (name) => openCard(words, name, 1))] : []),
    ...panelsOf(page, place, words),
    ...(page.transport && !alone(place) ? [transportBar(place, words)] : []),
    element("footer", { class: "kd-folder-foot" }, element("p", {}, words.texts.about),
      element("button", { type: "button", class: "kd-folder-begin", "data-testid": "keys", onclick: openList },
        words.keys.words.title)));
}

/** The rows of panels that the run has; in projector mode one chart at a time where the app has it. */
function panelsOf(page, place, words) {
  const rows = page.rows.map((row) =>
    row.filter(({ only }) => !only || words.runs[place.run].has.includes(only))).filter((row) => row.length);
  if (alone(place)) rows.splice(1);
  if (page.rows.length && !rows.length) return [element("p", { class: "kd-folder-note" }, words.texts.no_teacher)];
  const row = (panels) => element("div", { class: "kd-folder-row", "data-panels": panels.length },
    ...panels.map((panel) => framed(panel, place, words)));
  if (!place.projector || !page.deck) return rows.map(row);
  const isChart = ({ component }) => component === "live_plot";
  const before = rows.filter((panels) => panels.every(({ title }) => !title));
  return [...before.map(row), chartDeck(rows.flat().filter(isChart), words)];
}

/** One of the charts at full width, with the way to the one before and the next. */
function chartDeck(panels, words) {
  const plot = element("div", {});
  const title = element("h2", {});
  const at = (place) => Math.max(panels.findIndex(({ name }) => name === place.chart), 0);
  const move = (name, text, by) => element("div", { class: `kd-folder-switch st-key-${name}` },
    element("button", { type: "button", "data-testid": name, onclick: () =>
      set({ chart: panels[(at(here()) + by + panels.length) % panels.length].name }) }, text));
  let end = () => {};
  let gone = false;
  views.push({
    async update(now) {
      const panel = panels[at(now)];
      title.textContent = `${panel.title} · ${at(now) + 1}/${panels.length}`;
      const leave = await mountChart(plot, { ...(await dataOf(panel, now, words)), fills: true });
      if (gone) leave();
      else end = leave;
    },
    end() {
      gone = true;
      end();
    },
  });
  return element("section", { class: "kd-folder-deck", "data-testid": "deck" },
    element("header", {}, move("previous_chart", `‹ ${words.texts.previous}`, -1),
      move("next_chart", `${words.texts.next} ›`, 1), title), plot);
}

const labelled = (text, control) => element("label", {}, element("span", {}, text), control);

function runPicker(place, words) {
  const picker = element("select", { "data-testid": "run", onchange: () => goTo({ run: picker.value }) },
    ...folder.runs.map((run) => element("option", { value: run }, words.runs[run].title)));
  picker.value = place.run;
  return labelled(words.texts.run, picker);
}

function binsPicker(words) {
  const picker = element("select", { "data-testid": "bins", onchange: () => set({ bins: Number(picker.value) }) },
    ...words.choices.bins.map((bins) => element("option", { value: bins }, bins)));
  follow((place) => (picker.value = settingsAt(place, words).bins));
  return element("div", { class: "st-key-bins" }, labelled(words.texts.bins, picker));
}

function calibratedSwitch(words) {
  const box = element("input", { type: "checkbox", "data-testid": "calibrated",
    onchange: () => set({ calibrated: box.checked }) });
  follow(({ calibrated }) => (box.checked = calibrated));
  return element("div", { class: "st-key-calibrated" }, labelled(words.texts.calibrated, box));
}

function biasSlider(words) {
  const { bias: biases } = words.choices;
  const value = element("output", {});
  const slider = element("input", { type: "range", min: biases[0], max: biases.at(-1),
    step: biases[1] - biases[0], "data-testid": "bias", oninput: () => set({ bias: Number(slider.value) }) });
  follow((place) => {
    slider.value = settingsAt(place, words).bias;
    value.textContent = slider.value;
  });
  return element("div", { class: "kd-folder-tools st-key-bias" }, labelled(words.texts.bias, slider), value);
}

/** Call `update(place)` while the page stands there. */
const follow = (update) => views.push({ update, end() {} });

/** What can be chosen and is chosen, or else the usual. */
function settingsAt({ bins, calibrated, bias }, { choices, usual }) {
  const one = (name, value) => (choices[name].includes(value) ? value : usual[name]);
  return { bins: one("bins", bins), calibrated, bias: one("bias", bias) };
}

/** A panel with its question; what it shows is behind the mark. */
function framed(panel, place, words) {
  // its height is known before it is drawn, so that nothing moves a lesson's part out of sight
  const style = panel.component === "live_plot" && `min-height: ${panel.data.height}px`;
  const parent = element("div", { style });
  const view = components[panel.component];
  let end = () => {};
  let gone = false;
  views.push({
    async update(now) {
      const leave = await view(parent, await dataOf(panel, now, words), words.runs[now.run], words);
      if (gone) leave?.();
      else end = leave ?? end;
    },
    end() {
      gone = true;
      end();
    },
  });
  if (!panel.title) return element("div", { class: "kd-folder-bare" }, parent);
  return element("section", { class: `kd-folder-panel st-key-panel-${panel.name}-${place.run} st-key-${panel.name}` },
    element("header", {}, element("h2", {}, panel.title), ...(panel.what ? [aboutOf(panel, words)] : [])),
    ...(panel.data.settings.includes("bias") ? [biasSlider(words)] : []), parent);
}

const aboutOf = ({ what, title }, { texts }) => element("details", { class: "kd-folder-about" },
  element("summary", { "aria-label": say(texts.what, { title }) }, "?"), element("p", {}, what));

const OWN_DATA = { temperature_lab: "teacher", temperature_hero: "telling" }; // file of the run

async function dataOf(panel, place, words) {
  const { settings, ...data } = panel.data;
  const component = { temperature_hero: "temperature_lab", formula: "moment" }[panel.component] ?? panel.component;
  const values = settingsAt(place, words);
  const { caption } = words.runs[place.run];
  return {
    ...data, run: place.run, language: place.lang, learners: words.learners, title: panel.title,
    words: words.components[component], caption,
    menu: { words: words.components.live_plot, caption, run: place.run },
    params: Object.fromEntries(settings.map((name) => [name, values[name]])),
    choosable: false, follows: false, fills: false, large: place.projector, axes_group: "",
    demonstrates: !place.lesson,
    ...(OWN_DATA[panel.component] ? await recorded(`${place.run}/${OWN_DATA[panel.component]}`) : {}),
  };
}

const components = {
  live_plot: mountChart,
  microscope: mountMicroscope,
  moment: mountMoment,
  temperature_hero: mountHero,
  temperature_lab: mountLab,
  transport: mountTransport,
  controls(parent, _, run, { texts }) {
    const row = (key, name) => element("div", { class: `st-key-${key}` },
      element("dt", {}, texts[name]), element("dd", {}, run[name]));
    parent.replaceChildren(element("dl", {}, row("T", "temperature"), row("weight", "weight")),
      element("p", {}, run.title), element("p", { class: "kd-folder-quiet" }, texts.fixed));
  },
  settings(parent, _, run, { texts }) {
    const list = (rows) => element("dl", { class: "kd-folder-settings" },
      ...rows.map(([label, value]) => element("div", {}, element("dt", {}, label), element("dd", {}, value))));
    const usual = run.settings.filter(([, , changed]) => !changed);
    parent.replaceChildren(list(run.settings.filter(([, , changed]) => changed)),
      element("details", {}, element("summary", {}, texts.usual_settings), list(usual)),
      element("p", { class: "kd-folder-quiet" }, run.made_with));
  },
  notes(parent, _, run, { texts }) {
    const lines = run.notes.map((note) => element("li", { dir: "auto" }, note));
    parent.replaceChildren(lines.length ? element("ul", {}, ...lines)
      : element("p", { class: "kd-folder-quiet" }, texts.no_notes));
  },
  /** The loss in symbols, and below it with the numbers of the moment. */
  async formula(parent, data, run) {
    if (parent.childElementCount) return undefined;
    const symbols = new DOMParser().parseFromString(run.formula, "application/xml");
    const numbers = element("div", {});
    parent.replaceChildren(element("div", { class: "kd-folder-formula", tabindex: 0,
      role: "group", "aria-label": data.title },
      document.importNode(symbols.documentElement, true)), numbers);
    return mountMoment(numbers, data);
  },
};

function transportBar(place, words) {
  const parent = element("div", {});
  const data = { run: place.run, language: place.lang, autoplay: place.page === "start",
    branch: false, annotate: null, words: words.components.transport };
  const view = mountTransport(parent, data);
  views.push({ update: () => view, end: () => view.then((end) => end()) });
  return element("div", { "data-testid": "stElementContainer", class: "kd-folder-transport" }, parent);
}

let leaveLesson = () => {};

/** The card of the lesson, or on the page of lessons the way back to those that were begun. */
async function drawLesson(place, words) {
  const found = words.lessons[place.lesson];
  const offered = place.page === "lessons";
  if (!found && !offered) {
    leaveLesson();
    leaveLesson = () => {};
    return;
  }
  const stopped = Object.fromEntries(Object.entries(words.lessons).map(([name, { title }]) => [name, title]));
  const card = found ? Math.min(place.card, found.cards.length) - 1 : 0;
  const data = {
    ...(found ?? { lesson: "", stopped }), language: place.lang, words: words.components.lesson_panel,
    page: place.page, card, started: started.has(place.lesson), set: settingsAt(place, words),
  };
  leaveLesson = await mountLesson(lesson, data, (wish) => grant(wish, place.lesson, words));
}

function grant(wish, name, words) {
  if (wish.leave) return goTo({ lesson: "" });
  if (wish.finish) return goTo({ lesson: "", page: "lessons" });
  if (wish.anew) {
    started.delete(name);
    return openCard(words, name, 1);
  }
  if (!wish.recording) return openCard(words, wish.lesson ?? name, wish.card);
  started.add(name);
  return goTo({ page: "live", run: words.lessons[name].recording });
}

/** Show a card, counted from 1, on its page with its run and its settings. */
function openCard(words, name, number) {
  const { cards, recording } = words.lessons[name];
  const { page, parameters } = cards[number - 1];
  goTo({ lesson: name, card: number, page, run: recording,
    ...(parameters.bins ? { bins: Number(parameters.bins) } : {}),
    ...(parameters.bias ? { bias: Number(parameters.bias) } : {}),
    ...(parameters.calibrated ? { calibrated: parameters.calibrated === "1" } : {}) });
}

stylesheet("controls.css");
window.addEventListener("hashchange", draw);
draw();
