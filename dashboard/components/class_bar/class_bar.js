// The line of a class on every page. data: `steers`, `projected`, `at` (number of the lecturer's place
// to which the app has brought this page), `language`, `words`.

import { counted, drawing, element, newestCall, stylesheet } from "./dom.js";
import { pageShown } from "./class_address.js";
import { questionCard } from "./class_card.js";
import { closeConnectionNotices } from "./class_connection.js";
import { follow } from "./class_follow.js";
import { isLed, lead } from "./class_lead.js";
import { classRoom, post } from "./class_room.js";
import { watchControls } from "./class_touch.js";

const lines = new WeakMap();

/** Draw the line or bring it up to date; it is built anew only for another language or role. */
export async function mount(parent, data, come) {
  const end = newestCall(parent)(() => lines.get(parent)?.end());
  await Promise.all([stylesheet("controls.css"), stylesheet("class_bar.css")]);
  const known = lines.get(parent);
  const id = [data.language, data.steers].join("/");
  if (known?.id === id) {
    known.line.update(data, come);
    return end;
  }
  known?.end();
  const line = classLine(data, come);
  lines.set(parent, { id, line, end: () => {
    lines.delete(parent);
    line.end();
    line.root.remove();
  } });
  parent.replaceChildren(line.root);
  line.update(data, come);
  return end;
}

function classLine({ steers, language, words }, send) {
  const room = classRoom();
  const leaving = new AbortController();
  let come = send;
  const act = (values) => post("class/steer", values).then(
    ({ error }) => tell(error ?? ""), ({ sentence }) => tell(sentence ?? words.not_sent));
  const card = questionCard(room, { steers, language, words, act });
  const told = element("span", { class: "kd-class-told", role: "status" });
  let clearing = 0;
  const tell = (text) => {
    told.textContent = text;
    clearTimeout(clearing);
    clearing = setTimeout(() => (told.textContent = ""), 4000);
  };
  const parts = (steers ? lecturersParts : followersParts)({ room, words, act, tell, signal: leaving.signal, come: (number) => come(number) });
  const root = element("section", { class: "kd kd-class", "data-testid": "class-bar", "data-role": steers ? "lecturer" : "follower",
    "aria-label": words.label }, element("div", { class: "kd-class-line" }, ...parts.nodes, told), card.root);

  const show = () => {
    parts.show();
    card.show();
    root.dataset.connected = room.connected || !room.known;
  };
  for (const name of ["news", "connection", "own"]) room.on(name, show, leaving.signal);
  show();
  closeConnectionNotices(leaving.signal);
  // what is scrolled to comes below the line
  const { style } = document.documentElement;
  const size = new ResizeObserver(() => style.setProperty("--class-height", `${root.offsetHeight}px`));
  size.observe(root);
  return {
    root,
    update({ at, projected }, newer) {
      come = newer;
      card.project(projected);
      parts.show(); // another page, perhaps
      parts.arrived?.(at);
    },
    end() {
      leaving.abort();
      size.disconnect();
      clearTimeout(clearing);
    },
  };
}

const button = (name, onclick, more = {}) => element("button", { type: "button",
  class: "kd-class-button", "data-testid": `class-${name}`, onclick, ...more });

/** What a follower sees: whether the page moves along, the way back, a hand. */
function followersParts({ room, words, tell, signal, come }) {
  const state = element("span", { class: "kd-class-where", role: "status", "data-testid": "class-where" });
  const way = button("way", () => (following.explores() ? following.comeBack() : following.explore()));
  const hand = button("hand", () => room.raise(!room.hand), { title: words.hand_help });
  const people = element("span", { class: "kd-class-people" });
  const following = follow(room, { come, changed: () => show(), refused: () => tell(words.locked_help),
    called: () => tell(words.called) }, signal);

  function show() {
    const { leads, locked, place } = room.place;
    const explores = following.explores();
    const is = !room.known ? "coming" : !room.connected ? "away" : !leads || !place ? "free"
      : locked ? "locked" : explores ? "explores" : "follows";
    state.dataset.is = is;
    set(state, words[`is_${is}`] ?? "");
    way.hidden = !["explores", "follows"].includes(is);
    set(way, explores ? words.come_back : words.explore);
    way.classList.toggle("kd-class-main", explores);
    hand.setAttribute("aria-pressed", room.hand);
    if (hand.dataset.text !== String(room.hand)) {
      hand.dataset.text = room.hand;
      hand.replaceChildren(handIcon(), element("span", { class: "kd-class-word" }, room.hand ? words.hand_down : words.hand_up));
    }
    set(people, counted(words, "viewers", { count: room.people.viewers }));
  }
  return { nodes: [state, way, people, hand], show, arrived: (number) => following.arrived(number) };
}

/** What the lecturer steers: whether the pages of the others move along, their controls, hands. */
function lecturersParts({ room, words, act, tell, signal }) {
  watchControls(() => false, () => {});
  const here = lead(room, signal);
  const leads = button("lead", () => act({ act: "lead", on: !room.place.leads }), { title: words.lead_help });
  const look = button("look", () => {
    here();
    tell(words.looked);
  }, { title: words.look_help });
  const locked = button("lock", () => act({ act: "lock", on: !room.place.locked }), { title: words.lock_help });
  const people = element("span", { class: "kd-class-people", "data-testid": "class-viewers" });
  const hands = button("hands", () => act({ act: "lower_hands" }), { title: words.hands_help });

  function show() {
    set(leads, room.place.leads ? words.leads : words.leads_not);
    leads.setAttribute("aria-pressed", room.place.leads);
    set(look, words.look);
    look.hidden = !room.place.leads || !isLed(pageShown());
    set(locked, room.place.locked ? words.locked : words.open);
    locked.setAttribute("aria-pressed", room.place.locked);
    set(people, room.connected || !room.known ? counted(words, "viewers", { count: room.people.viewers }) : words.is_away);
    const { hands: up } = room.people;
    hands.hidden = !up;
    if (hands.dataset.text !== String(up)) {
      hands.dataset.text = up;
      hands.replaceChildren(handIcon(), element("span", {}, counted(words, "hands", { count: up })));
    }
  }
  return { nodes: [leads, look, locked, people, hands], show };
}

/** Only a text that is another one is written: a screen reader reads it once. */
function set(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const handIcon = () => drawing("svg", { class: "kd-class-icon", viewBox: "0 0 16 16", "aria-hidden": "true" },
  drawing("path", { d: "M4.5 8.5V3.6a.9.9 0 0 1 1.8 0V7m0 0V2.2a.9.9 0 0 1 1.8 0V7m0 0V2.7a.9.9 0 0 1 1.8 0V7.4m0 0V4.4a.9.9 0 0 1 1.8 0v5.2a5 5 0 0 1-5 5c-1.9 0-2.9-.8-3.9-2.3L1.6 9.4c-.6-1 .6-1.9 1.4-1.1l1.5 1.6" }));
