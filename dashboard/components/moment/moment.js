// What the page says of the moment that is shown: large numbers and sentences, or the loss in
// numbers. The newest comes with the run's stream; an earlier one is asked for.

import { runView, throttled } from "./bus.js";
import { element, mountOnce, stylesheet } from "./dom.js";

const ORDER = ["teacher", "distilled", "plain"];
const ANNOUNCED = 8000; // milliseconds between two readings aloud while a run goes on
const ROOM = 0.02; // beyond the intervals, on the common scale

export const mount = mountOnce(async (data) => {
  await Promise.all([stylesheet("controls.css"), stylesheet("moment.css")]);
  return data.part === "formula" ? formula(data) : scores(data);
});

const AGAIN = 2000; // milliseconds until a moment that was lost on its way is asked for again
const READABLE = 150; // milliseconds between two values of a number

/** Call `show(moment)` for the moment of the cursor, whenever it changes; returns the way out. */
function watchMoment(run, show) {
  const leave = run.join();
  const leaving = new AbortController();
  let asked = 0;
  const look = throttled(async () => {
    const { cursor } = run;
    const mine = (asked += 1);
    if (cursor === null) return run.state.moment && show(run.state.moment);
    try {
      const answer = await fetch(run.address("moment", { at: cursor }));
      const moment = await answer.json();
      if (mine === asked && answer.ok) show(moment);
    } catch { // the connection's own note says that the app cannot be reached
      if (mine === asked) setTimeout(() => mine === asked && !leaving.signal.aborted && look(), AGAIN);
    }
  }, READABLE);
  run.on("state", () => run.cursor === null && look(), leaving.signal);
  run.on("moment", look, leaving.signal);
  look();
  return () => {
    leaving.abort();
    leave();
  };
}

function scores({ run: id, language, words, learners, part }) {
  const run = runView(id, language);
  const tiles = new Map(ORDER.map((name) => [name, tile(name, learners[name], words)]));
  const headline = element("p", { class: "kd-headline" });
  const reasons = element("p", { class: "kd-reasons" });
  const aloud = element("p", { class: "kd-aloud", role: "status" });
  const numbers = element("div", { class: "kd-scores" }, ...[...tiles.values()].map(({ root }) => root));
  const sentences = { moment: [headline, reasons], scores: [], headline: [headline] }[part];
  const root = element("div", {
    role: "group", class: `kd kd-moment kd-moment-${part}`, "data-testid": "moment", "aria-label": words.title,
  }, ...(part === "headline" ? [] : [numbers]), element("div", { class: "kd-sentences" }, ...sentences),
    ...(part === "headline" ? [] : [aloud]));
  let announced = 0;
  const end = watchMoment(run, (moment) => {
    const known = Object.values(moment.scores);
    const low = Math.min(1, ...known.map((score) => score.low)) - ROOM;
    const high = Math.max(0, ...known.map((score) => score.high)) + ROOM;
    for (const [name, { show, root: card }] of tiles) {
      card.hidden = !(name in moment.scores) && run.state.phase === "over";
      show(moment.scores[name], low, high);
    }
    headline.textContent = moment.headline || words.waiting;
    reasons.textContent = moment.reasons;
    const now = performance.now();
    if (!run.state.live || now - announced > ANNOUNCED) {
      announced = now;
      const text = [...tiles].filter(([name]) => name in moment.scores)
        .map(([name]) => `${learners[name]} ${domainOf(moment.scores[name], words)} ${percent(moment.scores[name].accuracy)}`).join(", ");
      const spoken = `${text}. ${moment.headline}`;
      if (aloud.textContent !== spoken) aloud.textContent = spoken;
    }
  });
  return { root, end };
}

/** Under domain adaptation: that an accuracy is the one on the target. */
const domainOf = (score, words) => (score && "source" in score ? words.on_target : "");

/** A learner's accuracy with the interval that chance leaves, on a scale that all share. */
function tile(name, title, words) {
  const domain = element("span", { class: "kd-score-domain" });
  const value = element("span", { class: "kd-score-value" }, "–");
  const reach = element("span", { class: "kd-score-reach", title: words.reach });
  const source = element("span", { class: "kd-score-source" });
  const band = element("i", { class: "kd-score-band" });
  const mark = element("i", { class: "kd-score-mark" });
  const root = element("div", { class: "kd-score", "data-learner": name, "data-testid": `score-${name}` },
    element("span", { class: "kd-score-name" }, title), domain, value, reach, element("span", { class: "kd-score-scale", "aria-hidden": "true" }, band, mark), source);
  return {
    root,
    show(score, low, high) {
      root.classList.toggle("kd-score-unknown", !score);
      domain.textContent = domainOf(score, words);
      source.textContent = score && "source" in score ? words.on_source.replace("{value}", percent(score.source)) : "";
      if (!score) {
        value.textContent = "–";
        reach.textContent = "";
        return;
      }
      const place = (share) => `${(100 * (share - low)) / Math.max(high - low, 1e-6)}%`;
      value.textContent = percent(score.accuracy);
      reach.textContent = `±${(50 * (score.high - score.low)).toFixed(1)}`;
      band.style.left = place(score.low);
      band.style.width = `calc(${place(score.high)} - ${place(score.low)})`;
      mark.style.left = place(score.accuracy);
    },
  };
}

function formula({ run: id, language, words }) {
  const run = runView(id, language);
  const line = element("div", { class: "kd-formula-numbers", role: "group", "aria-label": words.formula });
  const root = element("div", { class: "kd kd-formula", "data-testid": "formula-numbers" }, line);
  let shown = "";
  const end = watchMoment(run, ({ numbers }) => {
    if (numbers === shown) return;
    shown = numbers;
    line.replaceChildren(...(numbers ? ["= ", ...terms(mathml(numbers))] : []));
  });
  return { root, end };
}

/** MathML as an element; it is made by the app from numbers, and parsed as XML, never as HTML. */
function mathml(text) {
  const document_ = new DOMParser().parseFromString(text, "application/xml");
  return document.importNode(document_.documentElement, true);
}

/** A formula cut before each sum and each equals sign, so that a line can end there. */
function terms(formula) {
  const row = formula.querySelector("mrow") ?? formula;
  const found = [[]];
  let depth = 0;
  for (const part of [...row.childNodes]) {
    const sign = part.localName === "mo" ? part.textContent : "";
    depth += sign === "(" ? 1 : sign === ")" ? -1 : 0;
    if (depth === 0 && (sign === "+" || sign === "=")) found.push([]);
    found.at(-1).push(part);
  }
  return found.map((parts) => {
    const one = formula.cloneNode(false);
    one.append(...parts);
    return one;
  });
}

const percent = (share) => `${(share * 100).toFixed(1)}%`;
