// Files to download and texts to copy; nothing leaves the machine.

import { element } from "./dom.js";

const LATER = 10_000; // milliseconds until a downloaded file's memory is given back

/** Let the browser save `content` (text or a Blob) as a file. */
export function saveFile(name, content, type) {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const href = URL.createObjectURL(blob);
  element("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), LATER);
}

/** Put text onto the clipboard; false where the browser does not let us. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** The same for a picture. */
export async function copyPicture(blob) {
  try {
    await navigator.clipboard.write([new ClipboardItem({ [blob.type]: blob })]);
    return true;
  } catch {
    return false;
  }
}

/** Where the page comes from another computer without https, only a selection can be copied. */
function copyBySelection(text) {
  const area = element("textarea", { readonly: "", style: "position:fixed;opacity:0" });
  area.value = text;
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return copied;
}
