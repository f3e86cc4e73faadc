// What all views of a page share: a run as it comes from the app, the moment that is shown, and
// the display temperature. One connection a run, however many charts.

const GRACE = 1500; // milliseconds without a view until the connection is closed
const SOON = 30; // milliseconds in which several charts are asked for at once
const TELL_AGAIN = 500; // milliseconds until it is said again which charts are shown
const ANSWER = 10_000; // milliseconds after which no answer to that comes any more
const REOPEN = 2000; // milliseconds until a connection that was refused is asked for again
const LONGEST = 60_000;
const AGAIN = 2000; // milliseconds until what was lost on its way is asked for again
const MOMENT = 60; // milliseconds between two charts of a moment while the scrubber moves

const OPEN = 1; // states of an event source
const CLOSED = 2; // it was refused; one that is lost the browser connects again by itself

const shared = (window.__kd ??= { runs: new Map(), temperature: 4, watchers: new Set() });
const readings = (window.__kdReadings ??= Object.assign(new EventTarget(), { values: {} }));
const moments = (window.__kdMoments ??= new EventTarget());
const led = (window.__kdLed ??= {}); // by page: functions that set what it publishes

/** The shared view of a run in a language. */
export function runView(run, language) {
  const key = `${language}/${run}`;
  if (!shared.runs.has(key)) shared.runs.set(key, new RunView(run, language));
  return shared.runs.get(key);
}

/** Every shared view of a run that this page has, also those that nothing shows any more. */
export const runViews = () => [...shared.runs.values()];

/** Call `watch` where the moment of any run has moved or may (detail: its view) while `signal` lasts. */
export function watchMoments(watch, signal) {
  moments.addEventListener("moment", watch, { signal });
}

export const displayTemperature = () => shared.temperature;

/** Change the temperature at which soft labels are shown, for every view. */
export function setDisplayTemperature(temperature) {
  shared.temperature = temperature;
  shared.watchers.forEach((watch) => watch(temperature));
}

/** Call `watch(T)` at each change; returns the way out. */
export function watchDisplayTemperature(watch) {
  shared.watchers.add(watch);
  return () => shared.watchers.delete(watch);
}

/**
 * How the view of a page says what it shows, for a lesson that waits for it: numbers and booleans
 * by name. What it has shown is forgotten with it; another page begins anew.
 *
 * @returns {publish(values), withdraw()}
 */
export function publisher(page) {
  let gone = false;
  return {
    publish(values) {
      if (gone) return; // a last frame that was still to be drawn
      readings.values[page] = { ...readings.values[page], ...values };
      readings.dispatchEvent(new Event("reading"));
    },
    withdraw() {
      gone = true;
      delete readings.values[page];
    },
  };
}

export const publishedReadings = (page) => readings.values[page] ?? {};

/**
 * How the view of a page lets what it publishes be set by whoever leads a class.
 *
 * @param setters functions by the name of the reading, such as `{ temperature: turn }`
 * @returns the way out
 */
export function letLead(page, setters) {
  led[page] = setters;
  return () => {
    if (led[page] === setters) delete led[page];
  };
}

export const ledViews = (page) => led[page] ?? {};

/** Call `watch` at each publication while `signal` lasts. */
export function watchReadings(watch, signal) {
  readings.addEventListener("reading", watch, { signal });
}

/**
 * Events: `figure` (detail: its name), `state`, `notes`, `moment` (the cursor moved), `place` (the
 * pointer moved over a sweep's grid), `connection`.
 * The cursor is a place on the time axis in epochs; null follows the newest.
 */
class RunView extends EventTarget {
  figures = new Map();
  state = { state: "queued", phase: "waiting", position: 0, epoch: 0, epochs: 0, step: 0,
    seconds: 0, snapshots: [], students: [], marks: [], live: false };
  notes = []; // pinned to moments, in their order: `id`, `position`, `text`
  cursor = null;
  place = null; // of a sweep's grid, under the pointer
  playing = false;
  connected = true;
  #viewers = 0;
  #source = null;
  #closing = 0;
  #reopening = 0;
  #frame = 0;
  #viewer = Math.random().toString(36).slice(2);
  #charts = new Map(); // charts over time that are shown, and how many views show each
  #ask = inTurn(() => this.#tell(), { pause: SOON, again: TELL_AGAIN });

  constructor(run, language) {
    super();
    this.run = run;
    this.language = language;
  }

