// Which page is shown, with which query, without what is a viewer's own or goes along otherwise.

const NOT_SHARED = ["lang", "projector", "lecturer", "chart", "epoch"];

export const pageShown = () => location.pathname.split("/").pop() || "start";

export function queryShown() {
  const kept = [...new URLSearchParams(location.search)]
    .filter(([name]) => !NOT_SHARED.includes(name) && !name.startsWith("embed"));
  return Object.fromEntries(kept.sort(([one], [other]) => (one < other ? -1 : 1)));
}
