// From strokes to the pixels that a network takes, in the way of the data it has learned from.
//
// A stroke is a list of points [x, y] from 0 to 1, y downwards. As in MNIST (LeCun et al., 1998)
// the drawing is scaled into a box with its proportions kept, 20 × 20 of 28 × 28 pixels, and moved
// so that its centre of mass lies in the middle. Images of at most 16 pixels, such as those of
// scikit-learn's digits and of USPS, are filled from top to bottom instead, three quarters wide.
// The pen is as broad as in those data, whatever the size of the drawing.

const SMALL = 16; // pixels; up to this side a drawing fills the whole height
const EMPTY = { ink: 0 };

/** Widths in pixels of an image of `side` × `side`: of the box a drawing fits into, and the pen. */
export function geometry(side) {
  return side <= SMALL
    ? { width: 0.75 * side, height: side, pen: (1.4 * side) / 8 }
    : { width: (20 * side) / 28, height: (20 * side) / 28, pen: (2.5 * side) / 28 };
}

/**
 * Grey values 0…1, row by row, of a drawing.
 *
 * @param strokes as above
 * @param height of the image in pixels
 * @param width likewise
 * @param angle by which it is turned clockwise, in degrees
 * @param thickness of the pen, 1 is usual
 * @param noise standard deviation of what is added to every pixel
 * @param seed of the noise: the same one, the same noise
 * @returns {pixels: Float32Array, ink}: ink is the sum of the pixels before noise
 */
export function drawingPixels(strokes, { height, width, angle = 0, thickness = 1, noise = 0, seed = 1 }) {
  const pixels = new Float32Array(height * width);
  const points = strokes.flat();
  if (!points.length) return { pixels, ...EMPTY };
  const side = Math.min(height, width);
  const box = geometry(side);
  const radius = (box.pen * thickness) / 2;
  const placed = scaled(turned(strokes, angle), box, radius);

  // rasterised once in a wide field to find the centre of mass, then where it belongs
  const field = { height: 3 * height, width: 3 * width };
  const first = rasterise(moved(placed, field.width / 2, field.height / 2), field, radius);
  const mass = centreOfMass(first, field.width);
  const middle = [field.width / 2 - mass[0], field.height / 2 - mass[1]];
  const shift = keptInside(placed, middle, { height, width }, radius);
  const found = rasterise(
    moved(placed, width / 2 + shift[0], height / 2 + shift[1]), { height, width }, radius);
  const ink = found.reduce((sum, value) => sum + value, 0);
  const random = generator(seed);
  found.forEach((value, at) => {
    const extra = noise ? noise * normal(random) : 0;
    pixels[at] = Math.min(Math.max(value + extra, 0), 1);
  });
  return { pixels, ink };
}

/** Centre of mass [x, y] of grey values in rows of `width`; a pixel's middle is at its half. */
export function centreOfMass(pixels, width) {
  let [sum, x, y] = [0, 0, 0];
  pixels.forEach((value, at) => {
    sum += value;
    x += value * ((at % width) + 0.5);
    y += value * (Math.floor(at / width) + 0.5);
  });
  return [x / sum, y / sum];
}

function turned(strokes, angle) {
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  return strokes.map((stroke) => stroke.map(([x, y]) => [x * cos - y * sin, x * sin + y * cos]));
}

/** The strokes in pixels around 0, as large as the box allows; a mere dot stays a dot. */
function scaled(strokes, box, radius) {
  const { left, right, top, bottom } = extent(strokes);
  const room = [Math.max(box.width - 2 * radius, 1), Math.max(box.height - 2 * radius, 1)];
  const scale = Math.min(room[0] / (right - left || 1e-9), room[1] / (bottom - top || 1e-9));
  const usual = Math.min(scale, 40 * Math.max(box.width, box.height));
  return strokes.map((stroke) => stroke.map(([x, y]) =>
    [(x - (left + right) / 2) * usual, (y - (top + bottom) / 2) * usual]));
}

function extent(strokes) {
  const points = strokes.flat();
  const of = (axis, best) => points.reduce((found, point) => best(found, point[axis]), points[0][axis]);
  return { left: of(0, Math.min), right: of(0, Math.max), top: of(1, Math.min),
    bottom: of(1, Math.max) };
}

const moved = (strokes, dx, dy) =>
  strokes.map((stroke) => stroke.map(([x, y]) => [x + dx, y + dy]));

/** The shift, or as much of it as leaves all ink inside the image where that is possible. */
function keptInside(strokes, shift, { height, width }, radius) {
  const { left, right, top, bottom } = extent(strokes);
  const within = (value, low, high, size) => {
    const [least, most] = [radius - size / 2 - low, size / 2 - radius - high];
    return least > most ? (least + most) / 2 : Math.min(Math.max(value, least), most);
  };
  return [within(shift[0], left, right, width), within(shift[1], top, bottom, height)];
}

/** How much of each pixel a round pen covers, by the distance of its middle from the line. */
function rasterise(strokes, { height, width }, radius) {
  const pixels = new Float32Array(height * width);
  for (const stroke of strokes) {
    const segments = stroke.length > 1
      ? stroke.slice(1).map((end, at) => [stroke[at], end]) : [[stroke[0], stroke[0]]];
    for (const [from, to] of segments) cover(pixels, { height, width }, from, to, radius);
  }
  return pixels;
}

function cover(pixels, { height, width }, [x0, y0], [x1, y1], radius) {
  const reach = radius + 0.5;
  const rows = span(Math.min(y0, y1) - reach, Math.max(y0, y1) + reach, height);
  const columns = span(Math.min(x0, x1) - reach, Math.max(x0, x1) + reach, width);
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length = dx * dx + dy * dy;
  for (let row = rows[0]; row < rows[1]; row++) {
    for (let column = columns[0]; column < columns[1]; column++) {
      const [x, y] = [column + 0.5 - x0, row + 0.5 - y0];
      const along = length ? Math.min(Math.max((x * dx + y * dy) / length, 0), 1) : 0;
      const distance = Math.hypot(x - along * dx, y - along * dy);
      const covered = Math.min(Math.max(reach - distance, 0), 1);
      const at = row * width + column;
      if (covered > pixels[at]) pixels[at] = covered;
    }
  }
}

const span = (low, high, size) =>
  [Math.max(Math.floor(low), 0), Math.min(Math.ceil(high) + 1, size)];

/** Even random numbers 0…1 by a seed (mulberry32). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** A normal random number (Box–Muller). */
const normal = (random) =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
