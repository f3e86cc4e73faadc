// Where somebody stopped in a lesson, and what was predicted: kept in the browser.

const place = (lesson) => `kdcore-lesson-${lesson}`;

/** `{ card, done, chosen }`: the card, which were completed, and the option chosen by card. */
export function progressOf(lesson) {
  const empty = { card: 0, done: [], chosen: {} };
  try {
    return { ...empty, ...JSON.parse(localStorage.getItem(place(lesson))) };
  } catch { // storage may be switched off, or hold something else
    return empty;
  }
}

export function keepProgress(lesson, progress) {
  try {
    localStorage.setItem(place(lesson), JSON.stringify(progress));
  } catch { /* then it is forgotten with the page */ }
}
