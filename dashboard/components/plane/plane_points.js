// Classes as colours and shapes, and points drawn with them on a plane.

// Tol's muted scheme (Paul Tol, Colour Schemes, 2021): told apart by the colour-blind, and none of
// them a colour of a learner.
export const CLASS_COLOURS = ["#cc6677", "#332288", "#ddaa33", "#117755", "#882255", "#88ccee",
  "#999933", "#aa4499"];
export const colourOfClass = (number) => CLASS_COLOURS[number % CLASS_COLOURS.length];
const SHAPES = [circle, square, triangle, diamond];
const EDGES = [["#1a1c24", 0.75], ["#fff", 0.4]]; // seen on any ground
const HIDDEN = "rgba(120,120,120,0.75)";

/** `[red, green, blue]` of `#rrggbb`. */
export const rgb = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/**
 * Draw points on a canvas; those whose label is hidden small and grey, the others above them.
 * @param place turns [x, y] of the plane into pixels
 */
export function drawPoints(context, { points, labels }, place, size) {
  const each = (wanted, draw) => labels.forEach((label, at) => {
    if (wanted(label)) draw(...place(points[2 * at], points[2 * at + 1]), label);
  });
  each((label) => label < 0, (x, y) => {
    context.fillStyle = HIDDEN;
    context.beginPath();
    context.arc(x, y, size * 0.35, 0, 2 * Math.PI);
    context.fill();
  });
  each((label) => label >= 0, (x, y, label) => {
    context.beginPath();
    SHAPES[label % SHAPES.length](context, x, y, size);
    context.fillStyle = colourOfClass(label);
    for (const [colour, width] of EDGES) {
      context.strokeStyle = colour;
      context.lineWidth = size * width;
      context.stroke();
    }
    context.fill();
  });
}

function circle(context, x, y, size) {
  context.arc(x, y, size, 0, 2 * Math.PI);
}
function square(context, x, y, size) {
  context.rect(x - size * 0.85, y - size * 0.85, size * 1.7, size * 1.7);
}
function triangle(context, x, y, size) {
  polygon(context, [[x, y - size * 1.15], [x + size, y + size * 0.8], [x - size, y + size * 0.8]]);
}
function diamond(context, x, y, size) {
  polygon(context, [[x, y - size * 1.2], [x + size, y], [x, y + size * 1.2], [x - size, y]]);
}
function polygon(context, corners) {
  context.moveTo(...corners[0]);
  for (const corner of corners.slice(1)) context.lineTo(...corner);
  context.closePath();
}

/** Give a canvas as many pixels as it has on the screen; returns its side. */
export function fitCanvas(canvas) {
  const side = Math.max(60, Math.round(canvas.clientWidth * (window.devicePixelRatio || 1)));
  if (canvas.width !== side) canvas.width = canvas.height = side;
  return side;
}
