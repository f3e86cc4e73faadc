// A chart of a run: drawn by Plotly, redrawn in place, so that zoom and hover stay.

import { runView, throttled } from "./bus.js";
import { eachFrame, element, newestCall, say, stylesheet } from "./dom.js";
import { formatted } from "./number_format.js";
import { withCellNumbers } from "./plot_cells.js";
import { exportItems } from "./export_menu.js";
import { mapKeys } from "./plot_keys.js";
import { plotLegend } from "./plot_legend.js";
import { USUAL_SIZE, inPageColours, inPageStyle, readLook, withOutlines } from "./plot_look.js";
import { plotMenu } from "./plot_menu.js";
import { plotPicture, surfacePicture } from "./plot_picture.js";
import { messageOf } from "./plot_message.js";
import { hasOneAxis, nameLines, placeMarks } from "./plot_names.js";
import { shareAxes } from "./shared_axes.js";
import { isNarrow, stackPanels } from "./plot_stack.js";
import { learnersTable, numbersOf, sheetsOf, tablesOf } from "./plot_table.js";
import { surfaceView } from "./surface.js";

const WITHOUT_EPOCHS = ["teacher_curve", "teachers"]; // charts over time with another axis

const AGAIN = 2000; // milliseconds until what was lost on its way is asked for again

let library = null;

/** Plotly, loaded once for the whole page; asked for again where it was lost on its way. */
function plotly() {
  library ??= new Promise((resolve) => {
    if (window.Plotly) return resolve(window.Plotly);
    const load = () => {
      const script = element("script", { src: new URL("../plotly.min.js", import.meta.url).href });
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => {
        script.remove();
        setTimeout(load, AGAIN);
      };
      document.head.append(script);
    };
    // what needs no library is drawn first: reading it takes the browser a while
    (window.requestIdleCallback ?? setTimeout)(load, { timeout: 300 });
  });
  return library;
}

const isCoarse = () => matchMedia("(pointer: coarse)").matches;

const charts = new WeakMap();

/** Show or change the chart in `parent`; `choose` gets the cell of a grid that was clicked. */
export async function mount(parent, data, choose) {
  const end = newestCall(parent)(() => charts.get(parent)?.end());
  await stylesheet("controls.css");
  await stylesheet("live_plot.css");
  const shown = charts.get(parent);
  if (shown?.fits(data)) {
    shown.update(data);
    return end;
  }
  shown?.end();
  charts.set(parent, new Chart(parent, data, choose));
  return end;
}

/** T and λ of a sweep's grid. */
const isPlace = (customdata) => customdata?.length === 2 && customdata.every(Number.isFinite);

class Chart {
  #leaving = new AbortController();
  #drawn = false;
  #surface = null;
  #figure = null; // as it came
  #shown = null; // up to the moment that is shown
  #asked = 0;
  #zoom = {}; // ranges that the viewer chose, by axis
  #revision = 0; // arrays grow in place: Plotly looks at them again when this changes
  #asTable = false;

