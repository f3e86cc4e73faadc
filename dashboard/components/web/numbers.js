// Numbers behind the interactive components: pure functions on flat typed arrays.
// Legend of shapes: W watched examples, C classes; a table [W, C] is flat, row by row.

export const LOWEST_TEMPERATURE = 0.5;
export const HIGHEST_TEMPERATURE = 20;
export const LOG_FLOOR = 1e-4; // darkest colour of the logarithmic scale

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Base64 of little-endian numbers → typed array of `Kind` (Float32Array, Int32Array, …). */
export function decode(text, Kind) {
  return new Kind(bytes(text).buffer);
}

/** softmax(z/T) of each row of `logits` [W, C], written into `out` of the same length. */
export function softmax(logits, classes, temperature, out = new Float32Array(logits.length)) {
  for (let start = 0; start < logits.length; start += classes) {
    let highest = -Infinity;
    for (let c = start; c < start + classes; c++) highest = Math.max(highest, logits[c]);
    let sum = 0;
    for (let c = start; c < start + classes; c++) {
      out[c] = Math.exp((logits[c] - highest) / temperature);
      sum += out[c];
    }
    for (let c = start; c < start + classes; c++) out[c] /= sum;
  }
  return out;
}

/** Entropy of one answer in nats. */
export function entropy(probabilities) {
  let sum = 0;
  for (const p of probabilities) if (p > 0) sum -= p * Math.log(p);
  return sum;
}

/** KL(p ‖ q) of one answer in nats; a q of 0 counts as 1e-12. */
export function divergence(p, q) {
  let sum = 0;
  for (let c = 0; c < p.length; c++) {
    if (p[c] > 0) sum += p[c] * Math.log(p[c] / Math.max(q[c], 1e-12));
  }
  return Math.max(sum, 0);
}

/** Row `index` of a table [W, C], without a copy. */
export const row = (table, index, classes) =>
  table.subarray(index * classes, (index + 1) * classes);

/** `measure(row)` for every row of a table [W, C]. */
export function eachRow(table, classes, measure) {
  const count = table.length / classes;
  return Float32Array.from({ length: count }, (_, w) => measure(row(table, w, classes), w));
}

/** Classes of one answer, most probable first. */
export const ranking = (answer) =>
  Array.from(answer.keys()).sort((a, b) => answer[b] - answer[a]);

/** How many times likelier the first answer is than the second. */
export function topTwoRatio(answer) {
  const [first, second] = ranking(answer);
  return answer[first] / answer[second];
}

/** Mean answer per true class, [C, C] (rows: true class); NaN where a class has no example. */
export function meanByClass(table, labels, classes) {
  const mean = new Float32Array(classes * classes);
  const count = new Float32Array(classes);
  labels.forEach((label, w) => {
    count[label] += 1;
    for (let c = 0; c < classes; c++) mean[label * classes + c] += table[w * classes + c];
  });
  return mean.map((sum, at) => sum / count[Math.floor(at / classes)]);
}

/** Pearson correlation of two [C, C] tables off the diagonal; NaN where one is constant or two numbers are all. */
export function offDiagonalCorrelation(first, second, classes) {
  const off = [...first.keys()].filter(
    (at) => at % (classes + 1) !== 0 && Number.isFinite(first[at]) && Number.isFinite(second[at]),
  );
  if (off.length < 3) return NaN; // of two numbers it is 1 or −1 whatever they are
  const mean = (table) => off.reduce((sum, at) => sum + table[at], 0) / off.length;
  const [a, b] = [mean(first), mean(second)];
  const sum = (term) => off.reduce((total, at) => total + term(at), 0);
  const together = sum((at) => (first[at] - a) * (second[at] - b));
  return together / Math.sqrt(sum((at) => (first[at] - a) ** 2) * sum((at) => (second[at] - b) ** 2));
}

/** Rows of logits [W, C], most ambiguous first: smallest lead of the first answer. */
export function byAmbiguity(logits, classes) {
  const lead = eachRow(logits, classes, (answer) => {
    const [first, second] = ranking(answer);
    return answer[first] - answer[second];
  });
  return [...lead.keys()].sort((a, b) => lead[a] - lead[b]);
}

/** Temperature at a share 0…1 of the logarithmic axis, and back. */
export const temperatureAt = (share) =>
  LOWEST_TEMPERATURE * (HIGHEST_TEMPERATURE / LOWEST_TEMPERATURE) ** share;
export const shareOf = (temperature) =>
  Math.log(temperature / LOWEST_TEMPERATURE) / Math.log(HIGHEST_TEMPERATURE / LOWEST_TEMPERATURE);

/** Place 0…1 of a probability on the colour scale, `linear` or `log`. */
export function shade(probability, scale) {
  if (scale === "linear") return probability;
  return 1 - Math.log(Math.max(probability, LOG_FLOOR)) / Math.log(LOG_FLOOR);
}

// Viridis (matplotlib, CC0) at 16 even steps; between them the colours are blended linearly.
const VIRIDIS = [
  [68, 1, 84], [72, 26, 108], [71, 47, 125], [65, 68, 135], [57, 86, 140], [49, 104, 142],
  [42, 120, 142], [35, 136, 142], [31, 152, 139], [34, 168, 132], [53, 183, 121], [84, 197, 104],
  [122, 209, 81], [165, 219, 54], [210, 226, 27], [253, 231, 37],
];

/** Colours [256, 3] from dark to bright. */
export const COLOURS = Uint8Array.from({ length: 256 * 3 }, (_, at) => {
  const place = (Math.floor(at / 3) / 255) * (VIRIDIS.length - 1);
  const below = Math.min(Math.floor(place), VIRIDIS.length - 2);
  const [from, to] = [VIRIDIS[below][at % 3], VIRIDIS[below + 1][at % 3]];
  return Math.round(from + (to - from) * (place - below));
});

/** A share as text: `93.1%`, `4e-5`-like values as `<0.1%`. */
export function percent(share) {
  if (share >= 0.9995) return "100%";
  if (share < 0.0005) return share === 0 ? "0%" : "<0.1%";
  return `${(share * 100).toFixed(1)}%`;
}

/** A number with so many decimals and a true minus sign. */
export const fixed = (value, digits) => value.toFixed(digits).replace("-", "−");

/** A number with about three digits; above a million as a power of ten. */
export function short(value) {
  if (!Number.isFinite(value)) return "–";
  if (value >= 1e6) return `10${superscript(Math.round(Math.log10(value)))}`;
  if (value >= 1000) return Math.round(value).toLocaleString("en").replace(",", "\u202f");
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** An exponent in raised digits. */
export const superscript = (exponent) =>
  [...String(exponent)].map((sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign] ?? "⁻").join("");
