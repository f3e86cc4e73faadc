// Whether the person at this page has just moved something on it, and what may be moved at all.

const CONTROLS = "button, a[href], input, select, textarea, label, summary, canvas, [role=slider],"
  + " [role=radio], [role=option], [role=tab], [role=switch], [role=listbox], [role=grid],"
  + " [role=button], [role=combobox], [tabindex='0'], .draglayer, .kd-surface";
const OWN = ".kd-class, .st-key-lang, .st-key-projector_button, dialog, [data-testid=stToast]"; // a viewer's own affair
const RECENT = 2500; // milliseconds for which what changes is taken for what a person did

const page = (window.__kdTouch ??= { last: -Infinity, closed: () => false, installed: false });

/** Whether what changes now is the person's own doing. */
export const touchedLately = () => performance.now() - page.last < RECENT;

/** Whether something was moved at this time or later, and lately. */
export const touchedSince = (time) => touchedLately() && page.last >= time;

/** Take no notice of what was done before. */
export const forgetTouch = () => (page.last = -Infinity);

/**
 * Watch over the controls; the listeners are installed once.
 * @param closed whether nothing may be moved now
 * @param refused called when somebody tried
 */
export function watchControls(closed, refused) {
  Object.assign(page, { closed, refused });
  if (page.installed) return;
  page.installed = true;
  for (const name of ["pointerdown", "mousedown", "click", "touchstart", "keydown", "input", "change"]) {
    document.addEventListener(name, notice, { capture: true, passive: false });
  }
}

function notice(event) {
  const { target, type } = event;
  if (!event.isTrusted || !target.closest || target.closest(OWN)) return;
  const control = target.closest(CONTROLS);
  if (type === "keydown" && !moves(event, control)) return;
  if (!control && type !== "keydown") return;
  if (!page.closed()) {
    page.last = performance.now();
    return;
  }
  // a finger that scrolls may begin anywhere but on a slider
  if (type === "touchstart" && !control.matches("input[type=range], [role=slider]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (["click", "touchstart", "keydown"].includes(type)) page.refused();
}

/** Keys that press or move something; those that read and scroll do not. */
function moves({ key, ctrlKey, metaKey, altKey }, control) {
  if (ctrlKey || metaKey || altKey) return false;
  if (["Enter", " "].includes(key)) return Boolean(control);
  if (key.startsWith("Arrow") || ["Home", "End", "PageUp", "PageDown"].includes(key)) {
    return Boolean(control?.matches("input, select, [role=slider], [role=radio], [role=option], [role=listbox], [role=grid]"));
  }
  return key.length === 1 && key !== "?" && key.toLowerCase() !== "p";
}
