// The card of a lesson. It stays while one moves through the pages; what it waits for it reads from
// the views of the page, from the run's stream and from the settings that come with its data.
//
// data: `lesson` (name; empty where only the way back is offered), `title`, `page` (shown now),
// `pages` (titles by name), `card` (from 0), `run` (the lesson's), `recording`, `can_train`,
// `started`, `set` (settings by name), `cards`, `stopped` (titles of lessons by name), `words`.

import { inTurn, runView, publishedReadings, watchReadings } from "./bus.js";
import { element, isTyping, newestCall, say, stylesheet } from "./dom.js";
import { isCompleted, outcome, withMeasures } from "./lesson_conditions.js";
import { partMarker } from "./lesson_part.js";
import { fitting, keepProgress, progressOf, watchProgress } from "./lesson_progress.js";

const LOOK = 500; // milliseconds between two looks at the address
const MEASURE_AGAIN = 700; // milliseconds between two questions for what was measured

const panels = new WeakMap();

/** Draw the panel or bring it up to date; it is built anew only for another lesson. */
export async function mount(parent, data, go) {
  const end = newestCall(parent)(() => panels.get(parent)?.end());
  await Promise.all([stylesheet("controls.css"), stylesheet("lesson_panel.css")]);
  const known = panels.get(parent);
  const id = [data.lesson, data.language].join("/");
  if (known?.id === id) {
    known.panel.update(data, go);
    return end;
  }
  known?.end();
  const panel = data.lesson ? lessonPanel(data, go) : wayBack(data, go);
  panels.set(parent, { id, panel, end: () => {
    panels.delete(parent);
    panel.end();
    panel.root.remove();
  } });
  parent.replaceChildren(panel.root);
  return end;
}

/** Lessons that were begun, with a button each. */
function wayBack({ stopped, words }, go) {
  const begun = Object.entries(stopped).map(([name, title]) => ({ name, title, ...progressOf(name) }))
    .filter(({ card }) => card > 0);
  const root = element("section", { class: "kd kd-lesson-back", "data-testid": "lesson-stopped",
    "aria-label": words.go_on }, ...begun.map(({ name, title, card }) => element("button", {
    type: "button", onclick: () => go({ lesson: name, card: card + 1 }),
  }, say(words.go_on_at, { title, card: card + 1 }))));
  root.hidden = !begun.length;
  return { root, update() {}, end() {} };
}

