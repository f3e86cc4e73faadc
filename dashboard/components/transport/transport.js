// The transport bar: scrub through the epochs of a run, follow it live, or replay it.

import { runView } from "./bus.js";
import {
  prefersReducedMotion, choice, eachFrame, element, isTyping, mountOnce, playIcon, say, stylesheet,
} from "./dom.js";
import { momentAsked, writeMoment } from "./moment_address.js";
import { momentNotes } from "./moment_notes.js";

const SPEEDS = { quarter: 0.25, once: 1, four: 4, sixteen: 16 };
const SPEED_NAMES = { quarter: "×¼", once: "×1", four: "×4", sixteen: "×16" };
const AT_ONCE = 0.6; // seconds that "max" takes for a whole run
const GLIMPSE = 10; // seconds that a replay by itself takes for a whole run
const LOOK = 1000; // milliseconds between two looks whether the address says the moment

export const mount = mountOnce(async (data) => {
  await Promise.all([stylesheet("controls.css"), stylesheet("transport.css")]);
  return transport(data);
});

function transport({ run: id, language, autoplay, branch, annotate, words }) {
  const run = runView(id, language);
  const leave = run.join();
  const leaving = new AbortController();
  let speed = autoplay ? "glimpse" : "once";
  let asked = momentAsked(id);

  const duration = () => Math.max(run.state.seconds, 0.5);
  const rate = () => {
    if (speed === "glimpse") return run.newest / GLIMPSE;
    return run.newest / (speed === "max" ? AT_ONCE : duration() / SPEEDS[speed]);
  };

  const badge = element("span", { class: "kd-transport-state" });
  const slider = element("input", {
    type: "range", min: 0, step: "any", "aria-label": words.epoch_slider, "data-testid": "scrubber",
    oninput: () => {
      run.pause();
      run.setCursor(Number(slider.value));
    },
    onkeydown: (event) => {
      const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
      if (!way) return;
      event.preventDefault();
      const from = run.cursor ?? run.newest;
      run.pause();
      run.setCursor(way < 0 ? Math.ceil(from - 1e-6) - 1 : Math.floor(from + 1e-6) + 1);
    },
  });
  const moment = element("span", { class: "kd-transport-moment" });
  const replay = element("button", {
    type: "button", class: "kd-transport-button kd-transport-replay", "data-testid": "replay",
    onclick: () => (run.playing ? run.pause() : run.play(rate)),
  });
  const follow = element("button", {
    type: "button", class: "kd-transport-button", "data-testid": "follow-live",
    title: words.follow_help,
    onclick: () => {
      run.pause();
      run.setCursor(null);
    },
  });
  const branchHere = element("button", {
    type: "button", class: "kd-transport-button", "data-testid": "branch", title: words.branch_help,
    onclick: () => {
      const epoch = Math.floor((run.cursor ?? run.newest) + 1e-6);
      branchHere.dispatchEvent(new CustomEvent("kd-branch", { bubbles: true, detail: epoch }));
    },
  }, words.branch);
  branchHere.hidden = !branch;
  const speeds = choice(words.speed, { ...SPEED_NAMES, max: words.max }, speed, (name) => {
    speed = name;
  });
  const nameOf = (at) =>
    (at === 0 ? words.start : say(words.epoch, { epoch: at.toFixed(at % 1 ? 1 : 0) }));
  const track = element("div", { class: "kd-transport-track" }, slider);
  const notes = momentNotes(run, track, { annotate, words, nameOf }, leaving.signal);
  const ticks = element("div", { class: "kd-transport-ticks", "aria-hidden": "true" });
  track.append(ticks);

  const show = eachFrame(() => {
    const { position, epochs, snapshots, marks } = run.state;
    const at = run.cursor ?? position;
    slider.max = Math.max(position, 1e-6);
    slider.disabled = position === 0;
    if (document.activeElement !== slider || run.cursor === null || run.playing) slider.value = at;
    const note = notes.at(at);
    slider.setAttribute("aria-valuetext", say(words.epoch, { epoch: at.toFixed(1) })
      + (note && ` · ${say(words.note_here, { text: note })}`));
    const epoch = nameOf(at);
    const rest = [say(words.of, { latest: epochs })];
    if (run.cursor === null && run.state.step) rest.push(`· ${say(words.step, { step: run.state.step })}`);
    moment.replaceChildren(element("b", {}, epoch), ` ${rest.join(" ")}`);
    badge.textContent = say(words[mood(run)], { epoch: at.toFixed(at % 1 ? 1 : 0) });
    badge.dataset.epoch = epoch; // stands there instead where there is little room
    badge.dataset.mood = mood(run);
    follow.hidden = !run.state.live && run.cursor === null && !run.playing;
    follow.textContent = run.state.live ? words.follow : words.last;
    follow.setAttribute("aria-pressed", run.cursor === null && !run.playing);
    replay.replaceChildren(playIcon(run.playing),
      element("span", { class: "kd-transport-word" }, run.playing ? words.pause : words.replay));
    replay.disabled = position === 0;
    branchHere.disabled = !run.state.prepared;
    const share = (place) => `${(place / Math.max(position, 1e-6)) * 100}%`;
    ticks.replaceChildren(
      ...snapshots.filter((epoch) => epoch <= position).map((epoch) =>
        element("i", { style: `left:${share(epoch)}` })),
      ...marks.map((mark) => element("i", { class: "kd-mark", style: `left:${share(mark.position)}` })),
      ...notes.marks(share),
    );
    notes.show();
  });
  run.on("state", show, leaving.signal);
  run.on("moment", show, leaving.signal);
  run.on("notes", show, leaving.signal);
  const goWhereAsked = () => {
    if (asked === null || run.newest === 0) return;
    run.pause();
    run.setCursor(asked);
    asked = null;
  };
  if (autoplay && asked === null && !prefersReducedMotion()) {
    const begin = () => {
      if (run.state.live || run.newest === 0 || begin.done) return;
      begin.done = true;
      run.play(rate);
    };
    run.on("state", begin, leaving.signal);
    begin();
  }
  run.on("state", goWhereAsked, leaving.signal);
  goWhereAsked();
  const writing = setInterval(() => {
    if (asked === null && !run.playing) writeMoment(id, run.cursor);
  }, LOOK);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "f" && event.key !== "F") return;
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    follow.click();
  }, { signal: leaving.signal });
  show();

  const more = element("button", {
    type: "button", class: "kd-transport-button kd-transport-more", "data-testid": "transport-more",
    "aria-label": words.more, "aria-expanded": "false", onclick: () => unfold(!isUnfolded()),
  }, "⋯");
  const isUnfolded = () => more.getAttribute("aria-expanded") === "true";
  const unfold = (open) => more.setAttribute("aria-expanded", open);
  const rest = element("div", { class: "kd-transport-rest" }, moment, speeds, follow, branchHere);
  const root = element("div", {
    class: "kd kd-transport", role: "group", "data-testid": "transport", "aria-label": words.title,
    onkeydown: (event) => {
      if (event.key !== "Escape" || !isUnfolded()) return;
      unfold(false);
      more.focus();
    },
  }, element("div", { class: "kd-transport-row" },
    badge, track, notes.button, notes.panel, replay, more, rest), notes.bubble);
  document.addEventListener("pointerdown", (event) => {
    if (!root.contains(event.target)) unfold(false);
  }, { signal: leaving.signal });
  return {
    root,
    end: () => {
      leaving.abort();
      clearInterval(writing);
      leave();
    },
  };
}

function mood(run) {
  if (run.playing) return "replaying";
  if (run.cursor !== null) return "past";
  const { state } = run.state;
  if (state === "queued") return "waiting";
  if (state === "running") return "live";
  return ["paused", "finished", "stopped"].includes(state) ? state : "failed";
}
