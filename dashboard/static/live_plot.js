// A chart of a run: drawn by Plotly, redrawn in place, so that zoom and hover stay.

import { calmed, runView } from "./bus.js";
import { eachFrame, element, stylesheet } from "./dom.js";
import { plotLegend } from "./plot_legend.js";
import { surfaceView } from "./surface.js";

const NOTHING = "#eeeeee"; // of charts/confusion.py
const USUAL_SIZE = 16; // pixels of type for which heights are given
const LEAST_CONTRAST = 3; // of lines and marks against the page
// colours of charts/style.py that the page shows in a shade of its own
const LEARNERS = { "#009E73": "--teacher", "#E69F00": "--plain", "#0072B2": "--distilled" };

let library = null;

/** Plotly, loaded once for the whole page. */
function plotly() {
  library ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const script = element("script", { src: new URL("../plotly.min.js", import.meta.url).href });
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      library = null;
      reject(new Error("plotly.min.js could not be loaded"));
    };
    // what needs no library is drawn first: reading it takes the browser a while
    (window.requestIdleCallback ?? setTimeout)(() => document.head.append(script), { timeout: 300 });
  });
  return library;
}

const charts = new WeakMap();

/** Show or change the chart in `parent`; `choose` is told where in a grid the viewer clicked. */
export async function mount(parent, data, choose) {
  await stylesheet("controls.css");
  await stylesheet("live_plot.css");
  const shown = charts.get(parent);
  if (shown?.fits(data)) {
    shown.update(data);
    return shown.end;
  }
  shown?.end();
  const chart = new Chart(parent, data, choose);
  charts.set(parent, chart);
  return chart.end;
}

class Chart {
  #leaving = new AbortController();
  #drawn = false;
  #surface = null;
  #figure = null;
  #asked = 0;
  #zoom = {}; // ranges that the viewer chose, by axis
  #revision = 0; // arrays grow in place: Plotly looks at them again when this changes

