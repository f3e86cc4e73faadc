// The question to the class: options as large buttons, then the votes as bars beside what happened.

import { counted, element, say } from "./dom.js";

const NARROW = 544; // pixels
const READ = 3000; // milliseconds in which one reads that the vote counts

/**
 * @param room of the class
 * @param steers whether it is the lecturer's, who sees the votes come in and reveals them
 * @param act sends what the lecturer does
 * @returns {root, show(), project(projected)}
 */
export function questionCard(room, { steers, language, words, act }) {
  let folded = ""; // the question that was put away, with its state
  let shows = true; // whether the lecturer sees the bars before they are revealed
  let isProjected = false;
  let drawn = ""; // what the parts below were built for; votes that come in only move the bars
  let announced = "";
  let said = "";
  let showVotes = () => {};
  const aloud = element("p", { class: "kd-aloud", role: "status" });
  const head = element("button", { type: "button", class: "kd-class-fold",
    "data-testid": "class-fold", onclick: () => fold(folded !== stage()) });
  const voters = element("span", { class: "kd-class-voters" });
  const body = element("div", { class: "kd-class-body" });
  const root = element("section", { class: "kd-class-card", "data-testid": "class-question",
    "aria-label": words.question }, head, body, aloud);

  const stage = () => `${room.question.id}/${room.question.state}`;
  const fold = (away) => {
    folded = away ? stage() : "";
    show();
  };

  /** Where there is little room, a question whose vote counts makes place by itself. */
  let foldingAt = "";
  let folding = 0;
  function foldOnceCounted() {
    const { vote, question } = room;
    const now = vote?.counted && question.state === "open" ? `${stage()}/${vote.number}` : "";
    if (now === foldingAt) return;
    foldingAt = now;
    clearTimeout(folding);
    if (now && root.clientWidth < NARROW) folding = setTimeout(() => fold(true), READ);
  }
  const inLanguage = (texts) => texts[language] ?? Object.values(texts)[0];
  const button = (name, text, onclick, more = {}) => element("button", { type: "button",
    class: "kd-class-button", "data-testid": `class-${name}`, onclick, ...more }, text);

  function show() {
    const { question, vote } = room;
    const key = JSON.stringify([question, vote, folded, shows, room.connected]);
    if (key !== drawn) build();
    drawn = key;
    voters.textContent = votersText();
    showVotes();
    announce();
    if (!steers) foldOnceCounted();
  }

  function build() {
    const { question, vote } = room;
    showVotes = () => {};
    said = "";
    root.hidden = !question.id;
    if (!question.id) return;
    const open = folded !== stage();
    head.setAttribute("aria-expanded", open);
    head.replaceChildren(element("b", {}, inLanguage(question.text)),
      element("span", { class: "kd-class-state", "data-state": question.state }, words[`state_${question.state}`]),
      voters,
      ...(!open && vote ? [element("span", { class: "kd-class-own" },
        say(words.own_vote, { option: inLanguage(question.options[vote.option]) }))] : []));
    const focus = body.contains(document.activeElement) && document.activeElement.dataset.testid;
    body.replaceChildren(...(open ? parts() : []));
    if (focus) body.querySelector(`[data-testid="${focus}"]`)?.focus();
  }

  /** Read aloud: a question, its end and what happened; then what becomes of one's own vote. */
  function announce() {
    const { question } = room;
    const outcome = question.outcome ? inLanguage(question.outcome.text) : "";
    const now = question.id && `${words[`aloud_${question.state}`]} ${inLanguage(question.text)} ${outcome}`;
    const text = now === announced ? said : now;
    announced = now;
    if (text && aloud.textContent !== text) aloud.textContent = text;
  }

  const votersText = () => (room.votes.id === room.question.id && Number.isInteger(room.votes.voters)
    ? counted(words, "voters", { count: room.votes.voters }) : "");

  function parts() {
    const revealed = room.question.state === "revealed";
    if (steers) return [bars(shows || revealed), ...outcome(), controls()];
    return revealed ? [bars(true), ...outcome()] : [options(), message()];
  }

  /** A follower's options: a tap votes, another tap changes the vote until it is closed. */
  function options() {
    const open = room.question.state === "open";
    return element("div", { class: "kd-class-options", role: "group", "aria-label": inLanguage(room.question.text) },
      ...room.question.options.map((texts, at) => element("button", {
        type: "button", "data-testid": `class-option-${at}`, "aria-pressed": room.vote?.option === at,
        disabled: !open, onclick: () => room.choose(at),
      }, inLanguage(texts))));
  }

  function message() {
    const { vote, connected, question } = room;
    let text = question.state === "open" ? words.choose : words.not_voted;
    if (vote?.refused) text = vote.refused;
    else if (vote?.counted) text = question.state === "open" ? words.counted : words.counted_closed;
    else if (vote) text = connected ? words.sending : words.waiting;
    if (vote) said = text;
    return element("p", { class: "kd-class-message", "data-testid": "class-message" }, text);
  }

  /** The votes; the option that came true has a mark, this browser's own another. */
  function bars(seen) {
    const { question, vote } = room;
    const right = question.right ?? question.outcome?.option ?? null;
    const rows = question.options.map((texts, at) => {
      const marks = [at === right && words.came_true, vote?.option === at && words.yours].filter(Boolean);
      const bar = element("i");
      const number = element("span", { class: "kd-class-count" });
      const root = element("li", { "data-right": at === right }, element("span", { class: "kd-class-option" },
        inLanguage(texts), ...marks.map((mark) => element("em", {}, mark))),
      element("span", { class: "kd-class-track", "aria-hidden": "true" }, bar), number);
      return { root, bar, number };
    });
    showVotes = () => {
      const { votes } = room;
      const counts = seen && votes.id === question.id ? votes.counts : null;
      const all = (counts ?? []).reduce((sum, count) => sum + count, 0);
      rows.forEach(({ bar, number }, at) => {
        const share = counts && all ? (100 * counts[at]) / all : 0;
        bar.style.width = `${share}%`;
        number.textContent = counts ? say(words.share, { count: counts[at], share: Math.round(share) }) : "–";
      });
    };
    return element("ol", { class: "kd-class-bars", "data-testid": "class-bars" }, ...rows.map(({ root }) => root));
  }

  function outcome() {
    const { question } = room;
    if (question.state !== "revealed") return [];
    const text = question.outcome ? inLanguage(question.outcome.text) : question.job ? words.looking : "";
    return text ? [element("p", { class: "kd-class-outcome", "data-testid": "class-outcome" },
      element("b", {}, words.happened), text)] : [];
  }

  function controls() {
    const { state, kind, options: texts } = room.question;
    const right = element("select", { "aria-label": words.right },
      element("option", { value: "" }, words.right_none),
      ...texts.map((one, at) => element("option", { value: at }, inLanguage(one))));
    const reveal = () => act(right.value === "" ? { act: "reveal" } : { act: "reveal", right: Number(right.value) });
    return element("div", { class: "kd-class-row" },
      ...(state === "open" ? [button("close", words.close, () => act({ act: "close" }))] : []),
      ...(state === "closed" ? [button("reopen", words.reopen, () => act({ act: "reopen" }))] : []),
      ...(state !== "revealed" && kind === "own" ? [right] : []),
      ...(state !== "revealed" ? [button("reveal", words.reveal, reveal, { class: "kd-class-button kd-class-main" })] : []),
      ...(state !== "revealed" ? [button("bars-shown", shows ? words.hide_bars : words.show_bars, () => {
        shows = !shows;
        show();
      }, { "aria-pressed": shows, title: words.bars_help })] : []),
      button("remove", words.remove, () => act({ act: "remove" })));
  }

  return {
    root,
    show,
    /** Where the page is projected the class would see the votes come in: they are hidden at first. */
    project(projected) {
      if (isProjected === projected) return;
      isProjected = projected;
      shows = !projected;
      show();
    },
  };
}
