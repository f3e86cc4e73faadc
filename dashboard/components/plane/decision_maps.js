// Where do the boundaries go? Every place of the plane in the colour of the class that a learner
// gives it, the stronger the surer it is; live as they learn.

import { asker, isPassing, post } from "./ask.js";
import { runView } from "./bus.js";
import { element, mountOnce, say, stylesheet } from "./dom.js";
import { decode, percent } from "./numbers.js";
import { colourOfClass, drawPoints, fitCanvas, rgb } from "./plane_points.js";
import { temperatureSlider } from "./temperature_slider.js";
import { paintValues, unitStrip } from "./unit_strip.js";

const LEARNERS = ["teacher", "plain", "distilled"];
const SIDE = 80; // places of a map along each axis
const UNIT_SIDE = 18, UNIT_LARGE = 60; // the same of a hidden unit, small and looked at
const MOST_UNITS = 32;
const PAUSE = 200; // milliseconds between two maps of students that learn
const UNITS_PAUSE = 1200;
const AGAIN = 1000; // milliseconds after which is asked again what was not answered
const REMEMBERED = 400; // maps, for the scrubber

export const mount = mountOnce(async (data) => {
  await Promise.all([stylesheet("controls.css"), stylesheet("plane.css")]);
  return decisionMaps(data);
});

