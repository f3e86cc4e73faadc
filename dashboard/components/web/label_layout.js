// What has room beside what: widths of words, and a choice of those that do not lie on each other.

let canvas = null;

/** The size of a node's type in pixels, and the width of a text in it, at most in bold. */
export function measureText(node) {
  const { fontSize, fontFamily } = getComputedStyle(node);
  canvas ??= document.createElement("canvas").getContext("2d");
  const font = `700 ${fontSize} ${fontFamily}`;
  return {
    size: parseFloat(fontSize),
    width(text) {
      canvas.font = font;
      return canvas.measureText(text).width;
    },
  };
}

/** Of `order`, the most important first, those that no more important one collides with. */
export function withoutCollisions(order, collide) {
  const kept = [];
  for (const one of order) {
    if (!kept.some((other) => other === one || collide(one, other))) kept.push(one);
  }
  return new Set(kept);
}

/**
 * Move numbers of a width, each in the middle of its column, so far that they stay within a frame.
 * @returns where their middles are then
 */
export function keepWithin(numbers, width, frame) {
  const { left, right } = frame.getBoundingClientRect();
  const columns = numbers.map((number) => number.parentElement.getBoundingClientRect());
  return numbers.map((number, c) => {
    const middle = (columns[c].left + columns[c].right) / 2;
    const moved = Math.max(Math.min(middle, right - width / 2), left + width / 2);
    number.style.marginLeft = `${moved - middle}px`;
    return moved;
  });
}
