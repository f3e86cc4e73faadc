// Where things stand, read aloud: what the containers named `status-…` say, but not every second.

import { element } from "./dom.js";

const BETWEEN = 10000; // milliseconds between two readings
const SOON = 400; // milliseconds until a page that is being drawn says the same throughout

const page = (window.__kdStatus ??= { announced: "", last: -Infinity, timer: 0 });

/** Watch the containers; installed once. */
export function announceStatus() {
  if (page.installed) return;
  page.installed = true;
  page.region = element("p", { class: "kd-aloud", role: "status", "data-testid": "status-aloud" });
  document.body.append(page.region);
  new MutationObserver(plan).observe(document.body, {
    subtree: true, childList: true, characterData: true,
  });
  plan();
}

function plan() {
  page.timer ||= setTimeout(announce, Math.max(SOON, page.last + BETWEEN - performance.now()));
}

function announce() {
  page.timer = 0;
  const text = [...document.querySelectorAll('[class*="st-key-status-"]')]
    .flatMap((node) => [...node.querySelectorAll("p, [data-testid=stBadge]")])
    .map((node) => node.textContent.trim()).filter(Boolean).join(". ");
  if (!text || text === page.announced) return;
  page.announced = page.region.textContent = text;
  page.last = performance.now();
}
