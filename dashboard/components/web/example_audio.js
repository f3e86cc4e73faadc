// Recordings: the log-mel spectrogram, time to the right and pitch upwards, and a player.

import { colourOf, parts } from "./colours.js";
import { element, playIcon } from "./dom.js";

const VIRIDIS = [[0, "#440154"], [0.25, "#3b528b"], [0.5, "#21918c"], [0.75, "#5ec962"], [1, "#fde725"]];
const SHADES = Array.from({ length: 256 }, (_, shade) => parts(colourOf(VIRIDIS, false, shade / 255)));
const GAP = 4; // pixels between a spectrogram and an image
const HEADER = 44, BYTES = 2; // of a WAV file, and of a sample

/** @returns colours of a spectrogram as pixels: dark is silence. */
function pixelsOf({ arrays: { spectrograms: { values, shape } } }, index) {
  const [, bands, frames] = shape;
  const pixels = new ImageData(frames, bands);
  for (let band = 0; band < bands; band++) {
    for (let frame = 0; frame < frames; frame++) {
      const [r, g, b] = SHADES[values[(index * bands + band) * frames + frame]];
      pixels.data.set([r, g, b, 255], (band * frames + frame) * 4);
    }
  }
  return pixels;
}

/** A button that plays a recording, and stops it. */
function player(samples, rate, words) {
  const button = element("button", { type: "button", class: "kd-player" });
  let playing = null;
  const show = () => button.replaceChildren(playIcon(playing !== null),
    words[playing ? "example_stop" : "example_play"]);
  const stop = () => {
    if (!playing) return;
    playing.pause();
    URL.revokeObjectURL(playing.src);
    playing = null;
    show();
  };
  button.addEventListener("click", () => {
    if (playing) return stop();
    const now = new Audio(URL.createObjectURL(waveFile(samples, rate)));
    playing = now;
    for (const event of ["ended", "error"]) now.addEventListener(event, stop);
    now.addEventListener("timeupdate", () => button.isConnected || stop()); // another example
    now.play().catch(() => now === playing && stop());
    return show();
  });
  show();
  return button;
}

const row = ({ values, shape }, index) => values.subarray(index * shape[1], (index + 1) * shape[1]);

export const audioExamples = {
  draw(canvas, examples, index) {
    const pixels = pixelsOf(examples, index);
    canvas.width = pixels.width;
    canvas.height = pixels.height;
    canvas.getContext("2d").putImageData(pixels, 0, 0);
  },
  detail: ({ arrays: { sounds, rates } }, index, words) =>
    player(row(sounds, index), rates.values[index], words),
  /** The samples. */
  question: ({ arrays: { sounds } }, index) => Array.from(row(sounds, index)),
};

/** A recording beside a gray image, of which networks get `SEEN` rows and columns of the middle. */
export const audioImageExamples = {
  draw(canvas, examples, index) {
    const spectrogram = pixelsOf(examples, index);
    const { values, shape: [, height, width] } = examples.arrays.seen;
    const seen = new ImageData(width, height);
    for (let at = 0; at < height * width; at++) {
      seen.data.set([...Array(3).fill(values[index * height * width + at]), 255], at * 4);
    }
    canvas.width = spectrogram.width + GAP + width;
    canvas.height = Math.max(spectrogram.height, height);
    const context = canvas.getContext("2d");
    context.putImageData(spectrogram, 0, Math.floor((canvas.height - spectrogram.height) / 2));
    context.putImageData(seen, spectrogram.width + GAP, 0);
  },
  detail: audioExamples.detail,
  /** The samples, then the pixels. */
  question: ({ arrays: { sounds, seen: { values, shape } } }, index) => {
    const size = shape[1] * shape[2];
    return [...row(sounds, index), ...values.subarray(index * size, (index + 1) * size)];
  },
};

/** Samples of 16 bits as a file that a browser can play. */
function waveFile(samples, rate) {
  const view = new DataView(new ArrayBuffer(HEADER + BYTES * samples.length));
  const text = (at, letters) => [...letters].forEach((letter, n) => view.setUint8(at + n, letter.charCodeAt(0)));
  text(0, "RIFF");
  view.setUint32(4, HEADER - 8 + BYTES * samples.length, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); // bytes of what follows up to "data"
  view.setUint16(20, 1, true); // samples as they are
  view.setUint16(22, 1, true); // one channel
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * BYTES, true);
  view.setUint16(32, BYTES, true);
  view.setUint16(34, 8 * BYTES, true);
  text(36, "data");
  view.setUint32(40, BYTES * samples.length, true);
  samples.forEach((sample, at) => view.setInt16(HEADER + BYTES * at, sample, true));
  return new Blob([view], { type: "audio/wav" });
}
