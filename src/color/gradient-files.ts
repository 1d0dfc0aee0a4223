// Gradients in files: Fractint's .map (a line "red green blue" for each of up to 256 colours) and Ultra Fractal's .ugr
// (named gradients, "index=" from 0 to 399 and "color=" as blue, green, red in one number), as both programs' manuals
// describe them.
import { PaletteError } from '../errors.js';

/** Colours of a gradient, evenly spaced, from the first to the last: at most 256. */
type Colors = readonly string[];

const hex = (parts: readonly number[]) =>
  `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;

/**
 * The colours of a gradient in the text of a file, evenly spaced, such as a scene's palette has: 2 to 256. A file whose
 * `name` ends with `.map` is Fractint's, any other Ultra Fractal's. Throws PaletteError for a file without a gradient.
 */
export function readGradient(name: string, text: string): readonly string[] {
  const colors = /\.map$/i.test(name) ? readMap(text) : readUgr(text);
  if (new Set(colors).size < 2) throw new PaletteError('has no gradient of at least two colours in it');
  return colors;
}

const mostColors = 256;

function readMap(text: string): Colors {
  const lines = text.split(/\r?\n/).slice(0, 10 * mostColors);
  const colors = lines.flatMap((line) => {
    const numbers = /^\s*(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})(?:\s|$)/.exec(line)?.slice(1);
    // As Fractint takes them, which keeps a byte of each.
    return numbers ? [hex(numbers.map((part) => Number(part) % 256))] : [];
  });
  return colors.slice(0, mostColors);
}

/** Places in a gradient of Ultra Fractal, which is closed to a ring. */
const places = 400;

function readUgr(text: string): Colors {
  // The first gradient of the file, which may begin with a block of comment.
  const stop = /index=(-?\d{1,4})\s+color=(\d{1,10})/g;
  const first = text.split('}').find((block) => block.search(stop) > block.indexOf('{')) ?? '';
  const stops = [...first.matchAll(stop)]
    .map(([, index, color]) => [Number(index), Number(color)] as const)
    .filter(([index]) => Math.abs(index) < 2 * places)
    .map(([index, color]) => ({
      at: ((index % places) + places) % places,
      parts: [color % 256, (color >>> 8) % 256, (color >>> 16) % 256],
    }))
    .sort((one, other) => one.at - other.at);
  if (stops.length === 0) return [];
  // Sampled evenly, since colours in even steps are what a scene has; the first follows the last.
  const [begin, end] = [stops[0]!, stops.at(-1)!];
  const ring = [{ ...end, at: end.at - places }, ...stops, { ...begin, at: begin.at + places }];
  let next = 0;
  const colors = Array.from({ length: mostColors - 1 }, (_, i) => {
    const at = (i * places) / (mostColors - 1);
    while (ring[next]!.at <= at) next++;
    const [from, to] = [ring[next - 1]!, ring[next]!];
    const part = (at - from.at) / (to.at - from.at);
    return hex(from.parts.map((value, k) => Math.round(value + (to.parts[k]! - value) * part)));
  });
  return [...colors, colors[0]!];
}