  /** Open the connection for one more view; returns the way out. */
  join() {
    this.#viewers += 1;
    clearTimeout(this.#closing);
    if (!this.#source) this.#open();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#viewers -= 1;
      if (this.#viewers === 0) this.#closing = setTimeout(() => this.#close(), GRACE);
    };
  }

  /** Have a chart over time drawn for one more view; returns the way out. */
  show(name) {
    this.#charts.set(name, (this.#charts.get(name) ?? 0) + 1);
    this.#ask();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#charts.set(name, this.#charts.get(name) - 1);
      if (this.#charts.get(name) === 0) this.#charts.delete(name);
      this.#ask();
    };
  }

  /** Listen while `signal` lasts. */
  on(name, listener, signal) {
    this.addEventListener(name, listener, { signal });
  }

  /** Whether anything shows this run. */
  get shown() {
    return this.#viewers > 0;
  }

  /** Address of something of this run. */
  address(path, parameters = {}) {
    const address = new URL(`kd/${path}`, document.baseURI);
    const all = { run: this.run, lang: this.language, ...parameters };
    for (const [name, value] of Object.entries(all)) address.searchParams.set(name, value);
    return address;
  }

  /** Where the time axis ends now. */
  get newest() {
    return this.state.position;
  }

  /** The epoch of the last snapshot up to the moment shown. */
  get epoch() {
    const { snapshots } = this.state;
    if (this.cursor === null) return snapshots.at(-1) ?? null;
    return snapshots.filter((epoch) => epoch <= this.cursor + 1e-9).at(-1) ?? snapshots[0] ?? null;
  }

  /** Show the moment `position`, or with null the newest. */
  setCursor(position) {
    this.cursor = position === null ? null : Math.min(Math.max(position, 0), this.newest);
    this.#moved();
  }

  /** Take over all notes of the run. */
  setNotes(notes) {
    this.notes = notes;
    this.dispatchEvent(new Event("notes"));
  }

  /** Point at a place of a sweep's grid, or with null at none. */
  setPlace(place) {
    if (place === this.place) return;
    this.place = place;
    this.dispatchEvent(new Event("place"));
  }

  /** Replay from the moment shown, or from the start, at `rate` epochs a second. */
  play(rate) {
    this.pause();
    this.playing = true;
    if (this.cursor === null || this.cursor >= this.newest) this.setCursor(0);
    let before = performance.now();
    const next = (now) => {
      const moved = this.cursor + (rate() * (now - before)) / 1000;
      before = now;
      if (moved >= this.newest && this.newest > 0) {
        this.pause();
        this.setCursor(null);
        return;
      }
      this.setCursor(moved);
      this.#frame = requestAnimationFrame(next);
    };
    this.#frame = requestAnimationFrame(next);
    this.#moved();
  }

  pause() {
    cancelAnimationFrame(this.#frame);
    this.playing = false;
    this.#moved();
  }

  #moved() {
    this.dispatchEvent(new Event("moment"));
    moments.dispatchEvent(new CustomEvent("moment", { detail: this }));
  }

  #shown(path) {
    return this.address(path, { viewer: this.#viewer, charts: [...this.#charts.keys()].join() });
  }

  /** Say which charts are shown; where the connection is not open it is said once it is. */
  async #tell() {
    if (this.#source?.readyState !== OPEN) return;
    const answer = await fetch(this.#shown("charts"), { signal: AbortSignal.timeout(ANSWER) });
    if (!(await answer.json()).connected) throw new Error("the app has yet to see the connection");
  }

  #open(pause = REOPEN) {
    const source = new EventSource(this.#shown("live"));
    this.#source = source;
    const connection = (connected) => {
      if (this.connected === connected) return;
      this.connected = connected;
      this.dispatchEvent(new Event("connection"));
    };
    source.onopen = () => {
      pause = REOPEN;
      connection(true);
      this.#ask(); // of a connection that was lost the address is an old one
    };
    source.onerror = () => {
      connection(false);
      if (source.readyState !== CLOSED) return;
      this.#reopening = setTimeout(() => this.#open(Math.min(2 * pause, LONGEST)), pause);
    };
    source.addEventListener("figure", ({ data }) => {
      const { name, ...change } = JSON.parse(data);
      this.figures.set(name, applyChange(this.figures.get(name), change));
      this.dispatchEvent(new CustomEvent("figure", { detail: name }));
    });
    source.addEventListener("state", ({ data }) => {
      const begins = this.state.position === 0;
      this.state = JSON.parse(data);
      this.dispatchEvent(new Event("state"));
      if (begins) moments.dispatchEvent(new CustomEvent("moment", { detail: this }));
    });
    source.addEventListener("notes", ({ data }) => this.setNotes(JSON.parse(data)));
  }

  #close() {
    this.pause();
    clearTimeout(this.#reopening);
    this.#source?.close();
    this.#source = null;
  }
}

/** A figure after a change: replaced, or its traces longer, their last point moved perhaps. */
function applyChange(figure, change) {
  if (change.replace) return change.replace;
  for (const { trace, from, x, y } of change.append) {
    figure.data[trace].x.splice(from, Infinity, ...x);
    figure.data[trace].y.splice(from, Infinity, ...y);
  }
  if (change.layout) figure.layout = change.layout;
  return figure;
}

/** A function that calls `act` at most once in `pause` milliseconds, the last call always. */
export function throttled(act, pause = MOMENT) {
  let timer = 0;
  return () => {
    timer ||= setTimeout(() => {
      timer = 0;
      act();
    }, pause);
  };
}

/**
 * As `throttled`, for what waits for an answer: it is not begun again before that is there, so that
 * no earlier answer comes later. Where it was called meanwhile it begins anew, and where it threw,
 * `again` milliseconds after; not once `signal` has ended.
 */
export function inTurn(act, { pause = MOMENT, again = AGAIN, signal } = {}) {
  let busy = false;
  let missed = false;
  const begin = throttled(async () => {
    if (signal?.aborted) return;
    if (busy) {
      missed = true;
      return;
    }
    busy = true;
    missed = false;
    const failed = await act().then(() => false, () => true);
    busy = false;
    if (missed) begin();
    else if (failed) setTimeout(begin, again);
  }, pause);
  return begin;
}
