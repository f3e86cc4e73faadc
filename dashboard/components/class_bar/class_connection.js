// While the connection is lost, Streamlit's notice of it lies over the page, in English: nobody could
// vote meanwhile. The line of the class says it too, in the viewer's language.

const NOTICE = "Connection error"; // Streamlit's heading, 1.67

/** Close that notice whenever it comes, while `signal` lasts. */
export function closeConnectionNotices(signal) {
  const close = () => {
    for (const dialog of document.querySelectorAll('[data-testid="stDialog"]')) {
      if (dialog.querySelector("h2")?.textContent !== NOTICE) continue;
      dialog.querySelector('button[aria-label="Close"]')?.click();
    }
  };
  const watch = new MutationObserver(close);
  watch.observe(document.body, { childList: true });
  signal.addEventListener("abort", () => watch.disconnect());
  close();
}
