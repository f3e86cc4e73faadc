// The moment of a run in the address: a link leads to it, and the address follows what is shown.
// Within a lesson the card says which moment is shown.

const inFolder = () => Boolean(window.kdcoreFolder); // of static pages: there it stands behind the sign #

const parameters = () => new URLSearchParams(inFolder() ? location.hash.slice(1) : location.search);

const opened = (window.__kdOpened ??= { asked: parameters() }); // what the page was opened with

/** The position that the opened link names for this run, once; null where it names none. */
export function momentAsked(run) {
  const { asked } = opened;
  const named = asked?.get("run"); // an id, the beginning of one, or "last"
  if (!named || asked.has("lesson") || !(named === "last" || run.startsWith(named))) return null;
  opened.asked = null;
  const position = Number(asked.get("epoch") || NaN);
  return position >= 0 && Number.isFinite(position) ? position : null;
}

/** Address of the page that is shown, at a position of a run. */
export function linkTo(run, position) {
  const asked = parameters();
  for (const name of ["lesson", "card"]) asked.delete(name);
  asked.set("run", run);
  asked.set("epoch", short(position));
  return addressOf(asked);
}

/** Let the address say the position that is shown, or with null none; only where it names the run. */
export function writeMoment(run, position) {
  const asked = parameters();
  if (asked.get("run") !== run || asked.has("lesson")) return;
  const text = position === null ? null : short(position);
  if (asked.get("epoch") === text) return;
  if (text === null) asked.delete("epoch");
  else asked.set("epoch", text);
  history.replaceState(history.state, "", addressOf(asked));
}

const short = (position) => String(Number(position.toFixed(3)));

function addressOf(asked) {
  const address = new URL(location.href);
  address[inFolder() ? "hash" : "search"] = asked;
  return address.href;
}
