// Where one is in the folder: page, run, language, lesson and settings, all in the address.

/**
 * @param hash of the address, with or without its sign
 * @param known `{ pages, runs, languages }`: the allowed names, the first is the usual one
 * @returns `{ page, run, lang, lesson, card, bins, calibrated, bias, projector, chart }`; `bins` and
 *   `bias` are null for the usual number, `chart` is the one that projector mode shows, "" the first
 */
export function placeOf(hash, { pages, runs, languages }) {
  const asked = new URLSearchParams(hash.replace(/^#/, ""));
  const one = (name, allowed) => (allowed.includes(asked.get(name)) ? asked.get(name) : allowed[0]);
  const number = (name) => (/^-?\d+(\.\d+)?$/.test(asked.get(name) ?? "") ? Number(asked.get(name)) : null);
  return {
    page: one("page", pages), run: one("run", runs), lang: one("lang", languages),
    lesson: asked.get("lesson") ?? "", card: Math.max(Math.floor(number("card") ?? 1), 1),
    bins: number("bins"), calibrated: asked.get("calibrated") === "1", bias: number("bias"),
    projector: asked.get("projector") === "1", chart: asked.get("chart") ?? "",
  };
}

/** The hash of a place; what is as usual is left out. */
export function hashOf({ page, run, lang, lesson, card, bins, calibrated, bias, projector, chart }) {
  const said = { page, run, lang, ...(lesson ? { lesson, card } : {}), ...(bins ? { bins } : {}),
    ...(calibrated ? { calibrated: 1 } : {}), ...(bias ? { bias } : {}),
    ...(projector ? { projector: 1 } : {}), ...(projector && chart ? { chart } : {}) };
  return `#${new URLSearchParams(said)}`;
}
