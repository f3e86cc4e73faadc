// Surfaces over a small grid, drawn as SVG: they turn under the pointer and need no graphics card.

import { colourOf, legible, mixed } from "./colours.js";
import { drawing, eachFrame } from "./dom.js";
import { formatted } from "./number_format.js";

const USUAL_TURN = { azimuth: -2.3, elevation: 0.42 }; // where the eye is, in radians
const LOWEST_EYE = 0.08, HIGHEST_EYE = 1.45;
const SIDE = 1, HEIGHT = 0.62; // half the box, in its own units
const LOWEST_TICK = -0.5; // one on the floor would stand in the words of the axis beside it
const PIECES = 16; // a surface is cut into about so many pieces along each axis
const REACH = 26; // pixels around a place of the grid that belong to it
const TURN_PER_PIXEL = 0.009, TURN_PER_KEY = 0.15;
const STILL = 4; // pixels; a pointer that moved less has clicked

/**
 * @param point called with the place under the pointer ("T_λ"), or null
 * @param choose called with the place that was clicked, or chosen with Enter
 * @param announce called with the text of the place to which the keys moved
 * @returns {root, show(traces, layout, look, width, height), mark(place), name(label), drawn(…)};
 *   traces as Plotly's; `drawn`, with the arguments of `show`, is a still picture
 */
export function surfaceView({ point, choose, announce }) {
  const root = drawing("svg", { class: "kd-surface", tabindex: 0, role: "application" });
  const turn = { ...USUAL_TURN };
  let shown = null, places = [], marked = null, dragged = null;
  const draw = eachFrame(() => shown && paint());

  root.addEventListener("pointerdown", (event) => {
    dragged = { x: event.clientX, y: event.clientY, far: 0 };
    root.setPointerCapture(event.pointerId);
  });
  root.addEventListener("pointermove", (event) => {
    if (!dragged) return point(placeUnder(event));
    const [across, down] = [event.clientX - dragged.x, event.clientY - dragged.y];
    const far = dragged.far + Math.hypot(across, down);
    if (far > STILL) {
      if (dragged.far <= STILL) point(null);
      turnBy(-across * TURN_PER_PIXEL, event.pointerType === "touch" ? 0 : down * TURN_PER_PIXEL);
    }
    dragged = { x: event.clientX, y: event.clientY, far };
  });
  root.addEventListener("pointerup", (event) => {
    const place = dragged && dragged.far <= STILL ? placeUnder(event) : null;
    if (place) choose(place);
  });
  root.addEventListener("lostpointercapture", () => (dragged = null));
  root.addEventListener("pointerleave", () => point(null));
  root.addEventListener("dblclick", () => {
    Object.assign(turn, USUAL_TURN);
    draw();
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return point(null);
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (marked) choose(marked);
      return;
    }
    const [across, up] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1],
      ArrowDown: [0, -1] }[event.key] ?? [];
    if (across === undefined) return;
    event.preventDefault();
    if (event.shiftKey) step(across, up);
    else turnBy(-across * TURN_PER_KEY, up * TURN_PER_KEY);
  });
  root.addEventListener("blur", () => point(null));

  function turnBy(around, up) {
    turn.azimuth += around;
    turn.elevation = Math.min(Math.max(turn.elevation + up, LOWEST_EYE), HIGHEST_EYE);
    draw();
  }

  /** The cursor goes to the next place: across along λ, up along T. */
  function step(across, up) {
    const from = places.find(({ name }) => name === marked);
    const next = from ? places.find(({ row, column }) => row === from.row + up && column === from.column + across) : places[0];
    if (!next) return;
    point(next.name);
    announce(next.words);
  }

  function placeUnder(event) {
    const box = root.getBoundingClientRect();
    const far = ({ at }) => Math.hypot(at[0] - event.clientX + box.left, at[1] - event.clientY + box.top);
    const near = places.filter((place) => far(place) < REACH).sort((a, b) => far(a) - far(b))[0];
    return near?.name ?? null;
  }

  function paint() {
    const { traces, layout, look, width, height } = shown;
    const seen = traces.filter(({ visible }) => visible !== false);
    const { parts, found } = surfaceParts(seen, layout, look, width, height, turn);
    places = found;
    root.setAttribute("viewBox", `0 0 ${width} ${height}`);
    root.style.height = `${height}px`;
    root.replaceChildren(...parts, ...mark(look));
  }

  function mark(look) {
    const place = places.find(({ name }) => name === marked);
    if (!place) return [];
    const [x, y] = place.at;
    const words = drawing("text", { x, y: y - 0.9 * look.size, "text-anchor": "middle",
      class: "kd-surface-label" }, place.words);
    return [drawing("circle", { cx: x, cy: y, r: 6, class: "kd-surface-mark" }), words];
  }

  return {
    root,
    show(traces, layout, look, width, height) {
      shown = { traces, layout, look, width, height };
      draw();
    },
    mark(place) {
      marked = place;
      draw();
    },
    name: (label) => root.getAttribute("aria-label") === label || root.setAttribute("aria-label", label),
    drawn: (traces, layout, look, width, height) => drawing("svg", { viewBox: `0 0 ${width} ${height}` },
      ...surfaceParts(traces, layout, look, width, height, turn).parts),
  };
}

