// Notes that are pinned to moments of a run: marks on the scrubber, the text where one is, and a panel
// in which they are written, found, changed and deleted.

import { post } from "./ask.js";
import { drawing, element, isTyping, say } from "./dom.js";
import { linkTo } from "./moment_address.js";
import { draftOf, keepDraft } from "./note_draft.js";

const NEAR = 0.015; // share of the time axis within which a note belongs to the moment shown
const STAY = { preventScroll: true }; // the bar is always in sight, whatever it lies over
const LONGEST = 1000; // characters, as the store has it

/**
 * @param run its view
 * @param track what the scrubber moves along
 * @param annotate whether notes can be written; null where there is nobody who could keep them
 * @param words of the transport bar
 * @param nameOf the words for a position
 * @returns the elements `button`, `panel`, `bubble`; `marks(share)` for the time axis; `at(position)`,
 *   the text of the note there; `show()` to draw what depends on the moment
 */
export function momentNotes(run, track, { annotate, words, nameOf }, signal) {
  let at = 0; // moment of the note that is being written
  let id = ""; // of the note that is being written
  let isNew = true;

  const shown = () => run.cursor ?? run.newest;
  const isOpen = () => !panel.hidden;

  // ------------------------------------------------------------------------------ what is seen

  const count = element("span", { class: "kd-note-count" });
  const button = element("button", {
    type: "button", class: "kd-transport-button kd-note-button", "data-testid": "notes",
    "aria-expanded": "false", title: words.notes_help, onclick: () => (isOpen() ? close() : open()),
  }, drawing("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" },
    drawing("path", { d: "M2 2h12v8.5l-3.5 3.5H2z M14 10.5h-3.5V14 M5 5.5h6 M5 8.5h4" })), count);

  const label = element("span", {});
  const field = element("textarea", {
    rows: 2, maxlength: LONGEST, placeholder: words.note_hint, "data-testid": "note-text",
    oninput: () => {
      save.disabled = !field.value.trim();
      keepDraft(run.run, save.disabled ? null : { id, isNew, at, text: field.value });
    },
    onkeydown: (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      save.click();
    },
  });
  const save = element("button", { type: "button", class: "kd-transport-button", "data-testid": "note-save",
    title: words.note_save_help, onclick: keep }, words.note_save);
  const cancel = element("button", { type: "button", class: "kd-transport-button",
    onclick: () => begin(field) }, words.note_cancel);
  const said = element("p", { class: "kd-note-said", role: "status" });
  const form = annotate
    ? element("div", { class: "kd-note-form" }, element("label", {}, label, field),
      element("div", { class: "kd-note-row" }, save, cancel))
    : element("p", { class: "kd-caption" }, annotate === null ? "" : words.notes_read_only);
  const list = element("ol", { class: "kd-note-list", "data-testid": "note-list" });
  const panel = element("div", {
    class: "kd-note-panel", role: "dialog", "aria-label": words.notes, tabindex: -1, hidden: true,
    "data-testid": "note-panel", onkeydown: (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
    },
  }, element("div", { class: "kd-note-row kd-note-head" }, element("b", {}, words.notes),
    element("button", { type: "button", class: "kd-transport-button", "aria-label": words.note_close,
      title: words.note_close, onclick: () => close() }, "×")), form, said, list);
  const bubble = element("p", { class: "kd-note-bubble", "data-testid": "note-bubble", dir: "auto" });

  function line(note) {
    const name = nameOf(note.position);
    const act = (word, testid, onclick) => element("button", { type: "button", class: "kd-note-act",
      "data-testid": testid, "aria-label": `${word}: ${name}`, onclick }, word);
    return element("li", { "data-note": note.id }, element("a", {
      href: linkTo(run.run, note.position), "data-testid": "note-jump", onclick: (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        jump(note);
      } }, name), element("p", { dir: "auto" }, note.text),
    ...(annotate ? [element("div", { class: "kd-note-row" },
      act(words.note_edit, "note-edit", () => edit(note)),
      act(words.note_delete, "note-delete", () => remove(note)))] : []));
  }

  function showList() {
    const focused = list.contains(document.activeElement) && document.activeElement;
    const from = focused && focused.closest("li").dataset.note;
    const what = focused?.dataset?.testid;
    list.replaceChildren(...run.notes.map(line));
    if (from) list.querySelector(`[data-note="${from}"] [data-testid="${what}"]`)?.focus(STAY);
    count.textContent = run.notes.length || "";
    button.setAttribute("aria-label", say(words.notes_count, { count: run.notes.length }));
    button.hidden = annotate === null && !run.notes.length;
  }

  /** The notes that belong to a position: those at the nearest place, where that is near. */
  function near(position) {
    const away = (note) => Math.abs(note.position - position);
    const least = Math.min(...run.notes.map(away));
    if (least > Math.max(run.newest * NEAR, 1e-3)) return [];
    return run.notes.filter((note) => away(note) === least);
  }

  const textAt = (position) => near(position).map(({ text }) => text).join("\n");

  function show() {
    const text = run.cursor === null || isOpen() ? "" : textAt(run.cursor);
    bubble.textContent = text;
    bubble.hidden = !text;
    if (text && bubble.parentElement) {
      const { offsetLeft, offsetWidth } = track;
      const middle = offsetLeft + (offsetWidth * run.cursor) / run.newest;
      const room = bubble.parentElement.clientWidth - bubble.offsetWidth;
      bubble.style.left = `${Math.max(Math.min(middle - bubble.offsetWidth / 2, room), 0)}px`;
    }
    if (isNew && !field.value) at = shown(); // with the first letter it stays
    label.textContent = say(isNew ? words.note_new : words.note_changed, { epoch: nameOf(at) });
  }

  // they are drawn anew at each look, and a click needs one that stays
  const marks = (share) => run.notes.map((note) => element("i", {
    class: "kd-note-mark", style: `left:${share(note.position)}`, title: note.text,
    "data-testid": "note-mark", onpointerdown: () => jump(note) }));

  // ---------------------------------------------------------------------------- what happens

  function open() {
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    if (!field.value) begin();
    show();
    (annotate ? field : panel).focus(STAY);
  }

  function close() {
    panel.hidden = true;
    button.setAttribute("aria-expanded", "false");
    show();
    button.focus(STAY);
  }

  /** An empty field for a new note at the moment shown; what gets the focus then. */
  function begin(focused) {
    [id, isNew, at] = [newId(), true, shown()];
    fill("");
    tell();
    focused?.focus(STAY);
  }

  function edit(note) {
    [id, isNew, at] = [note.id, false, note.position];
    fill(note.text);
    tell();
    field.focus(STAY);
  }

  /** What was typed on another page and not saved; whether there is any. */
  function takeUp() {
    const draft = annotate ? draftOf(run.run) : null;
    if (!draft) return false;
    [id, isNew, at] = [draft.id, draft.isNew, draft.at];
    fill(draft.text);
    keepDraft(run.run, draft);
    tell(words.note_unsaved);
    return true;
  }

  function fill(text) {
    keepDraft(run.run, null);
    field.value = text;
    save.disabled = !text;
    cancel.hidden = isNew;
    show();
  }

  function jump(note) {
    run.pause();
    run.setCursor(note.position);
  }

  /** Say how it went, with an undo where there is one. */
  function tell(text = "", undo = null) {
    said.replaceChildren(text, ...(undo ? [" ", element("button", { type: "button", class: "kd-note-act",
      "data-testid": "note-undo", onclick: undo }, words.note_undo)] : []));
  }

  /** Whether the app has kept the note; without a text it has deleted it. */
  async function send(note) {
    try {
      run.setNotes(await post(run.address("note"), note, signal));
      return true;
    } catch (error) {
      if (!signal.aborted) tell(error.code ? error.message : words.note_unreachable);
      return false;
    }
  }

  async function keep() {
    const text = field.value.trim();
    if (!text || save.disabled) return;
    field.focus(STAY); // a button that is disabled loses the focus, and Escape would reach nothing
    save.disabled = true;
    const kept = await send({ id, position: at, text });
    if (signal.aborted) return;
    save.disabled = false;
    if (!kept) return;
    begin(field);
    tell(words.note_kept);
  }

  async function remove(note) {
    if (!(await send({ ...note, text: "" }))) return;
    if (id === note.id) begin();
    tell(words.note_deleted, async () => {
      if (!(await send(note))) return;
      tell(words.note_back);
      list.querySelector(`[data-note="${note.id}"] a`)?.focus(STAY);
    });
    said.querySelector("button").focus(STAY);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "m" && event.key !== "M") return;
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.defaultPrevented || button.hidden || document.querySelector("dialog[open]")) return;
    event.preventDefault(); // or the letter would stand in the field
    open();
  }, { signal });
  run.on("notes", showList, signal);
  showList();
  if (!takeUp()) begin();
  return { button, panel, bubble, marks, at: textAt, show };
}

const newId = () =>
  [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
