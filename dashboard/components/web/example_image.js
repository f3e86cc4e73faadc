// Images: drawn pixel by pixel.

/** Draw example `index` on a canvas. */
function draw(canvas, { arrays: { images: { values: inputs, shape } } }, index) {
  const [, height, width, channels] = shape;
  const size = height * width;
  canvas.width = width;
  canvas.height = height;
  const pixels = new ImageData(width, height);
  for (let at = 0; at < size; at++) {
    const from = (index * size + at) * channels;
    for (let part = 0; part < 3; part++) {
      pixels.data[at * 4 + part] = inputs[from + (channels === 1 ? 0 : part)];
    }
    pixels.data[at * 4 + 3] = 255;
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

/** The numbers that a network is asked with, channels first, of an image of this `white`. */
function question({ arrays: { images: { values: inputs, shape } } }, index, white) {
  const channels = shape[3];
  const size = shape[1] * shape[2] * channels;
  const own = Array.from(inputs.subarray(index * size, (index + 1) * size));
  const stored = (value) => Math.round((value * white) / 255);
  return Array.from({ length: channels }, (_, channel) =>
    own.filter((_, at) => at % channels === channel).map(stored)).flat();
}

export const imageExamples = { draw, question };
