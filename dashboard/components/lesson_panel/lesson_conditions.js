// Whether a card of a lesson is completed, and what came of a prediction: pure functions.

/** Whether the reading that a condition names fulfils it; one that is not known does not. */
export function holds({ reading, bound, value }, readings) {
  const found = readings[reading];
  if (found === undefined || found === null) return false;
  if (bound === "at_least") return Number(found) >= value;
  if (bound === "at_most") return Number(found) <= value;
  return typeof value === "number" ? Number(found) === value : String(found) === String(value);
}

/** Whether a card is completed, on the page `page`; one to be read alone never is by itself. */
export function isCompleted({ done, page }, readings) {
  if (!done) return false;
  return (done.reading === "page" || readings.page === page) && holds(done, readings);
}

/** Which option the measured value makes right: that of the range between the cuts; or null. */
export const outcome = ({ cuts }, value) =>
  (value === undefined || value === null ? null : cuts.filter((cut) => value >= cut).length);

/**
 * A text whose `{names}` are replaced by what was measured; what is not known yet by `unknown`.
 * A brace of the text itself is written twice.
 */
export const withMeasures = (text, measures, unknown) =>
  text.replace(/\{\{|\}\}|\{(\w+)\}/g, (found, name) =>
    (name === undefined ? found[0] : measures[name]?.text ?? unknown));
