// A chart as a picture to keep, with its title and legend.

import { parseSvg, picture } from "./picture.js";
import { withCellNumbers } from "./plot_cells.js";
import { legendEntries } from "./plot_legend.js";
import { inPageColours, inPageStyle, printedLook, withOutlines } from "./plot_look.js";
import { placeMarks } from "./plot_names.js";
import { squarePanels } from "./plot_stack.js";

const PLOT_HEIGHT = 560; // about, of a picture

/** A figure of Plotly as a picture; `hidden` names lines that were clicked away. */
export async function plotPicture(Plotly, figure, head, hidden) {
  const look = printedLook();
  const { data, layout } = squarePanels(figure, PLOT_HEIGHT, look);
  const traces = withOutlines(data.filter(({ name }) => !hidden.has(name)).map((trace) => inPageColours(trace, look)));
  return picture({ ...head, traces: legendEntries(traces) }, look, async (width, height) => {
    const page = inPageStyle(layout, look, width, height);
    placeMarks(page, look);
    const shown = withCellNumbers(traces, page, look);
    const text = await Plotly.toImage({ data: shown, layout: page },
      { format: "svg", width, height, imageDataOnly: true });
    return parseSvg(text);
  });
}

/** A surface as it is turned now. */
export function surfacePicture({ data, layout }, head, hidden, surface) {
  const look = printedLook();
  const traces = data.filter(({ name }) => !hidden.has(name));
  return picture({ ...head, traces: legendEntries(traces) }, look, (width, height) =>
    surface.drawn(traces, layout, look, width, height));
}
