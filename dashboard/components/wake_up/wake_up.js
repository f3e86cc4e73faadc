// Wakes the script of the page when a run has become another than was drawn.

import { runView } from "./bus.js";
import { element, newestCall } from "./dom.js";

const watches = new WeakMap();

/** Call `wake` once the run's state differs from `data.drawn`; for each state once. */
export function mount(parent, data, wake) {
  const end = newestCall(parent)(() => watches.get(parent)?.end());
  const shown = watches.get(parent);
  if (shown?.data.run === data.run && shown.data.language === data.language) {
    shown.update(data, wake);
    return end;
  }
  shown?.end();
  parent.replaceChildren(element("div", { class: "kd", hidden: "" }));
  watches.set(parent, new Watch(data, wake));
  return end;
}

class Watch {
  #leaving = new AbortController();
  #timer = 0;
  #said = "";

  constructor(data, wake) {
    this.run = runView(data.run, data.language);
    const leave = this.run.join();
    this.run.on("state", () => this.#look(), this.#leaving.signal);
    this.end = () => {
      this.#leaving.abort();
      clearTimeout(this.#timer);
      leave();
    };
    this.update(data, wake);
  }

  update(data, wake) {
    this.data = data;
    this.wake = wake;
    this.#look();
  }

  #look() {
    const now = this.#now();
    if (now === this.#drawn()) this.#said = ""; // what was said before may come again
    if (this.#timer || now === this.#drawn() || now === this.#said || !this.run.state.layout) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      const newest = this.#now();
      if (newest === this.#drawn()) return;
      this.#said = newest;
      this.wake(newest);
    }, 1000 * this.data.patience * Math.random());
  }

  #now() {
    return JSON.stringify(Object.keys(this.data.drawn).map((name) => this.run.state[name]));
  }

  #drawn() {
    return JSON.stringify(Object.values(this.data.drawn));
  }
}
