// Heat maps by keyboard: arrows move a cursor from cell to cell, Enter chooses.

import { filled, plain } from "./number_format.js";

const within = (at, count) => Math.min(Math.max(at, 0), count - 1);

/**
 * @param plot the element that takes the focus
 * @param status a live region: for the value of the cell
 * @param moved called with the `customdata` of the cell to which the cursor moved, or with null
 *   where it is gone; then the chart is drawn anew, with `shapes()`
 * @param choose called with the cell's `customdata` on Enter
 * @returns {update(traces, layout), shapes(look), hover(Plotly)}
 */
export function mapKeys(plot, status, { moved, choose }) {
  let maps = []; // those of the traces that are drawn
  let cell = null; // {map, row, column}
  let hovering = false;

  function go(event) {
    if (maps.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return leave();
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (cell) choose(dataOf(cell));
      return;
    }
    if (!/^(Arrow(Up|Down|Left|Right)|PageUp|PageDown|Home|End)$/.test(event.key)) return;
    event.preventDefault();
    cell = cell ? step(event.key) : enter();
    moved(dataOf(cell));
  }

  const dataOf = ({ map, row, column }) => maps[map].trace.customdata?.[row][column] ?? null;

  /** The cell at the top left. */
  function enter() {
    const [{ trace, fromTop }] = maps;
    return { map: 0, row: fromTop ? 0 : trace.z.length - 1, column: 0 };
  }

  function step(key) {
    const { trace, fromTop } = maps[cell.map];
    const columns = trace.z[0].length;
    const down = fromTop ? 1 : -1;
    const move = {
      ArrowUp: { row: cell.row - down }, ArrowDown: { row: cell.row + down },
      ArrowLeft: cell.column > 0 || cell.map === 0 ? { column: cell.column - 1 } : { map: cell.map - 1, column: Infinity },
      ArrowRight: cell.column + 1 < columns || cell.map + 1 === maps.length
        ? { column: cell.column + 1 } : { map: cell.map + 1, column: 0 },
      Home: { column: 0 }, End: { column: columns - 1 },
      PageUp: { map: cell.map - 1 }, PageDown: { map: cell.map + 1 },
    }[key];
    const next = { ...cell, ...move };
    next.map = within(next.map, maps.length);
    const { z } = maps[next.map].trace;
    return { map: next.map, row: within(next.row, z.length), column: within(next.column, z[0].length) };
  }

  function leave() {
    if (!cell) return;
    cell = null;
    status.textContent = "";
    moved(null);
  }
  plot.addEventListener("keydown", go);
  plot.addEventListener("blur", leave);

  return {
    /** The traces as they are drawn now; returns whether there is a map among them. */
    update(traces, layout) {
      maps = traces.map((trace, at) => ({ trace, at, fromTop: isReversed(layout, trace.yaxis ?? "y") }))
        .filter(({ trace }) => trace.type === "heatmap" && trace.visible !== false);
      if (cell && !maps[cell.map]) cell = null;
      return maps.length > 0;
    },
    /** The cursor, for the layout. */
    shapes: (look) => (cell ? cursor(maps[cell.map].trace, cell, look) : []),
    /** Show and say the value of the cell. */
    hover(Plotly) {
      if (!cell) {
        if (hovering) Plotly.Fx.unhover(plot);
        hovering = false;
        return;
      }
      hovering = true;
      const { trace, at } = maps[cell.map];
      const [xval, yval] = placeOf(trace, cell);
      Plotly.Fx.hover(plot, [{ curveNumber: at, xval, yval }], [(trace.xaxis ?? "x") + (trace.yaxis ?? "y")]);
      const text = textOf(trace, cell);
      if (status.textContent !== text) status.textContent = text;
    },
  };
}

function isReversed(layout, ref) {
  const { autorange, range } = layout[`yaxis${ref.slice(1)}`] ?? {};
  return autorange === "reversed" || (range && range[0] > range[1]);
}

const placeOf = ({ x, y }, { row, column }) => [x?.[column] ?? column, y?.[row] ?? row];

/** A frame around the cell, light outside and dark inside, to be seen on every colour. */
function cursor(trace, cell, look) {
  const { xaxis = "x", yaxis = "y" } = trace;
  const [across, up] = placeOf(trace, cell);
  const frame = (color, width) => ({
    type: "rect", xref: xaxis, yref: yaxis, x0: across - 0.5, x1: across + 0.5, y0: up - 0.5, y1: up + 0.5,
    line: { color, width }, fillcolor: "rgba(0,0,0,0)",
  });
  return [frame(look.paper, 6), frame(look.ink, 3)];
}

/** The text of a cell: the same as at the pointer. */
function textOf(trace, { row, column }) {
  return plain(filled(trace.hovertemplate, {
    customdata: trace.customdata?.[row][column], text: plain(trace.text?.[row][column]), z: trace.z[row][column],
    x: column, y: row,
  }));
}
