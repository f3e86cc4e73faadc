// A note that is being written and not saved yet: kept in the browser's tab, by run, so that it is there
// again on another page and after the page was loaded anew.

const place = (run) => `kdcore-note-${run}`;

/** `{ id, isNew, at, text }` as they were kept, or null. */
export function draftOf(run) {
  try {
    const draft = JSON.parse(sessionStorage.getItem(place(run)));
    return draft?.text ? draft : null;
  } catch { // storage may be switched off, or hold something else
    return null;
  }
}

/** Keep a draft; null forgets it. */
export function keepDraft(run, draft) {
  try {
    if (draft) sessionStorage.setItem(place(run), JSON.stringify(draft));
    else sessionStorage.removeItem(place(run));
  } catch { /* then it is lost with the page */ }
}
