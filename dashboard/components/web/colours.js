// Colours: how much they stand out, and shades of them that do.

export const SHAPE = 3, TEXT = 4.5; // least contrast of lines and marks, and of text (WCAG 2)
const STEP = 0.04;

/** `[red, green, blue, alpha]` of #rgb, #rrggbb, #rrggbbaa, rgb(…) or rgba(…). */
export function parts(colour) {
  if (!colour.startsWith("#")) {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return [r, g, b, a];
  }
  const digits = colour.length < 6 ? [...colour.slice(1)].map((d) => d + d).join("") : colour.slice(1);
  const part = (at) => parseInt(digits.slice(at, at + 2), 16);
  return [part(0), part(2), part(4), digits.length === 8 ? part(6) / 255 : 1];
}

/** Whether a colour is written in a way that `parts` can read. */
export const isPlain = (colour) => typeof colour === "string" && /^(#|rgba?\()/.test(colour);

/** `share` of `one` and the rest of `other`. */
export function mixed(one, other, share) {
  const [a, b] = [parts(one), parts(other)];
  return `rgb(${[0, 1, 2].map((at) => Math.round(a[at] * share + b[at] * (1 - share))).join(",")})`;
}

/** What is seen of a colour that lets `paper` through. */
export function opaque(colour, paper, opacity = 1) {
  return mixed(colour, paper, parts(colour)[3] * opacity);
}

export function translucent(colour, opacity) {
  const [r, g, b, a] = parts(colour);
  return `rgba(${r},${g},${b},${a * opacity})`;
}

/** Contrast of two colours as WCAG 2 defines it, from 1 to 21. */
export function contrast(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour) {
  const [r, g, b] = parts(colour).slice(0, 3).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** `colour`, moved towards the ink until it stands out from the paper. */
export function legible(colour, { ink, paper }, least = SHAPE) {
  if (!isPlain(colour)) return colour;
  let found = colour;
  for (let share = STEP; contrast(found, paper) < least && share < 1; share += STEP) {
    found = mixed(ink, colour, share);
  }
  return found;
}

/** The palest shade of `colour` that still stands out from the paper as a line must. */
export function pale(colour, look) {
  const strong = legible(colour, look);
  let found = strong;
  for (let share = STEP; share < 1; share += STEP) {
    const paler = mixed(look.paper, strong, share);
    if (contrast(paler, look.paper) < SHAPE) return found;
    found = paler;
  }
  return found;
}

/** Black or white, whichever is easier to read on `ground`. */
export const onColour = (ground) =>
  (contrast("#000000", ground) >= contrast("#ffffff", ground) ? "#000000" : "#ffffff");

/** The colour at a share of a scale of `[share, "#rrggbb"]`. */
export function colourOf(scale, reversed, share) {
  const place = Math.min(Math.max(reversed ? 1 - share : share, 0), 1);
  const after = Math.max(1, scale.findIndex(([at]) => at >= place));
  const [[from, one], [to, two]] = [scale[after - 1], scale[after]];
  return mixed(two, one, (place - from) / (to - from));
}
