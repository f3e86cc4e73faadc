// Numbers as the charts' own formats ask for them: the part of d3-format that the charts use.

const SPEC = /^(\+?)(,?)(?:\.(\d+))?(~?)([%fgde]?)$/;

/** `value` in the format `spec`, such as ".1%", "+.2f", "d" or ".3g"; text stays as it is. */
export function formatted(value, spec = "") {
  if (typeof value !== "number") return value ?? "";
  const [, sign, comma, digits, trim, kind] = SPEC.exec(spec) ?? [];
  const size = Math.abs(kind === "%" ? value * 100 : value);
  const places = digits === undefined ? undefined : Number(digits);
  let text = {
    "%": () => size.toFixed(places ?? 0), f: () => size.toFixed(places ?? 6),
    d: () => size.toFixed(0), e: () => size.toExponential(places ?? 3),
    g: () => String(Number(size.toPrecision(Math.max(places ?? 6, 1)))),
  }[kind]?.() ?? String(Number(size.toPrecision(4)));
  if (trim && text.includes(".")) text = text.replace(/\.?0+$/, "");
  if (comma) text = text.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const isZero = Number(text.replace(/,/g, "")) === 0;
  return `${value < 0 && !isZero ? "−" : sign}${text}${kind === "%" ? "%" : ""}`;
}

/** `%{y:.1%}` in a template → ".1%"; undefined where the value is not shown or has no format. */
export const formatIn = (template, name) =>
  template?.match(new RegExp(`%\\{${name}:([^}]+)\\}`))?.[1];

/** A template of Plotly's filled with the values of one point. */
export function filled(template, values) {
  return template.replace(/<extra>.*<\/extra>/, "").replace(
    /%\{(\w+)(?:\[(\d+)\])?(?::([^}]+))?\}/g,
    (_, name, at, spec) => formatted(at === undefined ? values[name] : values[name]?.[at], spec));
}

const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"' };

/** Text without the tags that Plotly understands. */
export const plain = (text = "") => String(text).replace(/<br\s*\/?>/g, " ").replace(/<[^>]*>/g, "")
  .replace(/&(lt|gt|amp|quot);/g, (entity) => ENTITIES[entity]).replace(/\s+/g, " ").trim();