function decisionMaps({ run: id, language, points: encoded, labels: encodedLabels, hidden, learners,
  words }) {
  const run = runView(id, language);
  const leave = run.join();
  const leaving = new AbortController();
  const address = run.address("ask");
  const seen = { points: decode(encoded, Float32Array), labels: decode(encodedLabels, Int32Array) };
  const remembered = []; // answers of this tab by epoch, for the scrubber
  let newest = null;
  let temperature = 1;

  const maps = Object.fromEntries(LEARNERS.map((learner) => [learner, learnerMap(learner)]));
  const note = element("p", { class: "kd-caption kd-plane-note", role: "status" }, words.asking);
  const told = element("p", { class: "kd-caption" });
  const classes = element("div", { class: "kd-plane-legend" });
  const place = element("p", { class: "kd-caption kd-plane-place" }, words.point);

  function learnerMap(learner) {
    const canvas = element("canvas", { class: "kd-plane", role: "img", "data-testid": `map-${learner}` });
    const cross = element("div", { class: "kd-plane-cross", hidden: "" });
    const frame = element("div", { class: "kd-plane-frame" }, canvas, cross);
    const caption = element("p", { class: "kd-caption kd-plane-of-unit" });
    const units = unitStrip({ learner: learners[learner], words,
      looked: (layer, unit) => look(learner, layer, unit), chosen: () => askUnits(learner) });
    const root = element("figure", { class: `kd-plane-map kd-of-${learner}`, hidden: "" },
      element("figcaption", {}, learners[learner]), frame, caption, units.root);
    canvas.addEventListener("pointermove", (event) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      pointAt((event.clientX - left) / width, (event.clientY - top) / height);
    });
    canvas.addEventListener("pointerleave", () => pointAt(null));
    return { root, canvas, cross, caption, units, shown: null, unit: null };
  }

  // -- drawing -----------------------------------------------------------------------------------
  const shownAnswer = () => {
    if (run.cursor === null) return newest;
    return remembered.filter(({ epoch }) => epoch <= run.cursor + 1e-9).at(-1) ?? newest;
  };

  function draw() {
    const answer = shownAnswer();
    if (!answer) return;
    for (const learner of LEARNERS) {
      const map = maps[learner];
      const own = answer.decoded[learner];
      map.root.hidden = !own;
      if (!own) continue;
      const side = fitCanvas(map.canvas);
      const context = map.canvas.getContext("2d");
      context.imageSmoothingEnabled = true;
      context.drawImage(map.unit?.canvas ?? own.canvas, 0, 0, side, side);
      const [low, high] = [answer.low, answer.high];
      drawPoints(context, seen, (x, y) => [((x - low[0]) / (high[0] - low[0])) * side,
        (1 - (y - low[1]) / (high[1] - low[1])) * side], side / 70);
      map.canvas.setAttribute("aria-label", say(words.map, { learner: learners[learner],
        areas: answer.classes.map((name, c) => `${name} ${percent(own.areas[c])}`).join(", "),
        confidence: percent(own.mean) }));
    }
    const newestShown = run.cursor !== null && answer === newest;
    told.textContent = newestShown ? words.told_newest : answer.epoch === null
      ? words.told_trained : say(words.told_live, { epoch: answer.epoch.toFixed(1) });
  }

  function painted(answer) {
    answer.decoded = {};
    for (const [learner, { classes: c, confidence: p }] of Object.entries(answer.maps)) {
      const [numbers, sure] = [decode(c, Uint8Array), decode(p, Uint8Array)];
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = answer.side;
      const image = new ImageData(answer.side, answer.side);
      const areas = answer.classes.map(() => 0);
      let sum = 0;
      const least = 1 / answer.classes.length;
      numbers.forEach((number, at) => {
        const confidence = sure[at] / 255;
        areas[number] += 1 / numbers.length;
        sum += confidence;
        const strength = 0.1 + 0.8 * Math.max((confidence - least) / (1 - least), 0);
        const row = answer.side - 1 - Math.floor(at / answer.side);
        const to = 4 * (row * answer.side + (at % answer.side));
        rgb(colourOfClass(number)).forEach((part, one) => {
          image.data[to + one] = Math.round(255 + (part - 255) * strength);
        });
        image.data[to + 3] = 255;
      });
      canvas.getContext("2d").putImageData(image, 0, 0);
      answer.decoded[learner] = { canvas, areas, numbers, sure, mean: sum / numbers.length };
    }
    return answer;
  }

  function pointAt(x, y) {
    const answer = shownAnswer();
    for (const { cross } of Object.values(maps)) {
      cross.hidden = x === null || !answer;
      if (x !== null) Object.assign(cross.style, { left: `${x * 100}%`, top: `${y * 100}%` });
    }
    if (x === null || !answer) {
      place.textContent = words.point;
      return;
    }
    const { side, low, high } = answer;
    const cell = (share) => Math.min(Math.max(Math.floor(share * side), 0), side - 1);
    const at = cell(1 - y) * side + cell(x);
    const said = LEARNERS.filter((name) => answer.decoded[name]).map((name) => {
      const { numbers, sure } = answer.decoded[name];
      return `${learners[name]} ${answer.classes[numbers[at]]} (${percent(sure[at] / 255)})`;
    });
    place.textContent = `(${(low[0] + x * (high[0] - low[0])).toFixed(2)}, ${
      (high[1] - y * (high[1] - low[1])).toFixed(2)}): ${said.join(" · ")}`;
  }

  // -- asking --------------------------------------------------------------------------------------
  let due = 0;
  const later = (milliseconds) => {
    clearTimeout(due);
    due = setTimeout(askMaps, milliseconds);
  };
  const questions = asker(address, {
    answered(answer, query) {
      if (query.temperature !== temperature) return;
      newest = painted(answer);
      note.textContent = "";
      if (answer.epoch !== null) {
        remembered.push(newest);
        if (remembered.length > REMEMBERED) remembered.splice(1, 1);
      }
      if (classes.childElementCount !== answer.classes.length) showClasses(answer.classes);
      draw();
      if (run.state.live && run.state.state === "running") later(PAUSE);
    },
    failed(sentence, code) {
      const comes = code === "not_answering" && run.state.live;
      if (!comes) note.textContent = sentence;
      else note.textContent = newest ? "" : words.waiting; // at its end a run is silent for a moment
      if (run.state.live || isPassing(code)) later(AGAIN);
    },
  });
  function askMaps() {
    if (leaving.signal.aborted) return;
    questions.ask({ query: "decision_map", side: SIDE, temperature });
  }

  async function askUnits(learner) {
    if (!hidden[learner] || leaving.signal.aborted) return;
    const { units } = maps[learner];
    const mine = (unitsAsked[learner] = (unitsAsked[learner] ?? 0) + 1);
    const query = { query: "unit_map", learner, layer: units.layer, side: UNIT_SIDE };
    try {
      const answer = await post(address, { ...query,
        units: Array.from({ length: Math.min(hidden[learner][units.layer], MOST_UNITS) },
          (_, unit) => unit) }, leaving.signal);
      if (mine === unitsAsked[learner]) units.show(answer);
    } catch (error) { // the maps say what is wrong
      if (mine === unitsAsked[learner] && isPassing(error.code ?? "")) laterUnits();
    }
  }
  const unitsAsked = {}; // by learner, how often: only the newest answer counts
  let unitsDue = 0;
  function laterUnits() {
    clearTimeout(unitsDue);
    if (!leaving.signal.aborted) unitsDue = setTimeout(askAllUnits, UNITS_PAUSE);
  }
  async function askAllUnits() {
    for (const learner of LEARNERS) await askUnits(learner);
    if (run.state.live) laterUnits();
  }

  /** Show one hidden unit in place of the learner's map, or with a layer of null the map again. */
  async function look(learner, layer, unit) {
    const map = maps[learner];
    map.looking = layer === null ? null : `${layer}/${unit}`;
    map.unit = null;
    map.caption.textContent = "";
    if (layer === null) return draw();
    const wanted = map.looking;
    try {
      const answer = await post(address, { query: "unit_map", learner, layer, units: [unit],
        side: UNIT_LARGE }, leaving.signal);
      if (map.looking !== wanted) return;
      const canvas = document.createElement("canvas");
      const [low, high] = paintValues(canvas, decode(answer.values, Float32Array), answer.side);
      map.unit = { canvas };
      map.caption.textContent = say(words.of_unit, { layer: layer + 1, unit: unit + 1,
        low: low.toFixed(2), high: high.toFixed(2) });
    } catch {
      map.unit = null;
    }
    draw();
  }

  // -- together ------------------------------------------------------------------------------------
  function showClasses(names) {
    classes.replaceChildren(...names.map((name, at) => element("span", {},
      element("i", { style: `background:${colourOfClass(at)}` }), say(words.class_name, { name }))),
    element("span", {}, element("i", { class: "kd-plane-hidden" }), words.hidden));
  }
  const slider = temperatureSlider({ label: words.temperature, testid: "map-temperature",
    start: temperature, changed: (value) => {
      temperature = value;
      askMaps();
    } });
  let state = "";
  run.on("state", () => {
    const now = `${run.state.state} ${run.state.phase} ${run.state.live} ${
      run.state.state === "paused" ? run.state.step : ""}`;
    if (now === state) return;
    state = now;
    askMaps();
    askAllUnits();
  }, leaving.signal);
  run.on("moment", draw, leaving.signal);
  const watch = new ResizeObserver(draw);
  const root = element("section", { class: "kd kd-planes", "data-testid": "decision-maps",
    "aria-label": words.title },
  element("div", { class: "kd-plane-top" }, slider.root, classes),
  note,
  element("div", { class: "kd-plane-maps" }, ...LEARNERS.map((name) => maps[name].root)),
  place, told);
  watch.observe(root);
  askMaps();
  askAllUnits();
  return {
    root,
    end: () => {
      leaving.abort();
      clearTimeout(due);
      clearTimeout(unitsDue);
      questions.end();
      watch.disconnect();
      leave();
    },
  };
}