function lessonPanel(data, send) {
  const { lesson, language, words } = data;
  const gap = language === "zh" ? "" : " "; // between two sentences
  const progress = fitting(progressOf(lesson), data.cards);
  let stoppedAt = progress.card;
  const leaving = new AbortController();
  const measures = new Map(); // by run
  const marker = partMarker(words.hidden_part);
  let now = data;
  let go = send;
  let view = null; // of the lesson's run
  let leave = () => {};
  let placed = -1; // card whose epoch the transport bar was set to
  let drawn = "";

  const card = () => now.cards[now.card];
  const isDone = (at) => progress.done.includes(at);
  const runOf = (of) => (of.run === "recording" ? now.recording : now.run);
  const measured = (of = card()) => measures.get(runOf(of)) ?? {};
  const fill = (text, of) => withMeasures(text, measured(of), words.unknown);

  // ------------------------------------------------------------------------------ what is seen

  const count = element("span", { class: "kd-lesson-count" });
  const fold = element("button", { type: "button", class: "kd-lesson-fold", "aria-expanded": "true",
    "data-testid": "lesson-fold", onclick: () => unfold(root.dataset.folded === "true") });
  const heading = element("h2", { class: "kd-lesson-title", tabindex: -1 });
  const body = element("div", { class: "kd-lesson-body" });
  const aloud = element("p", { class: "kd-aloud", role: "status" });
  const back = element("button", { type: "button", "data-testid": "lesson-back", title: words.back_key,
    onclick: () => move(-1) }, words.back);
  const next = element("button", { type: "button", "data-testid": "lesson-next", title: words.next_key,
    onclick: () => move(1) });
  const root = element("section", { class: "kd kd-lesson", "data-testid": "lesson",
    "aria-label": say(words.label, { title: data.title }) },
  element("header", {}, element("b", {}, data.title), count, fold,
    element("button", { type: "button", "data-testid": "lesson-leave", "aria-label": words.leave,
      title: words.leave, onclick: () => go({ leave: true }) }, "×")),
  heading, body, aloud, element("footer", {}, back, next));
  const unfold = (open) => {
    root.dataset.folded = !open;
    fold.textContent = open ? "–" : "+";
    fold.setAttribute("aria-expanded", open);
    fold.setAttribute("aria-label", open ? words.fold : words.unfold);
  };
  unfold(true);

  const paragraphs = (text, of) => fill(text, of).split(/\n\s*\n/).map((one) => element("p", {}, one));

  function draw() {
    const at = now.card;
    const shown = card();
    const done = isDone(at);
    const elsewhere = now.page !== shown.page;
    const key = JSON.stringify([at, progress.done.length, done, elsewhere, now.started, progress.chosen, measured(),
      at === now.cards.length - 1 && [...measures]]);
    if (key === drawn) return;
    const moved = drawn && JSON.parse(drawn)[0] !== at;
    drawn = key;
    count.textContent = say(words.count, { card: at + 1, cards: now.cards.length });
    heading.textContent = fill(shown.title, shown);
    const parts = paragraphs(shown.text, shown);
    if (elsewhere) parts.push(button("open", say(words.open, { page: now.pages[shown.page] }), { card: at + 1 }));
    if (shown.done?.reading === "run_started" && !now.started) {
      parts.push(button("recording", words.use_recording, { recording: true }));
    }
    if (shown.task) {
      const ticked = done && shown.done?.reading !== "page"; // that a page is open is no task fulfilled
      parts.push(element("p", { class: "kd-lesson-task", "data-done": ticked },
        element("b", { "aria-hidden": "true" }, ticked ? "✓ " : "▸ "), fill(shown.task, shown)));
    }
    if (shown.predict) parts.push(predictionOf(at));
    if (shown.reveals) parts.push(...revealed(at));
    if (shown.then && (done || !(shown.done || shown.predict))) {
      parts.push(element("div", { class: "kd-lesson-then" }, ...paragraphs(shown.then, shown)));
    }
    if (at === 0 && stoppedAt > 0) {
      parts.push(button("resume", say(words.resume, { card: stoppedAt + 1 }), { card: stoppedAt + 1 }));
    }
    if (at === 0 && progress.done.length) {
      parts.push(element("button", { type: "button", class: "kd-lesson-act", "data-testid": "lesson-anew",
        onclick: beginAnew }, words.anew));
    }
    if (at === now.cards.length - 1) parts.push(...allPredictions());
    body.replaceChildren(...parts);
    if (moved) {
      body.scrollTop = 0;
      aloud.textContent = "";
    }
    back.disabled = at === 0;
    const last = at === now.cards.length - 1;
    const finished = done || !(shown.done || shown.predict);
    next.textContent = last ? words.finish : finished ? words.next : words.skip;
    next.classList.toggle("kd-lesson-ready", finished);
    root.dataset.done = done;
  }

  const button = (name, text, wish) => element("button", { type: "button", class: "kd-lesson-act",
    "data-testid": `lesson-${name}`, onclick: () => go(wish) }, text);

  /** The question with its options; once one is chosen, what was measured beside it. */
  function predictionOf(at) {
    const shown = now.cards[at];
    const mine = progress.chosen[at];
    const right = mine === undefined || shown.predict.later ? null : outcome(shown.predict, measured(shown)[shown.predict.measure]?.value);
    const options = shown.options.map((text, option) => element("button", {
      type: "button", "aria-pressed": String(option === mine), disabled: mine !== undefined,
      "data-measured": String(option === right), onclick: () => choose(at, option),
    }, fill(text, shown)));
    const result = mine === undefined ? [] : [element("p", { class: "kd-lesson-result", "data-testid": "lesson-result" }, ...sentence(at))];
    return element("div", { class: "kd-lesson-predict", role: "group", "aria-label": fill(shown.question, shown) },
      element("p", {}, element("b", {}, fill(shown.question, shown))), ...options, ...result,
      ...(shown.hidden.length && mine === undefined ? [element("p", { class: "kd-caption" }, words.hidden)] : []));
  }

  /** What was predicted and what was measured. */
  function sentence(at, revealing = false) {
    const shown = now.cards[at];
    const mine = progress.chosen[at];
    const found = measured(shown)[shown.predict.measure];
    const right = outcome(shown.predict, found?.value);
    const yours = say(words.predicted, { option: fill(shown.options[mine], shown) });
    if (shown.predict.later && !revealing) return [yours, gap, words.later];
    if (right === null) return [yours, gap, words.not_measured];
    const hit = right === mine ? words.as_predicted : words.otherwise;
    return [yours, gap, element("b", {}, say(words.measured, { value: found.text,
      option: fill(shown.options[right], shown) })), gap, hit];
  }

  /** The outcome of the predictions before card `at` that waited for it, once it is completed. */
  function revealed(at) {
    if (now.cards[at].done && !isDone(at)) return [];
    return now.cards.slice(0, at).flatMap((one, earlier) =>
      (one.predict?.later && progress.chosen[earlier] !== undefined
        ? [element("p", { class: "kd-lesson-result", "data-testid": "lesson-result" }, ...sentence(earlier, true))] : []));
  }

  /** At the end: every prediction of the lesson beside its outcome. */
  function allPredictions() {
    const made = now.cards.map((one, at) => [one, at])
      .filter(([one, at]) => one.predict && at !== now.card && progress.chosen[at] !== undefined);
    if (!made.length) return [];
    return [element("h3", {}, words.all_predictions), element("ol", { class: "kd-lesson-all" },
      ...made.map(([one, at]) => element("li", {}, element("i", {}, fill(one.question, one)), gap, ...sentence(at, true))))];
  }

  // ---------------------------------------------------------------------------- what happens

  function choose(at, option) {
    progress.chosen[at] = option;
    mark();
    complete(at);
    next.focus({ preventScroll: true }); // the chosen button is drawn anew
  }

  function complete(at) {
    if (!isDone(at)) progress.done.push(at);
    keep();
    draw();
    const found = body.querySelector(".kd-lesson-result, .kd-lesson-then");
    if (found) body.scrollTop = found.offsetTop - body.offsetTop; // where the card is too low for all
    const shown = now.cards[at];
    aloud.textContent = [words.done, shown.then && fill(shown.then, shown)].filter(Boolean).join(gap);
  }

  /** Outline the part; what would give a prediction away is hidden until it is made. */
  function mark() {
    const { page, selector, hidden } = card();
    const here = now.page === page;
    const still = here && progress.chosen[now.card] === undefined ? hidden : [];
    marker.show(now.card, here ? selector : "", still);
  }

  /** For the next class: nothing is done, predicted or started. */
  function beginAnew() {
    Object.assign(progress, { card: 0, done: [], chosen: {} });
    stoppedAt = 0;
    keep();
    go({ anew: true });
    mark();
    draw();
    heading.focus({ preventScroll: true });
  }

  const keep = () => keepProgress(lesson, progress);

  function move(by) {
    const at = now.card + by;
    if (at < 0) return;
    go(at < now.cards.length ? { card: at + 1 } : { finish: true });
  }

  function readings() {
    const { state } = view;
    return {
      ...publishedReadings(now.page), page: now.page,
      ...settings(),
      run_started: now.started, run_finished: state.phase === "over",
      epoch: placeTransport() ? view.cursor ?? view.newest : null,
    };
  }

  /** What the page's settings are; where a part of the page is drawn by itself, the address knows. */
  function settings() {
    const address = new URLSearchParams(location.search);
    return Object.fromEntries(Object.entries(now.set).map(([name, value]) => {
      const text = address.get(name === "temperature" ? "T" : name);
      const known = typeof value === "number" || value === null;
      return [`set_${name}`, known && text ? (Number.isNaN(Number(text)) ? text : Number(text)) : value];
    }));
  }

  /**
   * Set a recorded or finished run, once, to where the card begins: its epoch, or the end, of which
   * the figures are. A card that waits for an epoch goes on from where the one before has led, and
   * one that is done or whose run is still live leaves it alone. False while that is still to come.
   */
  function placeTransport() {
    const { epoch, run, done, has_transport } = card();
    if (placed === now.card) return true;
    if (now.page !== card().page || !(view.newest || view.state.live)) return false;
    placed = now.card;
    const goesOn = epoch === null && (!run || ["epoch", "run_finished"].includes(done?.reading));
    if (!has_transport || view.state.live || isDone(now.card) || goesOn) return true;
    view.setCursor(epoch);
    view.pause();
    return true;
  }

  function look() {
    const shown = card();
    if (!isDone(now.card) && isCompleted(shown, readings())) complete(now.card);
    else placeTransport();
  }

  const measure = inTurn(async () => {
    let lost = false;
    for (const run of new Set([now.run, ...now.cards.map(runOf)])) {
      try {
        const answer = await fetch(runView(run, language).address("measures"));
        if (answer.ok) measures.set(run, await answer.json());
      } catch { // the connection's own note says that the app cannot be reached
        lost = true;
      }
    }
    if (!leaving.signal.aborted) draw();
    if (lost) throw new Error("not all was measured");
  }, { pause: MEASURE_AGAIN, signal: leaving.signal });

  let known = "";
  function follow(run) {
    if (view?.run === run) return;
    leave();
    view = runView(run, language);
    leave = view.join();
    const mine = view;
    view.on("state", () => {
      if (mine !== view) return;
      const newest = [view.state.phase, view.state.snapshots?.length].join();
      if (newest !== known) measure();
      known = newest;
      look();
    }, leaving.signal);
    view.on("moment", () => mine === view && look(), leaving.signal);
    measure();
  }

  function update(fresh, how) {
    const before = now;
    now = fresh;
    Object.assign(progress, fitting(progress, now.cards));
    go = how;
    follow(now.run);
    if (before === fresh || before.card !== now.card) {
      if (before !== fresh || !stoppedAt || now.card) progress.card = now.card;
      keep();
    }
    mark();
    draw();
    look();
  }

  /** Another tab went on with the lesson, or began it anew; each stays on its own card. */
  watchProgress(lesson, ({ done, chosen }) => {
    Object.assign(progress, fitting({ card: progress.card, done, chosen }, now.cards));
    mark();
    draw();
  }, leaving.signal);

  watchReadings(look, leaving.signal);
  const looking = setInterval(look, LOOK);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "n" || event.key === "N") next.click();
    if (event.key === "b" || event.key === "B") back.click();
  }, { signal: leaving.signal });
  const size = new ResizeObserver(() =>
    document.documentElement.style.setProperty("--lesson-height", `${root.offsetHeight}px`));
  size.observe(root);
  update(data, send);
  return {
    root, update,
    end: () => {
      leaving.abort();
      clearInterval(looking);
      leave();
      marker.end();
      size.disconnect();
      document.documentElement.style.removeProperty("--lesson-height");
    },
  };
}
