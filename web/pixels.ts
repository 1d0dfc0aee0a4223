// A picture's rows on a canvas, some at a time, so that the page stays awake while there are many.
import type { Image } from 'mandoline';

/** Pixels that are painted before the page may do something else: some milliseconds. */
const pixelsAtOnce = 2 ** 17;

/** Draws a picture over the whole of a canvas when it is painted; false where it was aborted before. */
export async function drawImage(
  image: Image,
  canvas: HTMLCanvasElement,
  signal: AbortSignal,
): Promise<boolean> {
  const { width, height } = image;
  const buffer = new OffscreenCanvas(width, height);
  const context = buffer.getContext('2d')!;
  const step = Math.max(1, Math.floor(pixelsAtOnce / width));
  for (let row = 0; row < height; row += step) {
    const end = Math.min(row + step, height);
    context.putImageData(new ImageData(withAlpha(image, image.rows(row, end)), width), 0, row);
    if (end < height) await new Promise((resolve) => setTimeout(resolve));
    if (signal.aborted) return false;
  }
  const target = canvas.getContext('2d')!;
  target.imageSmoothingEnabled = width >= canvas.width;
  target.drawImage(buffer, 0, 0, canvas.width, canvas.height);
  return true;
}

/** Red, green, blue and no transparency, a byte each. */
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
