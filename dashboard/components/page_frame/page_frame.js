// What belongs to the page as a whole: its language, its keys, its history, its focus.

import { stylesheet } from "./dom.js";
import { keepFocus } from "./page_focus.js";
import { installKeys } from "./page_keys.js";
import { mendSections } from "./page_sections.js";
import { announceStatus } from "./page_status.js";

const frame = (window.__kdFrame ??= {});

/** Take over the page's language, its keys and Streamlit's own words; listeners come once. */
export function mount(_, { language, keys, list, words, streamlit }) {
  const { style } = document.documentElement;
  document.documentElement.lang = language;
  for (const [name, text] of Object.entries(streamlit)) {
    style.setProperty(`--text-${name}`, JSON.stringify(text));
  }
  installKeys(keys, list, words);
  keepFocus();
  announceStatus();
  if (frame.installed) return;
  frame.installed = true;
  stylesheet("controls.css");
  keepOneEntryAPage();
  mendSections();
}

/**
 * A change of the settings does not make an entry of the browser's history: "back" leads to the
 * page before, not to the slider's place before.
 */
function keepOneEntryAPage() {
  const push = history.pushState.bind(history);
  history.pushState = (state, title, address) => {
    const same = address && new URL(address, location.href).pathname === location.pathname;
    if (same) history.replaceState(state, title, address);
    else push(state, title, address);
  };
}
