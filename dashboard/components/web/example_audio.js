// Recordings: the log-mel spectrogram, time to the right and pitch upwards, and a player.

import { colourOf, parts } from "./colours.js";
import { element, playIcon } from "./dom.js";

const VIRIDIS = [[0, "#440154"], [0.25, "#3b528b"], [0.5, "#21918c"], [0.75, "#5ec962"], [1, "#fde725"]];
const SHADES = Array.from({ length: 256 }, (_, shade) => parts(colourOf(VIRIDIS, false, shade / 255)));
const HEADER = 44, BYTES = 2; // of a WAV file, and of a sample

/** Draw example `index` on a canvas: dark is silence. */
export function draw(canvas, { arrays: { spectrograms: { values, shape } } }, index) {
  const [, bands, frames] = shape;
  canvas.width = frames;
  canvas.height = bands;
  const pixels = new ImageData(frames, bands);
  for (let band = 0; band < bands; band++) {
    for (let frame = 0; frame < frames; frame++) {
      const [r, g, b] = SHADES[values[(index * bands + band) * frames + frame]];
      pixels.data.set([r, g, b, 255], ((bands - 1 - band) * frames + frame) * 4);
    }
  }
  canvas.getContext("2d").putImageData(pixels, 0, 0);
}

/** The samples. */
export function question({ arrays: { sounds: { values, shape } } }, index) {
  return Array.from(values.subarray(index * shape[1], (index + 1) * shape[1]));
}

/** A button that plays example `index`, and stops it. */
export function detail({ arrays: { sounds: { values, shape }, rates } }, index, words) {
  const samples = values.subarray(index * shape[1], (index + 1) * shape[1]);
  const button = element("button", { type: "button", class: "kd-button kd-player" });
  let playing = null;
  const show = () => button.replaceChildren(playIcon(playing !== null), ` ${words[playing ? "example_stop" : "example_play"]}`);
  const stop = () => {
    if (!playing) return;
    playing.pause();
    URL.revokeObjectURL(playing.src);
    playing = null;
    show();
  };
  button.addEventListener("click", () => {
    if (playing) return stop();
    playing = new Audio(URL.createObjectURL(waveFile(samples, rates.values[index])));
    playing.addEventListener("ended", stop);
    playing.addEventListener("error", stop);
    // leaving the page silences it
    playing.addEventListener("timeupdate", () => button.isConnected || stop());
    playing.play().catch(stop);
    return show();
  });
  show();
  return button;
}

/** Samples of 16 bits as a file that a browser can play. */
export function waveFile(samples, rate) {
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
