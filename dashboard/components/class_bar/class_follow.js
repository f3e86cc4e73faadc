// A follower's page moves with the lecturer's, until the person moves something, and again when
// they come back. What a person does is told from what the page does by itself: see class_touch.js.

import { ledViews, publishedReadings, runViews, watchMoments, watchReadings } from "./bus.js";
import { pageShown, queryShown } from "./class_address.js";
import { forgetTouch, touchedLately, touchedSince, watchControls } from "./class_touch.js";

const LOOK = 250; // milliseconds between two looks at the address
const SETTLES = 2500; // milliseconds in which a page that has come to the lecturer's still settles
const AGAIN = 8000; // milliseconds after which the app is asked again to bring the page there
const EXPLORES = "kd-class-explores";

/**
 * @param room of the class
 * @param come has the app bring the page to the lecturer's place
 * @param changed called when the person leaves or returns
 * @param refused called when somebody moves a control that is closed
 * @param called called when the lecturer calls those who explore
 * @returns {explores(), arrived(number), explore(), comeBack()}
 */
export function follow(room, { come, changed, refused, called }, signal) {
  let explores = read(EXPLORES) === "1";
  let at = null; // number of the place to which this page has come
  let asked = { number: null, when: -Infinity };
  let arrival = performance.now(); // when it came there
  let settling = arrival + SETTLES;
  let address = "";
  let calls = null; // of the lecturer, how often
  let ours = false; // what changes is what the lecturer shows

  const leads = () => room.place.leads && room.place.place !== null;
  const follows = () => leads() && !explores;

  watchControls(() => room.place.locked, refused);

  function setExplores(value) {
    if (explores === value || (value && room.place.locked)) return;
    explores = value;
    at = null; // wherever the page is now
    keep(EXPLORES, value ? "1" : "");
    changed();
  }

  function explore() {
    setExplores(true);
  }

  function comeBack() {
    forgetTouch();
    setExplores(false);
    at = null;
    apply();
  }

  function apply() {
    if (!follows()) return;
    const { number } = room.place.place;
    if (at !== number) bring(number);
    else if (pageShown() === room.place.place.page) show();
  }

  function bring(number) {
    const now = performance.now();
    if (asked.number === number && now - asked.when < AGAIN) return;
    asked = { number, when: now };
    arrival = Infinity;
    settling = now + AGAIN;
    come(number);
  }

  /** The moment, T and example of the lecturer's page. */
  function show() {
    const { run, position, page, values } = room.moment;
    ours = true;
    for (const view of runViews()) {
      if (!view.shown || view.run !== run || !(view.newest > 0)) continue;
      const wanted = position === null ? null : Math.min(position, view.newest);
      if (view.playing) view.pause();
      if (view.cursor !== wanted) view.setCursor(wanted);
    }
    if (page === pageShown()) {
      const shown = publishedReadings(page);
      for (const [name, value] of Object.entries(values ?? {})) {
        if (shown[name] !== value) ledViews(page)[name]?.(value);
      }
    }
    ours = false;
  }

  /** Something on the page has changed that the lecturer did not change. */
  function moved() {
    if (ours || !follows()) return;
    if (touchedLately() && !room.place.locked) explore();
    else queueMicrotask(apply);
  }

  function isElsewhere(view) {
    const { run, position } = room.moment;
    if (view.run !== run) return false;
    const wanted = position === null ? null : Math.min(position, view.newest);
    return view.cursor !== wanted || view.playing;
  }

  const look = setInterval(() => {
    const now = JSON.stringify([pageShown(), queryShown()]);
    const changedAddress = address !== now;
    address = now;
    if (!follows()) return;
    const { number, page } = room.place.place;
    const settles = performance.now() < settling;
    const left = at === number && page !== pageShown() && (!settles || touchedSince(arrival));
    const turned = changedAddress && (settles ? touchedSince(arrival) : touchedLately());
    if (left || turned) {
      if (!room.place.locked) return explore();
      at = null;
    }
    apply();
  }, LOOK);
  signal.addEventListener("abort", () => clearInterval(look));
  watchMoments(({ detail }) => isElsewhere(detail) && moved(), signal);
  watchReadings(() => {
    const shown = publishedReadings(room.moment.page);
    const values = Object.entries(room.moment.values ?? {});
    if (values.some(([name, value]) => shown[name] !== undefined && shown[name] !== value)) moved();
  }, signal);
  room.on("news", ({ detail }) => {
    if (detail === "place") {
      if (room.place.locked) setExplores(false);
      if (calls !== null && calls < room.place.calls && explores) called(); // fewer: it was started anew
      calls = room.place.calls;
    }
    if (["place", "moment"].includes(detail)) apply();
  }, signal);

  return {
    explores: () => explores,
    /** The app has brought the page to the place of this number. */
    arrived(number) {
      if (number && at !== number) {
        arrival = performance.now();
        settling = arrival + SETTLES;
      }
      if (number === asked.number) asked = { number: null, when: -Infinity };
      if (!explores) at = number || at;
      address = JSON.stringify([pageShown(), queryShown()]);
      apply();
    },
    explore,
    comeBack,
  };
}

function read(name) {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name, value) {
  try {
    sessionStorage.setItem(name, value);
  } catch { /* a browser that keeps nothing: until the page is loaded again */ }
}