/** Everything that is drawn, and where the places of the grid are seen. */
function surfaceParts(traces, layout, look, width, height, turn) {
  const range = rangeOf(traces);
  const columns = layout.scene.xaxis.ticktext, rows = layout.scene.yaxis.ticktext;
  const box = {
    x: (column) => spread(column, columns.length), y: (row) => spread(row, rows.length),
    z: (value) => ((value - range[0]) / (range[1] - range[0]) * 2 - 1) * HEIGHT,
  };
  const eye = eyeAt(turn, look.size, width, height);
  const { tickformat } = layout.scene.zaxis;
  const format = (value) => formatted(value, tickformat ? ".1%" : ".3g");
  const solids = traces.flatMap((trace) => surface(trace, box, eye, look)).sort((a, b) => a.depth - b.depth);
  return {
    parts: [...frame(eye, box, { columns, rows, range, format, look, up: layout.scene.zaxis.title?.text }), ...solids.map(({ piece }) => piece)],
    found: traces.length ? placesOf(traces[0], box, eye, format) : [],
  };
}

const spread = (at, count) => ((at / Math.max(count - 1, 1)) * 2 - 1) * SIDE;

/** Lowest and highest value of all traces, with room; a flat one lies in the middle. */
function rangeOf(traces) {
  const values = traces.flatMap(({ z }) => z.flat()).filter((value) => value !== null);
  if (!values.length) return [0, 1];
  const low = Math.min(...values), high = Math.max(...values);
  const room = (high - low) * 0.06 || Math.abs(high) * 0.05 || 1;
  return [low - room, high + room];
}

/** How the box looks from where the eye is: parallel projection, `depth` grows towards the eye. */
function eyeAt({ azimuth, elevation }, size, width, height) {
  const [sin, cos] = [Math.sin(azimuth), Math.cos(azimuth)];
  const [rise, level] = [Math.sin(elevation), Math.cos(elevation)];
  const reach = Math.SQRT2 * SIDE;
  const scale = Math.min((width - 6 * size) / (2 * reach),
    (height - 4.5 * size) / (2 * (HEIGHT * level + reach * rise)));
  return {
    sin, cos,
    at: (x, y, z) => [width / 2 + (y * cos - x * sin) * scale,
      height / 2 - (z * level - (x * cos + y * sin) * rise) * scale - 0.4 * size],
    depth: (x, y, z) => (x * cos + y * sin) * level + z * rise,
  };
}

