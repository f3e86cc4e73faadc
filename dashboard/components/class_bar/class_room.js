// The class as this page knows it: what comes by its stream, and what this browser sends to it.
//
// One connection a page, none while it is hidden. A vote and a hand are kept in the browser until
// the app has said that they count, so that neither a lost connection nor a restart loses them.

import { inTurn } from "./bus.js";

const SILENCE = 20_000; // milliseconds without a word after which the connection is opened anew
const LOOK = 2000; // milliseconds between two looks whether that is so
const HIDDEN = 3000; // milliseconds for which a hidden page stays connected
const REOPEN = 1000; // milliseconds until a connection that was refused is asked for again
const LONGEST = 20_000;
const AGAIN = 1000; // milliseconds until a vote that was not taken is sent again
const ANSWER = 8000; // milliseconds after which no answer to it comes any more
const CLOSED = 2; // state of an event source that was refused
const TOPICS = ["place", "moment", "question", "votes", "people"];
const PASSING = [202, 429, 500, 502, 503, 504]; // answers after which the same is sent again

/** The one of this page: its events are `news` (detail: a topic), `connection` and `own`. */
export function classRoom() {
  return (window.__kdClass ??= new ClassRoom());
}

class ClassRoom extends EventTarget {
  place = { boot: "", leads: false, locked: false, place: null };
  moment = { run: "", position: null, page: "", values: {} };
  question = { id: "" };
  votes = { id: "" };
  people = { viewers: 0, hands: 0, hand_round: "" };
  connected = false;
  known = false; // whether the app has said anything yet
  #source = null;
  #heard = 0;
  #reopening = 0;
  #hiding = 0;
  #memory = new Map(); // where the browser keeps nothing

  constructor() {
    super();
    this.browser = this.#name();
    this.#open();
    setInterval(() => this.#watch(), LOOK);
    addEventListener("online", () => this.#reopen());
    addEventListener("offline", () => this.#connection(false));
    addEventListener("storage", () => this.#tell("own"));
    document.addEventListener("visibilitychange", () => {
      clearTimeout(this.#hiding);
      if (!document.hidden) return this.#source || this.#reopen();
      this.#hiding = setTimeout(() => this.#close(), HIDDEN);
    });
  }

  /** Listen while `signal` lasts. */
  on(name, listener, signal) {
    this.addEventListener(name, listener, { signal });
  }

  // -- what this browser says ------------------------------------------------------------------

  /** This browser's vote on the question: `{option, counted, refused}`, or null. */
  get vote() {
    const kept = this.#kept("vote");
    return kept?.question === this.question.id ? kept : null;
  }

  /** Vote, or change the vote. */
  choose(option) {
    const number = Math.max(Date.now(), (this.#kept("vote")?.number ?? 0) + 1);
    this.#keep("vote", { question: this.question.id, option, number, counted: false });
    this.#sendVote();
  }

  /** Whether this browser's hand is up: not once all were lowered. */
  get hand() {
    const kept = this.#kept("hand");
    return Boolean(kept?.up) && kept.round === this.people.hand_round;
  }

  raise(up) {
    this.#keep("hand", { up, round: this.people.hand_round, sent: false });
    this.#sendHand();
  }

  #sendVote = inTurn(async () => {
    const vote = this.#kept("vote");
    if (!vote || vote.counted || vote.refused) return;
    const { question, option, number } = vote;
    const answer = await post("class/vote", { browser: this.browser, question, option, number });
    if (this.#kept("vote")?.number !== number) return; // it was changed meanwhile
    this.#keep("vote", { ...vote, ...answer.error ? { refused: answer.error } : { counted: true } });
  }, { again: AGAIN });

  #sendHand = inTurn(async () => {
    const hand = this.#kept("hand");
    if (!hand || hand.sent) return;
    if (hand.round === this.people.hand_round) {
      await post("class/hand", { browser: this.browser, up: hand.up });
    }
    if (this.#kept("hand")?.up === hand.up) this.#keep("hand", { ...hand, sent: true });
  }, { again: AGAIN });

  // -- the connection --------------------------------------------------------------------------

  #open(pause = REOPEN) {
    const address = new URL("kd/class", document.baseURI);
    address.searchParams.set("browser", this.browser);
    const source = new EventSource(address);
    this.#source = source;
    this.#heard = performance.now();
    source.onopen = () => {
      this.#heard = performance.now();
      pause = REOPEN;
      this.#connection(true);
      this.#sendVote();
    };
    source.onerror = () => {
      this.#connection(false);
      if (source.readyState !== CLOSED || source !== this.#source) return;
      clearTimeout(this.#reopening);
      this.#reopening = setTimeout(() => this.#open(Math.min(2 * pause, LONGEST)), pause);
    };
    source.addEventListener("beat", () => (this.#heard = performance.now()));
    for (const topic of TOPICS) {
      source.addEventListener(topic, ({ data }) => {
        this.#heard = performance.now();
        const boot = this.place.boot;
        this[topic] = JSON.parse(data);
        if (topic === "people" && (boot !== this.#handBoot)) this.#handAnew(boot);
        this.known = true;
        this.dispatchEvent(new CustomEvent("news", { detail: topic }));
      });
    }
  }

  #handBoot = "";

  /** The app was started anew, or hears of this browser for the first time: hands are not stored. */
  #handAnew(boot) {
    this.#handBoot = boot;
    if (!this.hand) return;
    this.#keep("hand", { ...this.#kept("hand"), sent: false });
    this.#sendHand();
  }

  #close() {
    clearTimeout(this.#reopening);
    this.#source?.close();
    this.#source = null;
  }

  #reopen() {
    this.#close();
    if (!document.hidden) this.#open();
  }

  /** A connection may be gone without anybody having said so. */
  #watch() {
    if (!this.#source || performance.now() - this.#heard < SILENCE) return;
    this.#connection(false);
    this.#reopen();
  }

  #connection(connected) {
    if (this.connected === connected) return;
    this.connected = connected;
    this.#tell("connection");
  }

  #tell(name) {
    this.dispatchEvent(new Event(name));
  }

  // -- what the browser keeps ------------------------------------------------------------------

  #name() {
    const known = this.#kept("browser");
    if (typeof known === "string" && /^[\w-]{16,64}$/.test(known)) return known;
    const drawn = crypto.getRandomValues(new Uint8Array(16));
    const name = [...drawn].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    this.#keep("browser", name);
    return name;
  }

  #kept(name) {
    try {
      return JSON.parse(localStorage.getItem(`kd-class-${name}`)) ?? this.#memory.get(name) ?? null;
    } catch {
      return this.#memory.get(name) ?? null;
    }
  }

  #keep(name, value) {
    this.#memory.set(name, value);
    try {
      localStorage.setItem(`kd-class-${name}`, JSON.stringify(value));
    } catch { /* a browser that keeps nothing: as long as the page is open */ }
    this.#tell("own");
  }
}

/** Send to the class; throws, perhaps with a `sentence`, where it may work later; an `error` is final. */
export async function post(path, values) {
  const response = await fetch(new URL(`kd/${path}`, document.baseURI), {
    method: "POST", body: JSON.stringify(values), headers: { "content-type": "application/json" },
    signal: AbortSignal.timeout(ANSWER), keepalive: true,
  });
  if (PASSING.includes(response.status)) {
    const { error: sentence } = await response.json().catch(() => ({}));
    throw Object.assign(new Error(response.statusText), { sentence });
  }
  return response.json();
}
