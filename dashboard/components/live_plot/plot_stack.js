// Charts with little room: what stands side by side is put into several rows.

const LEAST_PART = 120; // pixels of a part's width
const NARROW_WINDOW = 640;
const MAP_HEIGHT = 0.92; // of the width
const LEAST_HEIGHT = 190; // pixels of any other part at the usual size of type
const BETWEEN_ROWS = 4.4; // sizes of type: an axis and the next heading
const BETWEEN_COLUMNS = 0.1; // of the width

const axesOf = (layout, letter) =>
  Object.keys(layout).filter((name) => new RegExp(`^${letter}axis\\d*$`).test(name));
const isMapped = ({ data }) => data.some(({ type }) => type === "heatmap");

/** Places from left to right at which the figure's parts begin. */
function startsOf({ layout = {} }) {
  return [...new Set(axesOf(layout, "x").map((name) => layout[name].domain?.[0] ?? 0))].sort((a, b) => a - b);
}

/** Whether the parts of a figure have too little room beside each other. */
export function isNarrow(figure, width) {
  const count = startsOf(figure).length;
  return count > 1 && (window.innerWidth < NARROW_WINDOW || width / count < LEAST_PART);
}

/** The figure with its parts below each other, and the height that they need. */
export function stackPanels(figure, width, look) {
  const count = startsOf(figure).length;
  const rows = (figure.rows ?? 0) * look.size;
  const each = isMapped(figure) ? width * MAP_HEIGHT : Math.max((LEAST_HEIGHT * look.size) / 16, rows);
  const height = count * each + (count - 1) * BETWEEN_ROWS * look.size;
  return { figure: inRows(figure, 1, height, look), height: height + 3.7 * look.size };
}

/** Square maps of a picture, of which more than two would be small in a row. */
export function squarePanels(figure, height, look) {
  return isMapped(figure) && startsOf(figure).length > 2 ? inRows(figure, 2, height, look) : figure;
}

/** The parts in rows of so many `columns` on a plot of this `height` in pixels. */
function inRows(figure, columns, height, look) {
  const { data, layout } = figure;
  const starts = startsOf(figure);
  const rows = Math.ceil(starts.length / columns);
  const gap = (BETWEEN_ROWS * look.size) / height;
  const share = (1 - gap * (rows - 1)) / rows;
  const wide = (1 - BETWEEN_COLUMNS * (columns - 1)) / columns;
  const bottomOf = (part) => 1 - (Math.floor(part / columns) + 1) * share - Math.floor(part / columns) * gap;
  const up = (part, y) => bottomOf(part) + y * share;
  const leftOf = (part) => (part % columns) * (wide + BETWEEN_COLUMNS);
  const partAt = (place) => starts.findLastIndex((start) => start <= place + 1e-6);
  const changed = { ...layout };
  const parts = {}; // by the short name of a horizontal axis
  for (const name of axesOf(layout, "x")) {
    const part = partAt(layout[name].domain?.[0] ?? 0);
    parts[`x${name.slice(5)}`] = part;
    changed[name] = { ...layout[name], domain: [leftOf(part), leftOf(part) + wide] };
  }
  const owners = {}; // which part a vertical axis belongs to; a shared one is copied
  const traces = data.map((trace) => {
    const x = trace.xaxis ?? "x", y = trace.yaxis ?? "y";
    const part = parts[x];
    const own = owners[y] === undefined || owners[y] === part ? y : `y${60 + part}`;
    owners[own] = part;
    const from = layout[`yaxis${y.slice(1)}`] ?? {};
    changed[`yaxis${own.slice(1)}`] = { ...from, domain: (from.domain ?? [0, 1]).map((end) => up(part, end)), anchor: x,
      showticklabels: true, title: from.title?.text ? from.title : layout.yaxis?.title };
    changed[`xaxis${x.slice(1)}`].anchor ??= own;
    return { ...trace, xaxis: x, yaxis: own };
  });
  changed.annotations = (layout.annotations ?? []).map((note) => {
    if (note.yref !== "paper") return note;
    if (note.xref !== "paper") return { ...note, y: up(parts[note.xref ?? "x"] ?? 0, note.y) };
    const part = partAt(note.x);
    return { ...note, x: leftOf(part) + wide / 2, y: up(part, note.y) };
  });
  changed.shapes = (layout.shapes ?? []).map((shape) => (shape.yref !== "paper" ? shape
    : { ...shape, ...Object.fromEntries(["y0", "y1"].map((end) => [end, up(parts[shape.xref ?? "x"] ?? 0, shape[end])])) }));
  return { ...figure, data: traces, layout: changed };
}
