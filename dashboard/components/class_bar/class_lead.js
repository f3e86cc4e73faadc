// The lecturer's page says where it looks: page and query, the moment of its run, T and example.

import { inTurn, publishedReadings, runViews, watchMoments, watchReadings } from "./bus.js";
import { pageShown, queryShown } from "./class_address.js";
import { post } from "./class_room.js";

const LOOK = 250; // milliseconds between two looks at the address
const SETTLED = 600; // milliseconds for which a query stays before it is said
const BETWEEN = 120; // milliseconds between two messages
const NOT_SHOWN = ["classroom"]; // pages that are the lecturer's alone
export const isLed = (page) => !NOT_SHOWN.includes(page);

const VALUES = ["temperature", "example", "phase"]; // what a page publishes and lets be led

/** Lead while `signal` lasts; returns a function that says at once where this page looks. */
export function lead(room, signal) {
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("kd-class-lead") : null;
  let active = document.hasFocus(); // of several pages of the lecturer the one touched last leads
  let said = { place: "", moment: "" };
  let boot = "";
  let seen = { key: "", since: 0 };
  let lastView = null;
  let now = false; // whether it was asked for by hand

  tabs?.addEventListener("message", () => (active = false), { signal });
  const take = (event) => {
    if (!event.isTrusted || active) return;
    active = true;
    tabs?.postMessage("mine");
  };
  for (const name of ["pointerdown", "keydown"]) {
    document.addEventListener(name, take, { capture: true, signal });
  }

  const place = () => ({ page: pageShown(), query: queryShown() });

  function moment() {
    const views = runViews().filter((view) => view.shown);
    const view = views.includes(lastView) ? lastView : views[0];
    const readings = publishedReadings(pageShown());
    const values = Object.fromEntries(VALUES.filter((name) => Number.isFinite(readings[name]))
      .map((name) => [name, readings[name]]));
    return { run: view?.run ?? "", position: view?.cursor ?? null, page: pageShown(), values };
  }

  const send = inTurn(async () => {
    if (signal.aborted || !(room.place.leads && active) && !now) return;
    if (!isLed(pageShown())) return;
    const [where, when] = [place(), moment()].map((values) => JSON.stringify(values));
    const settled = now || performance.now() - seen.since > SETTLED || isElsewhere();
    const message = {};
    if (settled && where !== said.place) message.place = JSON.parse(where);
    if (when !== said.moment) message.moment = JSON.parse(when);
    if (now) message.call = true;
    now = false;
    if (!Object.keys(message).length) return;
    const answer = await post("class/look", message);
    if (answer.error) return;
    if (message.place) said.place = where;
    if (message.moment) said.moment = when;
  }, { pause: BETWEEN, signal });

  /** Another page or another run: nobody waits for that to settle. */
  function isElsewhere() {
    const before = said.place ? JSON.parse(said.place) : { query: {} };
    const { page, query } = place();
    return before.page !== page || before.query.run !== query.run;
  }

  const look = setInterval(() => {
    const key = JSON.stringify(place());
    if (key !== seen.key) seen = { key, since: performance.now() };
    if (key !== said.place) send();
  }, LOOK);
  signal.addEventListener("abort", () => {
    clearInterval(look);
    tabs?.close();
  });
  watchMoments(({ detail }) => {
    lastView = detail;
    send();
  }, signal);
  watchReadings(send, signal);
  room.on("news", ({ detail }) => {
    if (detail !== "place") return;
    if (room.place.boot !== boot) said = { place: "", moment: "" }; // it knows nothing any more
    boot = room.place.boot;
    send();
  }, signal);
  return () => {
    active = now = true;
    tabs?.postMessage("mine");
    said = { place: "", moment: "" };
    send();
  };
}
