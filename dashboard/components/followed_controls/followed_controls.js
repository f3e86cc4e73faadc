// The controls of a run as the lecturer has them; they move with the run's stream.

import { runView } from "./bus.js";
import { element, mountOnce, stylesheet } from "./dom.js";

export const mount = mountOnce(async ({ run: id, language, title, controls }) => {
  await Promise.all([stylesheet("controls.css"), stylesheet("followed_controls.css")]);
  const shown = controls.map(row);
  const root = element("ul", { class: "kd kd-followed", "aria-label": title },
    ...shown.map(({ root }) => root));
  const end = id ? follow(runView(id, language), shown) : () => {};
  return { root, end };
});

function follow(run, shown) {
  const leaving = new AbortController();
  const look = () => {
    const acting = run.state.moment?.controls ?? {};
    for (const { name, show } of shown) if (name in acting) show(acting[name]);
  };
  const leave = run.join();
  run.on("state", look, leaving.signal);
  look();
  return () => {
    leaving.abort();
    leave();
  };
}

function row({ name, label, value, steps, largest }) {
  const said = element("span", { class: "kd-followed-value" });
  const fill = element("div", { class: "kd-followed-fill" });
  const root = element("li", { class: "kd-followed-row", "data-name": name },
    element("span", { class: "kd-followed-name" }, label), said,
    element("div", { class: "kd-followed-track", "aria-hidden": "true" }, fill));
  const show = (now) => {
    const none = largest && now === 0;
    said.textContent = none ? largest : String(Number(now.toPrecision(4)));
    fill.style.width = `${100 * (none ? 1 : place(now, steps))}%`;
  };
  show(value);
  return { name, root, show };
}

/** Where a value lies among rising steps at equal distances, from 0 to 1. */
function place(value, steps) {
  const above = steps.findIndex((step) => step >= value);
  if (above < 0) return 1;
  if (above === 0) return 0;
  const [low, high] = [steps[above - 1], steps[above]];
  return (above - 1 + (value - low) / (high - low)) / (steps.length - 1);
}
