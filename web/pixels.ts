// Paints a picture on a canvas, converting a few rows at a time, so that the page stays responsive.
import type { Image } from 'mandoline';

/** Pixels converted between checks of the clock, and milliseconds after which to yield. */
const pixelsAtOnce = 2 ** 14;
const turn = 8;

/** Yields to the page. The fallback, a timer, is a few milliseconds late. */
const giveWay = (): Promise<void> => {
  const { scheduler } = globalThis as { scheduler?: { yield?(): Promise<void> } };
  return scheduler?.yield?.() ?? new Promise((resolve) => setTimeout(resolve));
};

/** Shows a picture on a canvas once all rows are converted; false if aborted before. */
export async function drawImage(
  image: Image,
  canvas: HTMLCanvasElement,
  signal?: AbortSignal,
): Promise<boolean> {
  const { width, height } = image;
  const pixels = new ImageData(width, height);
  const step = Math.max(1, Math.floor(pixelsAtOnce / width));
  let begun = performance.now();
  for (let row = 0; row < height; row += step) {
    if (performance.now() - begun > turn) {
      await giveWay();
      begun = performance.now();
    }
    if (signal?.aborted) return false;
    pixels.data.set(withAlpha(image, image.rows(row, Math.min(row + step, height))), 4 * width * row);
  }
  // Setting a canvas's size clears it, even if the size is unchanged.
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.getContext('2d', { alpha: false })!.putImageData(pixels, 0, 0);
  return true;
}

/** Converts to opaque RGBA, one byte per component. */
export function withAlpha({ palette, depth }: Image, samples: Uint8Array): Uint8ClampedArray<ArrayBuffer> {
  if (palette) {
    const colors = new Uint32Array(palette.length / 3);
    const bytes = new Uint8Array(colors.buffer);
    for (let i = 0; i < colors.length; i++) bytes.set([...palette.subarray(3 * i, 3 * i + 3), 255], 4 * i);
    const pixels = new Uint32Array(samples.length);
    for (let i = 0; i < pixels.length; i++) pixels[i] = colors[samples[i]!]!;
    return new Uint8ClampedArray(pixels.buffer);
  }
  const size = depth / 8;
  const pixels = new Uint8ClampedArray(((samples.length / size) * 4) / 3);
  for (let from = 0, to = 0; from < samples.length; from += 3 * size, to += 4) {
    pixels[to] = samples[from]!;
    pixels[to + 1] = samples[from + size]!;
    pixels[to + 2] = samples[from + 2 * size]!;
    pixels[to + 3] = 255;
  }
  return pixels;
}
