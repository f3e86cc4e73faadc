// The list of pages at a narrow window, as a screen reader knows a list.

const SECTIONS = '[data-testid="stSidebarNavItems"] > div';

/** Streamlit lays a section's pages in a box within the list, where only items may stand. */
export function mendSections() {
  const mend = () => {
    for (const section of document.querySelectorAll(`${SECTIONS}:not([role])`)) {
      section.setAttribute("role", "listitem");
    }
    for (const page of document.querySelectorAll(`${SECTIONS} > li:not([role])`)) {
      page.setAttribute("role", "none");
    }
  };
  new MutationObserver(mend).observe(document.body, { childList: true, subtree: true });
  mend();
}
