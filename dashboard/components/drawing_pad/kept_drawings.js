// Drawings that were kept to be shown again; they lie in this browser, by the shape of the images.

const MOST = 24;
const LONGEST = 4000; // points of a drawing

/** @returns {all, add(drawing), remove(at)}: a drawing is {strokes, angle, thickness, noise}. */
export function keptDrawings(shape) {
  const place = `kd-drawings-${shape.join("x")}`;
  let all = read(place);
  const write = () => {
    try {
      localStorage.setItem(place, JSON.stringify(all));
    } catch {
      // without storage they stay until the page is closed
    }
  };
  return {
    get all() { return all; },
    add(drawing) {
      all = [drawing, ...all].slice(0, MOST);
      write();
    },
    remove(at) {
      all = all.filter((_, other) => other !== at);
      write();
    },
  };
}

function read(place) {
  try {
    const found = JSON.parse(localStorage.getItem(place) ?? "[]");
    return Array.isArray(found) ? found.filter(isDrawing).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

const isNumber = (value) => Number.isFinite(value) && Math.abs(value) <= 1000;
const isDrawing = (one) => Array.isArray(one?.strokes)
  && one.strokes.flat().length <= LONGEST
  && one.strokes.every((stroke) => Array.isArray(stroke) && stroke.length
    && stroke.every((point) => Array.isArray(point) && point.length === 2 && point.every(isNumber)))
  && [one.angle, one.thickness, one.noise].every(isNumber);