const path = (points) => points.map(([x, y], at) => `${at ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** A trace as small pieces, each with its depth; a cell with a missing corner is left out. */
function surface({ z, colorscale, reversescale, opacity = 1 }, box, eye, look) {
  const values = z.flat().filter((value) => value !== null);
  const low = Math.min(...values), high = Math.max(...values);
  const colour = (value) => colourOf(colorscale, reversescale, high > low ? (value - low) / (high - low) : 0.5);
  const how = { colour, opacity, edge: edgeOf(colorscale, look) };
  const cut = Math.max(1, Math.round(PIECES / Math.max(z.length - 1, z[0].length - 1)));
  const pieces = [];
  for (let row = 0; row + 1 < z.length; row++) {
    for (let column = 0; column + 1 < z[0].length; column++) {
      const corners = [z[row][column], z[row][column + 1], z[row + 1][column], z[row + 1][column + 1]];
      if (corners.includes(null)) continue;
      for (let piece = 0; piece < cut * cut; piece++) {
        pieces.push(...cellPiece(corners, row, column, piece, cut, box, eye, how));
      }
    }
  }
  return pieces;
}

function cellPiece([a, b, c, d], row, column, piece, cut, box, eye, { colour, opacity, edge }) {
  const value = (u, v) => (a * (1 - u) + b * u) * (1 - v) + (c * (1 - u) + d * u) * v;
  const [i, j] = [piece % cut, Math.floor(piece / cut)];
  const corner = (u, v) => [box.x(column + u), box.y(row + v), box.z(value(u, v))];
  const [west, east, south, north] = [i / cut, (i + 1) / cut, j / cut, (j + 1) / cut];
  const [middleU, middleV] = [(west + east) / 2, (south + north) / 2];
  const depth = eye.depth(...corner(middleU, middleV));
  const outline = [[west, south], [east, south], [east, north], [west, north]].map(([u, v]) => eye.at(...corner(u, v)));
  const fill = colour(value(middleU, middleV));
  const pieces = [{ depth, piece: drawing("path", { d: `${path(outline)}Z`, fill, opacity,
    stroke: fill, "stroke-width": opacity === 1 ? 0.7 : 0 }) }];
  const edges = [[j === 0, 0, 1], [i + 1 === cut, 1, 2], [j + 1 === cut, 2, 3], [i === 0, 3, 0]];
  for (const [isEdge, from, to] of edges) {
    if (!isEdge) continue;
    pieces.push({ depth: depth + 1e-3, piece: drawing("path",
      { d: path([outline[from], outline[to]]), fill: "none", stroke: edge, "stroke-width": 0.9 }) });
  }
  return pieces;
}

/** Lines along the grid: of a surface of one colour its own, else a grey; both stand out from the page. */
function edgeOf(scale, look) {
  const [[, first], [, last]] = [scale[0], scale.at(-1)];
  return first === last ? legible(look.colours[first] ?? first, look) : legible(mixed(look.ink, look.paper, 0.4), look);
}

/** Where the places of the grid are seen, and what is shown of each. */
function placesOf({ z, customdata, hovertemplate }, box, eye, format) {
  return z.flatMap((values, row) => values.flatMap((value, column) => {
    const place = customdata?.[row][column];
    if (value === null || !place) return [];
    const words = hovertemplate.replace(/%\{customdata\[(\d)\]\}/g, (_, at) => place[at]).replace("%{z}", format(value));
    return [{ name: place.join("_"), row, column, at: eye.at(box.x(column), box.y(row), box.z(value)), words }];
  }));
}

/** Floor, the two walls behind, and what stands at the axes. */
function frame(eye, box, { columns, rows, range, format, look, up }) {
  const floor = -HEIGHT;
  const [nearX, nearY] = [eye.cos > 0 ? SIDE : -SIDE, eye.sin > 0 ? SIDE : -SIDE];
  const line = (from, to) => drawing("path", { d: path([eye.at(...from), eye.at(...to)]), fill: "none",
    stroke: mixed(look.ink, look.paper, 0.16) });
  const outwards = (from, to, distance) => {
    const [a, b] = [eye.at(...from), eye.at(...to)];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
    return [b[0] + ((b[0] - a[0]) / length) * distance, b[1] + ((b[1] - a[1]) / length) * distance];
  };
  const text = ([x, y], words, anchor = "middle", kind = "") =>
    drawing("text", { x, y: y + 0.3 * look.size, "text-anchor": anchor, fill: look.ink, class: kind || undefined,
      "font-size": (kind ? 0.9 : 0.8) * look.size }, words);
  const parts = [];
  columns.forEach((words, column) => {
    const x = box.x(column);
    parts.push(line([x, -SIDE, floor], [x, SIDE, floor]), line([x, -nearY, floor], [x, -nearY, HEIGHT]));
    parts.push(text(outwards([x, -nearY, floor], [x, nearY, floor], look.size), words));
  });
  rows.forEach((words, row) => {
    const y = box.y(row);
    parts.push(line([-SIDE, y, floor], [SIDE, y, floor]), line([-nearX, y, floor], [-nearX, y, HEIGHT]));
    parts.push(text(outwards([-nearX, y, floor], [nearX, y, floor], look.size), words));
  });
  parts.push(text(outwards([0, -nearY, floor], [0, nearY, floor], 2.3 * look.size), "λ", "middle", "kd-surface-axis"));
  parts.push(text(outwards([-nearX, 0, floor], [nearX, 0, floor], 2.3 * look.size), "T", "middle", "kd-surface-axis"));
  const corners = [[nearX, -nearY], [-nearX, nearY]];
  const [leftX, leftY] = corners.sort((a, b) => eye.at(...a, 0)[0] - eye.at(...b, 0)[0])[0];
  for (const value of ticks(...range)) {
    const z = box.z(value);
    if (z < LOWEST_TICK) continue;
    parts.push(line([-nearX, -nearY, z], [nearX, -nearY, z]), line([-nearX, -nearY, z], [-nearX, nearY, z]));
    const [x, y] = eye.at(leftX, leftY, z);
    parts.push(text([x - 0.5 * look.size, y], format(value), "end"));
  }
  if (up) parts.push(text([0, 0.8 * look.size], up, "start", "kd-surface-axis"));
  return parts;
}

/** About five round numbers between two. */
function ticks(low, high) {
  const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, at) => (first + at) * step);
}