  constructor(parent, data, choose) {
    this.parent = parent;
    this.choose = choose;
    this.data = data;
    this.run = runView(data.run, data.language);
    this.plot = element("div", { class: "kd-plot", role: "figure", "aria-label": data.title });
    this.note = element("p", { class: "kd-plot-note" }, data.words.waiting);
    this.legend = plotLegend(() => this.draw());
    this.root = element("div", { class: "kd kd-plot-frame", "data-testid": `chart-${data.name}`,
      "data-run": data.run }, this.legend.root, this.plot, this.note);
    parent.replaceChildren(this.root);
    this.draw = eachFrame(() => this.#draw());
    this.fetch = calmed(() => this.#fetch());
    const { signal } = this.#leaving;
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
      this.#asked = 0;
      this.#figure ??= { empty: this.data.words.unreachable };
    }
    this.draw();
  }

  async #draw() {
    const figure = this.data.over_time ? this.run.figures.get(this.data.name) : this.#figure;
    if (!figure || this.#leaving.signal.aborted) return;
    const solid = figure.data?.[0]?.type === "surface";
    const Plotly = figure.data && !solid ? await plotly() : null;
    if (this.#leaving.signal.aborted || !this.root.clientWidth) return;
    this.note.hidden = Boolean(figure.data || figure.table);
    this.plot.hidden = !this.note.hidden && !figure.table && !figure.data;
    if (!figure.data) this.legend.show([]);
    if (figure.empty) {
      this.note.textContent = figure.empty;
      this.plot.hidden = true;
      this.root.style.minHeight = `${this.data.height * 0.6}px`;
      return;
    }
    this.root.style.minHeight = "";
    if (figure.table) {
      this.plot.replaceChildren(table(figure.table));
      return;
    }
    const look = readLook(this.root, this.data.large);
    const height = this.data.fills ? this.#room(look) : Math.round((this.data.height * look.size) / USUAL_SIZE);
    const traces = figure.data.map((trace) =>
      seen(grounded(this.data.over_time ? this.#until(trace) : trace, look), look));
    const labelled = (this.data.fills || this.data.large) && hasOneAxis(figure);
    this.legend.show(labelled ? [] : traces);
    if (solid) {
      this.#surface ??= this.#withSurface();
      this.#surface.show(this.legend.without(traces), figure.layout, look, this.root.clientWidth, height);
      return;
    }
    const layout = themed(figure.layout, look, this.root.clientWidth, height);
    if (labelled) nameLines(traces, layout, look);
    for (const [axis, range] of Object.entries(this.#zoom)) {
      if (layout[axis]) Object.assign(layout[axis], { range, autorange: false });
    }
    layout.datarevision = this.#revision += 1;
    layout.uirevision = `${this.data.run}/${this.data.name}`;
    if (this.data.over_time && this.run.cursor !== null) {
      layout.shapes = [...(layout.shapes ?? []), nowLine(this.run.cursor, look)];
    }
    await Plotly.react(this.plot, this.legend.without(traces), layout, {
      displaylogo: false, responsive: false, displayModeBar: "hover",
      modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
      toImageButtonOptions: { filename: this.data.name, scale: 2 },
    });
    if (!this.#drawn) {
      this.#keepZoom();
      this.#tellPlaces();
    }
    this.#drawn = true;
    this.plot.setAttribute("aria-label", `${this.data.title} ${spoken(traces)}`);
  }

  /** The height that the window leaves below the chart's place, without scrolling. */
  #room(look) {
    const page = this.root.closest('[data-testid="stMain"]');
    const top = this.root.getBoundingClientRect().top + (page?.scrollTop ?? 0);
    const bar = document.querySelector(".kd-transport")?.offsetHeight ?? 0;
    const least = (this.data.height * look.size) / USUAL_SIZE;
    return Math.round(Math.max(least, window.innerHeight - top - bar - (look.large ? 1.6 : 2.6) * look.size));
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
    this.plot.on("plotly_doubleclick", () => {
      this.#zoom = {};
      this.draw();
    });
  }

  /** Surfaces are drawn without Plotly: its WebGL stops the page for seconds without a graphics card. */
  #withSurface() {
    const surface = surfaceView((place) => this.run.setPlace(place));
    const mark = () => surface.mark(this.run.place ?? (this.data.params?.at || null));
    this.run.on("place", mark, this.#leaving.signal);
    this.plot.replaceChildren(surface.root);
    mark();
    return surface;
  }

  /** Where in the grid the pointer is, for the charts that follow it; and where it was clicked. */
  #tellPlaces() {
    const place = ({ points }) => points.find(({ customdata }) => customdata?.length === 2)?.customdata;
    this.plot.on("plotly_hover", (event) => place(event) && this.run.setPlace(place(event).join("_")));
    this.plot.on("plotly_unhover", () => this.run.setPlace(null));
    this.plot.on("plotly_click", (event) => {
      if (this.data.choosable && place(event)) this.choose(place(event).join("_"));
    });
  }

  /** A trace up to the moment shown; the teacher's level line stays whole. */
  #until(trace) {
    const cursor = this.run.cursor;
    if (cursor === null || this.data.name === "teacher_curve" || trace.x.length === 0) return trace;
    let count = trace.x.length;
    while (count > 0 && trace.x[count - 1] > cursor + 1e-9) count -= 1;
    if (count === trace.x.length || (trace.line?.dash === "dot" && trace.x.length === 2)) return trace;
    return { ...trace, x: trace.x.slice(0, count), y: trace.y.slice(0, count) };
  }
}

const nowLine = (cursor, look) => ({
  type: "line", xref: "x", yref: "paper", x0: cursor, x1: cursor, y0: 0, y1: 1,
  line: { color: look.ink, width: 1.5 },
});

/** Colours and size of type as the page has them now. */
function readLook(root, large) {
  const style = getComputedStyle(root);
  const read = (name, other) => style.getPropertyValue(name).trim() || other;
  const size = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const colours = Object.fromEntries(Object.entries(LEARNERS).map(([colour, name]) => [colour, read(name, colour)]));
  return { size, large, colours, ink: read("--ink", "#31333f"), paper: read("--paper", "#fff"),
    font: style.fontFamily };
}

/** A trace in colours that can be told from the page, and in a lecture hall with thick lines. */
function seen(trace, look) {
  const colour = (given) => legible(look.colours[given] ?? given, look);
  const told = { ...trace };
  const wide = look.large ? 2 : 1;
  if (trace.line) {
    told.line = { ...trace.line, color: colour(trace.line.color), width: (trace.line.width ?? 2) * wide };
  }
  if (trace.marker && typeof trace.marker.color === "string") {
    told.marker = { ...trace.marker, color: trace.type === "bar" ? trace.marker.color : colour(trace.marker.color) };
    if (typeof trace.marker.size === "number") told.marker.size = trace.marker.size * (look.large ? 1.6 : 1);
  }
  for (const bar of ["error_x", "error_y"]) {
    if (trace[bar]) told[bar] = { ...trace[bar], color: colour(trace[bar].color ?? told.marker?.color ?? told.line?.color) };
  }
  return told;
}

/** `colour`, moved towards the ink until it stands out from the paper by LEAST_CONTRAST. */
function legible(colour, look) {
  if (typeof colour !== "string" || !/^(#|rgb\()/.test(colour)) return colour;
  let found = colour;
  for (let share = 0.08; contrast(found, look.paper) < LEAST_CONTRAST && share < 1; share += 0.08) {
    found = mixed(look.ink, colour, share);
  }
  return found;
}

/** Contrast of two colours as WCAG 2 defines it, from 1 to 21. */
function contrast(one, other) {
  const light = (colour) => {
    const [r, g, b] = parts(colour).map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** Whether all lines share their axes, so that there is room for names at their ends. */
const hasOneAxis = ({ data, layout }) =>
  !layout?.xaxis2 && data.every(({ type, xaxis }) => type === "scatter" && (xaxis ?? "x") === "x");

/** Each line's name and newest value at its end instead of a legend; none covers another. */
function nameLines(traces, layout, look) {
  const size = layout.font.size;
  const named = traces.filter(({ name, showlegend, mode = "", x, visible }) =>
    name && showlegend !== false && visible !== false && mode.includes("lines") && x?.length);
  if (named.length === 0) return;
  const room = Math.max(...named.map(({ name }) => textWidth(name, size * 1.05, look)));
  if (room > layout.width * 0.4) return;
  layout.margin = { ...layout.margin, r: room + size * 1.6 };
  const values = traces.flatMap(({ y = [] }) => y).filter(Number.isFinite);
  const [low, high] = layout.yaxis.range ?? [Math.min(...values), Math.max(...values)];
  const pixels = Math.max(layout.height - layout.margin.t - layout.margin.b - size * 2, 1);
  const place = (value) => ((value - low) / (high - low || 1)) * pixels;
  const ends = named.map((trace) => ({ trace, at: place(trace.y.at(-1) ?? low) })).sort((a, b) => a.at - b.at);
  const places = spread(ends.map(({ at }) => at), size * 1.35, pixels);
  for (const [number, { trace, at }] of ends.entries()) {
    layout.annotations.push({
      text: `<b>${trace.name}</b>`, x: 1, xref: "paper", xanchor: "left", xshift: size * 0.5,
      y: trace.y.at(-1), yref: "y", yanchor: "middle", yshift: places[number] - at, showarrow: false,
      font: { size: size * 1.05, color: legible(trace.line.color, { ...look }) },
    });
  }
}

/** Rising places, moved up and then down again until neighbours are `least` apart below `top`. */
function spread(places, least, top) {
  const moved = [...places];
  for (let at = 1; at < moved.length; at += 1) moved[at] = Math.max(moved[at], moved[at - 1] + least);
  moved[moved.length - 1] = Math.min(moved.at(-1), top);
  for (let at = moved.length - 2; at >= 0; at -= 1) moved[at] = Math.min(moved[at], moved[at + 1] - least);
  return moved;
}

let canvas = null;

function textWidth(text, size, look) {
  canvas ??= element("canvas").getContext("2d");
  canvas.font = `600 ${size}px ${look.font}`;
  return canvas.measureText(text).width;
}

/** The figure's layout in the page's colours; margins and legend alike on all charts. */
function themed(layout, look, width, height) {
  const small = look.size * (look.large ? 1.25 : 0.8);
  const grid = mixed(look.ink, look.paper, 0.13);
  const axis = { gridcolor: grid, zerolinecolor: grid, linecolor: mixed(look.ink, look.paper, 0.35),
    title: { standoff: 6 }, automargin: true, fixedrange: false, tickfont: { size: small } };
  const told = { ...layout };
  for (const name of Object.keys({ xaxis: 0, yaxis: 0, ...layout })) {
    if (!/^[xy]axis\d*$/.test(name)) continue;
    const own = layout[name] ?? {};
    told[name] = { ...axis, ...own,
      title: { standoff: 6, font: { size: small }, ...own.title } };
  }
  const headed = (layout.annotations ?? []).some(({ yref, name }) => yref === "paper" && name !== "mark");
  return {
    ...told,
    annotations: (layout.annotations ?? []).map((note) => (
      { ...note, font: { ...note.font, size: (note.font?.size ?? 13) * (look.size / USUAL_SIZE) * (look.large ? 1.3 : 1),
          ...(note.font?.color ? { color: legible(look.colours[note.font.color] ?? note.font.color, look) } : {}) },
        ...(note.name === "mark" ? { bgcolor: look.paper, borderpad: 1 } : {}) })),
    width, height, autosize: false,
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: look.font, size: small, color: look.ink },
    margin: { l: look.size * 2.4, r: look.size * 0.9, t: look.size * (headed ? 1.9 : 0.6), b: look.size * 1.8, pad: 2 },
    showlegend: false,
    hoverlabel: { bgcolor: look.paper, bordercolor: grid,
      font: { color: look.ink, family: look.font, size: small }, namelength: -1 },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: grid, activecolor: look.ink },
  };
}

/** A heat map whose empty cells take the page's colour, so that the text in them can be read. */
function grounded(trace, look) {
  if (trace.type !== "heatmap") return trace;
  const ground = mixed(look.ink, look.paper, 0.06);
  return { ...trace, colorscale: trace.colorscale.map(([at, colour]) =>
    [at, colour === NOTHING ? ground : colour]) };
}

/** Colour between two of the form #rrggbb or rgb(…); the page may have either. */
function mixed(ink, paper, share) {
  const [a, b] = [parts(ink), parts(paper)];
  return `rgb(${a.map((part, at) => Math.round(part * share + b[at] * (1 - share))).join(",")})`;
}

function parts(colour) {
  if (colour.startsWith("#")) {
    const digits = colour.length === 4 ? [...colour.slice(1)].map((d) => d + d).join("") : colour.slice(1);
    return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
  }
  return colour.match(/[\d.]+/g).slice(0, 3).map(Number);
}

/** The newest value of each named line, for who cannot see it. */
function spoken(traces) {
  return traces
    .filter(({ name, showlegend, text, y }) => name && showlegend !== false && !text && y?.length)
    .map(({ name, y }) => {
      const last = y.at(-1);
      return typeof last === "number" ? `${name}: ${Number(last.toPrecision(3))}` : "";
    })
    .filter(Boolean)
    .join(", ");
}

/** Rows of learners with their colour; a row that is none brings its own. */
function table({ columns, rows }) {
  const head = columns.map(({ title, help }) =>
    element("th", { scope: "col", title: help || undefined, class: help ? "kd-help" : "" }, title));
  const body = rows.map(({ learner, colour, cells }) =>
    element("tr", { class: `kd-of-${learner}`, style: colour && `--of: ${colour}` },
      ...cells.map((cell, at) => element(at ? "td" : "th", at ? {} : { scope: "row" }, cell))));
  return element("div", { class: "kd-table-frame", tabindex: 0 },
    element("table", { class: "kd-table" },
      element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body)));
}
