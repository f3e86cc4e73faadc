// What the app's routes answer otherwise, from the files of this folder. A page that was opened
// from a disk may fetch nothing, but it may load scripts: each file calls `kdcoreData` with its
// values. `fetch` and `EventSource` stand in for the browser's own in all components.

const home = new URL("../../", document.currentScript.src || document.baseURI);
const inside = window.kdcoreFiles ?? {}; // of a report, which is one file alone
const files = new Map(); // by path: the promise of its values, and what keeps it

/** A file of the folder that could not be read; its message is the file's path. */
export class MissingFile extends Error {}

window.kdcoreData = (path, values) => files.get(path)?.keep(values);

/** The values of the file `data/PATH.js`; rejects where it cannot be read. */
export function recorded(path) {
  if (path in inside) return Promise.resolve(inside[path]);
  if (!files.has(path)) {
    const file = {};
    files.set(path, file);
    file.values = new Promise((keep, fail) => {
      file.keep = keep;
      const script = document.createElement("script");
      script.src = new URL(`data/${path.split("/").map(encodeURIComponent).join("/")}.js`, home).href;
      script.onload = () => script.remove();
      script.onerror = () => {
        files.delete(path); // who asks again tries again
        script.remove();
        fail(new MissingFile(`data/${path}.js`));
      };
      document.head.append(script);
    });
  }
  return files.get(path).values;
}

const runOf = (asked) => recorded(`${asked.get("run")}/${asked.get("lang")}/run`);

async function figure(asked, name) {
  const { over_time: overTime, varied, state } = await runOf(asked);
  if (overTime[name]) return overTime[name];
  if (!varied[name]) return undefined;
  const values = Object.entries(varied[name]).map(([setting, usual]) => asked.get(setting) ?? usual);
  const file = ["figures", name, ...values].join("-");
  const byEpoch = await recorded(`${asked.get("run")}/${asked.get("lang")}/${file}`);
  return byEpoch[asked.get("epoch") ?? state.snapshots.at(-1)];
}

async function moment(asked) {
  const { moments, per_epoch: perEpoch } = await runOf(asked);
  const at = Math.floor(Number(asked.get("at")) * perEpoch + 1e-6);
  return moments[Math.min(Math.max(at, 0), moments.length - 1)];
}

async function soft(asked) {
  const { snapshots, ...rest } = await recorded(`${asked.get("run")}/soft`);
  const since = Number(asked.get("since"));
  const due = snapshots.filter(({ epoch }) => epoch > since);
  return since < 0 ? { ...rest, snapshots: due } : { snapshots: due };
}

const answers = {
  figure, moment, soft,
  measures: (asked) => recorded(`${asked.get("run")}/measures`),
  charts(asked) {
    streams.get(asked.get("viewer"))?.show(asked.get("charts").split(","));
    return { connected: true };
  },
};

/** As `fetch` for the routes of the app; what this folder does not have is not `ok`. */
export async function fetch(address) {
  const { pathname, searchParams } = new URL(address, document.baseURI);
  const [kind, name] = pathname.split("/kd/").at(-1).split("/");
  const answer = await answers[kind]?.(searchParams, name);
  return {
    ok: answer !== undefined,
    json: async () => structuredClone(answer ?? { error: decodeURI(pathname) }),
  };
}

const streams = new Map(); // by viewer

/** As the stream of a run that is over: its state, its notes and the charts that are shown, once. */
export class EventSource {
  #listeners = {};
  #run = null;
  #shown = new Set();
  #wanted = [];
  #closed = false;
  readyState = 0;

  constructor(address) {
    const asked = new URL(address, document.baseURI).searchParams;
    this.viewer = asked.get("viewer");
    this.#wanted = asked.get("charts").split(",");
    streams.set(this.viewer, this);
    runOf(asked).then((run) => {
      if (this.#closed) return;
      this.#run = run;
      this.readyState = 1;
      this.onopen?.();
      this.show(this.#wanted);
      this.#say("state", run.state);
      this.#say("notes", run.notes);
    }, () => this.onerror?.());
  }

  addEventListener(name, listener) {
    this.#listeners[name] = listener;
  }

  /** Send these charts, unless they were sent before. */
  show(names) {
    this.#wanted = names;
    if (!this.#run) return;
    for (const name of names) {
      const replace = this.#run.over_time[name];
      if (!replace || this.#shown.has(name)) continue;
      this.#shown.add(name);
      this.#say("figure", { name, replace });
    }
  }

  close() {
    this.#closed = true;
    if (streams.get(this.viewer) === this) streams.delete(this.viewer);
  }

  #say(name, values) {
    this.#listeners[name]?.({ data: JSON.stringify(values) });
  }
}
