// Where somebody stopped in a lesson, and what was predicted: kept in the browser, for all its tabs.

const place = (lesson) => `kdcore-lesson-${lesson}`;

/** `{ card, done, chosen }`: the card, which were completed, and the option chosen by card. */
export function progressOf(lesson) {
  try {
    return usable(JSON.parse(localStorage.getItem(place(lesson))));
  } catch { // storage may be switched off, or hold something else
    return usable(null);
  }
}

export function keepProgress(lesson, progress) {
  try {
    localStorage.setItem(place(lesson), JSON.stringify(progress));
  } catch { /* then it is forgotten with the page */ }
}

/** Call `changed` whenever another tab has kept something of the lesson, until `signal`. */
export function watchProgress(lesson, changed, signal) {
  window.addEventListener("storage", ({ key }) => {
    if (key === place(lesson) || key === null) changed(progressOf(lesson));
  }, { signal });
}

/** What of a progress fits these cards, which may have been changed since. */
export function fitting({ card, done, chosen }, cards) {
  return {
    card: Math.min(card, cards.length - 1),
    done: done.filter((at) => at < cards.length && (!cards[at].predict || fits(chosen[at], cards[at]))),
    chosen: Object.fromEntries(Object.entries(chosen).filter(([at, option]) => fits(option, cards[at]))),
  };
}

const fits = (option, card) => Boolean(card?.predict) && option < card.options.length;

const isPlace = (value) => Number.isInteger(value) && value >= 0;

/** A progress, whatever was kept. */
function usable(kept) {
  const { card, done, chosen } = kept ?? {};
  return {
    card: isPlace(card) ? card : 0,
    done: Array.isArray(done) ? done.filter(isPlace) : [],
    chosen: Object.fromEntries(Object.entries(chosen ?? {}).filter(([, option]) => isPlace(option))),
  };
}
