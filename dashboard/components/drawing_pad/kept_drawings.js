// Drawings that were kept to be shown again; they lie in this browser, by the shape of the images.

const MOST = 24;
const LONGEST = 4000; // points of a drawing

/** @returns {all, add(drawing), remove(at)}: a drawing is {strokes, angle, thickness, noise}. */
export function keptDrawings(shape) {
  const place = `kd-drawings-${shape.join("x")}`;
  let all = read(place);
  let stored = true;
  const newest = () => (stored ? read(place) : all); // another tab may have kept some meanwhile
  const write = () => {
    try {
      localStorage.setItem(place, JSON.stringify(all));
    } catch {
      stored = false; // they stay until the page is closed
    }
  };
  return {
    get all() { return all; },
    add(drawing) {
      all = [drawing, ...newest()].slice(0, MOST);
      write();
    },
    remove(at) {
      const gone = JSON.stringify(all[at]);
      all = newest();
      const found = all.findIndex((one) => JSON.stringify(one) === gone);
      all = all.filter((_, other) => other !== found);
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