  constructor(parent, data, choose) {
    this.parent = parent;
    this.choose = choose;
    this.data = data;
    this.run = runView(data.run, data.language);
    this.draw = eachFrame(() => this.#draw());
    this.fetch = throttled(() => this.#fetch());
    this.plot = element("div", { class: "kd-plot", role: "figure", "aria-label": data.title });
    this.note = element("p", { class: "kd-plot-note" }, data.words.waiting);
    this.aloud = element("p", { class: "kd-plot-aloud", role: "status" });
    this.sheet = element("div", { hidden: "" });
    this.legend = plotLegend(this.draw);
    this.menu = plotMenu(data.words, () => this.#menuItems());
    this.keys = mapKeys(this.plot, this.aloud, {
      moved: (place) => {
        this.run.setPlace(isPlace(place) ? place.join("_") : null);
        this.draw();
      },
      choose: (place) => this.#chooseAt(place),
    });
    // a swipe scrolls the page: Plotly would keep it; a tap comes as a click and shows the values
    this.plot.addEventListener("touchstart", (event) => isCoarse() && event.stopPropagation(),
      { capture: true, passive: true });
    this.sharedAxes = data.axes_group ? shareAxes(`${data.axes_group}/${data.name}`, this.draw) : null;
    this.root = element("div", { class: "kd kd-plot-frame", "data-testid": `chart-${data.name}`,
      "data-run": data.run }, element("div", { class: "kd-plot-head" }, this.legend.root, this.menu.root),
      this.plot, this.sheet, this.note, this.aloud);
    parent.replaceChildren(this.root);
    const { signal } = this.#leaving;
    const hide = data.over_time ? this.run.show(data.name) : () => {};
    const leave = this.run.join();
    if (data.over_time) {
      this.run.on("figure", ({ detail }) => detail === data.name && this.draw(), signal);
      this.run.on("moment", this.draw, signal);
      this.run.on("state", this.draw, signal);
      this.draw();
    } else {
      this.run.on("moment", this.fetch, signal);
      this.run.on("state", this.fetch, signal);
      if (data.follows) this.run.on("place", this.fetch, signal);
      this.#fetch();
    }
    this.run.on("connection", () => this.root.classList.toggle("kd-lost", !this.run.connected),
      signal);
    const size = new ResizeObserver(this.draw);
    size.observe(this.root);
    if (data.fills) window.addEventListener("resize", this.draw, { signal });
    const theme = new MutationObserver(this.draw);
    for (let node = parent; node; node = node.parentElement) {
      theme.observe(node, { attributes: true, attributeFilter: ["style", "class"] });
      if (node.matches('[data-testid^="stBidiComponent"]')) break;
    }
    this.end = () => {
      this.#leaving.abort();
      size.disconnect();
      theme.disconnect();
      this.sharedAxes?.leave();
      hide();
      leave();
      if (this.#drawn) window.Plotly.purge(this.plot);
      this.root.remove();
      if (charts.get(parent) === this) charts.delete(parent);
    };
  }

  fits(data) {
    return ["name", "run", "language"].every((part) => data[part] === this.data[part]);
  }

  update(data) {
    const same = JSON.stringify(data.params) === JSON.stringify(this.data.params);
    this.data = data;
    if (data.over_time) this.draw();
    else if (!same) this.#fetch();
  }

  /** The chart of the moment that is shown. */
  async #fetch() {
    const epoch = this.run.epoch;
    const place = this.data.follows && this.run.place ? { at: this.run.place } : {};
    const parameters = { ...this.data.params, ...(epoch === null ? {} : { epoch }), ...place };
    const { prepared, version } = this.run.state;
    const asked = JSON.stringify([parameters, prepared, version]);
    if (asked === this.#asked) return;
    this.#asked = asked;
    try {
      const answer = await fetch(this.run.address(`figure/${this.data.name}`, parameters));
      const figure = await answer.json();
      if (asked !== this.#asked) return;
      this.#figure = answer.ok ? figure : { empty: figure.error };
    } catch {
      if (asked !== this.#asked) return; // a newer question is on its way
      this.#asked = 0;
      this.#figure ??= { empty: this.data.words.unreachable };
      setTimeout(() => !this.#leaving.signal.aborted && this.fetch(), AGAIN);
    }
    this.draw();
  }

  async #draw() {
    const whole = this.data.over_time ? this.run.figures.get(this.data.name) : this.#figure;
    if (!whole || this.#leaving.signal.aborted) return;
    const figure = this.#shown = this.data.over_time && whole.data
      ? { ...whole, data: whole.data.map((trace) => this.#until(trace)) } : whole;
    const solid = figure.data?.[0]?.type === "surface";
    const Plotly = figure.data && !solid ? await plotly() : null;
    if (this.#leaving.signal.aborted || !this.root.clientWidth || figure !== this.#shown) return;
    this.#arrange(figure);
    if (figure.empty) return;
    const look = readLook(this.root, this.data.large);
    this.#describe(figure);
    if (figure.table) this.plot.replaceChildren(learnersTable(figure.table, look));
    else if (!this.#asTable && solid) this.#drawSurface(figure, look);
    else if (!this.#asTable) await this.#drawPlot(Plotly, figure, look);
  }

  /** Which of note, chart and table is there, and whether there is something to keep. */
  #arrange(figure) {
    const { empty } = figure;
    this.note.hidden = !empty;
    this.note.textContent = empty ?? "";
    const asTable = this.#asTable && Boolean(figure.data);
    this.plot.hidden = Boolean(empty) || asTable;
    this.sheet.hidden = !asTable;
    this.root.style.minHeight = empty ? `${this.data.height * 0.6}px` : "";
    this.menu.show(!empty);
    if (!figure.data || asTable) this.legend.show([]);
    if (asTable) this.#fillTable(figure);
  }

  #fillTable(figure) {
    const label = say(this.data.words.table_of, { title: this.data.title });
    const table = tablesOf(sheetsOf(figure, this.data.words), label);
    const old = this.sheet.firstElementChild;
    if (!old) return this.sheet.replaceChildren(table);
    old.replaceChildren(...table.childNodes); // keeps the place to which it was scrolled
  }

  /** What the chart says now, for who cannot see it. */
  #describe(figure) {
    const { title, words, choosable } = this.data;
    const message = figure.message ?? messageOf(figure, words);
    const mapped = figure.data?.some(({ type }) => type === "heatmap");
    const keys = mapped ? (choosable ? words.map_keys_choose : words.map_keys) : "";
    const label = [title, message, keys].filter(Boolean).join(" ");
    if (this.plot.getAttribute("aria-label") !== label) this.plot.setAttribute("aria-label", label);
    const role = mapped ? "application" : "figure";
    if (this.plot.getAttribute("role") === role) return;
    this.plot.setAttribute("role", role);
    if (mapped) this.plot.tabIndex = 0;
    else this.plot.removeAttribute("tabindex");
  }

  #height(figure, look) {
    const usual = (this.data.height * look.size) / USUAL_SIZE;
    if (this.data.fills) return this.#availableHeight(usual, look);
    return Math.round(figure.rows ? Math.max(usual, (figure.rows + 4.5) * look.size) : usual);
  }

  async #drawPlot(Plotly, given, look) {
    const width = this.root.clientWidth;
    const narrow = isNarrow(given, width) ? stackPanels(given, width, look) : null;
    const figure = narrow?.figure ?? given;
    const coloured = withOutlines(figure.data.map((trace) => inPageColours(trace, look)));
    const labelled = (this.data.fills || this.data.large) && hasOneAxis(figure);
    this.legend.show(labelled ? [] : coloured);
    this.root.classList.toggle("kd-labelled", labelled);
    const layout = inPageStyle(figure.layout, look, width, narrow?.height ?? this.#height(figure, look));
    this.sharedAxes?.apply(coloured, layout);
    const traces = withCellNumbers(this.legend.without(coloured), layout, look);
    if (labelled) nameLines(traces, layout, look);
    placeMarks(layout, look);
    for (const [axis, range] of Object.entries(this.#zoom)) {
      if (layout[axis]) Object.assign(layout[axis], { range, autorange: false });
    }
    this.keys.update(traces, layout);
    layout.shapes.push(...(this.data.over_time ? this.#now(layout, look) : []), ...this.keys.shapes(look));
    layout.datarevision = this.#revision += 1;
    layout.uirevision = `${this.data.run}/${this.data.name}`;
    if (isCoarse()) layout.dragmode = false;
    await Plotly.react(this.plot, traces, layout, { displayModeBar: false, responsive: false, showTips: false });
    if (!this.#drawn) {
      this.#keepZoom();
      this.#watchPointer();
    }
    this.#drawn = true;
    this.keys.hover(Plotly);
  }

  /** A line at the moment that the scrubber shows, on every part of the chart. */
  #now(layout, look) {
    const { cursor } = this.run;
    if (cursor === null || WITHOUT_EPOCHS.includes(this.data.name)) return [];
    return Object.keys(layout).filter((name) => /^xaxis\d*$/.test(name)).map((name) => {
      const axis = name.slice(5);
      return { type: "line", xref: `x${axis}`, yref: `y${axis} domain`, x0: cursor, x1: cursor, y0: 0, y1: 1,
        line: { color: look.ink, width: 1.5 } };
    });
  }

  #drawSurface(figure, look) {
    this.#surface ??= this.#withSurface();
    const traces = figure.data.map((trace) => inPageColours(trace, look));
    this.legend.show(traces);
    const { words, choosable } = this.data;
    this.#surface.show(this.legend.without(traces), figure.layout, look, this.root.clientWidth, this.#height(figure, look));
    this.#surface.name(`${this.plot.getAttribute("aria-label")} ${choosable ? words.surface_keys_choose : words.surface_keys}`);
  }

  /** The height that the window leaves below the chart's place, without scrolling. */
  #availableHeight(least, look) {
    const page = this.root.closest('[data-testid="stMain"]');
    const top = this.plot.getBoundingClientRect().top + (page?.scrollTop ?? 0);
    const bar = document.querySelector(".kd-transport")?.offsetHeight ?? 0;
    const room = window.innerHeight - top - bar - (look.large ? 2.1 : 2.6) * look.size;
    return Math.round(Math.max(least, Math.min(room, this.root.clientWidth))); // a tall window gets no tower
  }

  /** Remember what the viewer zoomed to; the axes of a growing chart would move on. */
  #keepZoom() {
    this.plot.on("plotly_relayout", (change) => {
      for (const [key, value] of Object.entries(change)) {
        const [, axis, end] = key.match(/^([xy]axis\d*)\.range(?:\[(\d)\])?$/) ?? [];
        if (axis && end === undefined) this.#zoom[axis] = [...value];
        else if (axis) (this.#zoom[axis] ??= [0, 0])[end] = value;
        else if (key.endsWith(".autorange")) delete this.#zoom[key.split(".")[0]];
      }
    });
    this.plot.on("plotly_doubleclick", () => this.#resetZoom());
  }

  #resetZoom() {
    this.#zoom = {};
    this.draw();
  }

  /** Surfaces are drawn without Plotly: its WebGL stops the page for seconds without a graphics card. */
  #withSurface() {
    const surface = surfaceView({
      point: (place) => this.run.setPlace(place),
      choose: (place) => this.#chooseAt(place.split("_").map(Number)),
      announce: (text) => (this.aloud.textContent = text),
    });
    const mark = () => surface.mark(this.run.place ?? (this.data.params?.at || null));
    this.run.on("place", mark, this.#leaving.signal);
    this.plot.replaceChildren(surface.root);
    mark();
    return surface;
  }

  /** Where in the grid the pointer is, for the charts that follow it; and where it was clicked. */
  #watchPointer() {
    const place = ({ points }) => points.find(({ customdata }) => isPlace(customdata))?.customdata;
    this.plot.on("plotly_hover", (event) => place(event) && this.run.setPlace(place(event).join("_")));
    this.plot.on("plotly_unhover", () => this.run.setPlace(null));
    this.plot.on("plotly_click", (event) => place(event) && this.#chooseAt(place(event)));
  }

  #chooseAt(place) {
    if (this.data.choosable && isPlace(place)) this.choose(place.join("_"));
  }

  /** A trace up to the moment shown; the teacher's level line stays whole. */
  #until(trace) {
    const cursor = this.run.cursor;
    if (cursor === null || WITHOUT_EPOCHS.includes(this.data.name) || trace.x.length === 0) return trace;
    let count = trace.x.length;
    while (count > 0 && trace.x[count - 1] > cursor + 1e-9) count -= 1;
    if (count === trace.x.length || (trace.line?.dash === "dot" && trace.x.length === 2)) return trace;
    return { ...trace, x: trace.x.slice(0, count), y: trace.y.slice(0, count) };
  }

  /** The epoch that is shown; null where the chart has none. */
  get #epoch() {
    const { cursor, epoch, state } = this.run;
    if (state.epochs === undefined) return null; // of a sweep
    return this.data.over_time ? cursor ?? state.position : epoch;
  }

  #menuItems() {
    const { data } = this;
    const { words } = data;
    const figure = this.#shown;
    const epoch = this.#epoch === null ? null : formatted(this.#epoch);
    const head = () => ({ title: data.title,
      subtitle: [data.caption, epoch === null ? "" : say(words.epoch, { epoch })].filter(Boolean).join(" · ") });
    const solid = figure.data?.[0]?.type === "surface";
    const items = exportItems({
      words, head,
      name: () => [data.name, data.run, ...(epoch === null ? [] : [epoch])].join("-"),
      numbers: () => numbersOf(figure, words),
      sheets: () => sheetsOf(figure, words),
      draw: figure.table ? null : async () => (solid
        ? surfacePicture(figure, head(), this.legend.hidden, this.#surface)
        : plotPicture(await plotly(), figure, head(), this.legend.hidden)),
    });
    if (figure.data) {
      items.push({ name: "table", label: this.#asTable ? words.as_chart : words.as_table, act: () => {
        this.#asTable = !this.#asTable;
        this.draw();
      } });
    }
    if (Object.keys(this.#zoom).length) {
      items.push({ name: "reset", label: words.reset_zoom, act: () => this.#resetZoom() });
    }
    return items;
  }
}
