// Ultra Fractal's .ugr, as its manual describes it: gradients with a name, and in each "index=" from 0 to 399 and
// "color=" as blue, green and red in one number.
import { PaletteError } from '../errors.js';
import { didYouMean } from '../suggestion.js';
import { hex, mostColors } from './stops.js';

/** Places in a gradient, which is closed to a ring. */
const places = 400;
const stopPattern = /index=(-?\d{1,4})\s+color=(\d{1,10})/g;

interface Gradient {
  /** Before its brace, and as its title. */
  readonly names: readonly string[];
  readonly text: string;
}

/** The gradient of this name or number (from 1); by default the first. */
export function readUgr(text: string, which: string | undefined): readonly string[] {
  const gradients = gradientsIn(text);
  if (gradients.length === 0) return [];
  return colorsOf(which === undefined ? gradients[0]! : chosen(gradients, which));
}

/** A file may contain comment blocks, too. */
function gradientsIn(text: string): readonly Gradient[] {
  return text.split('}').flatMap((block) => {
    const brace = block.indexOf('{');
    if (brace < 0 || block.search(stopPattern) < brace) return [];
    const name = /[^\r\n]*$/.exec(block.slice(Math.max(0, brace - 200), brace))![0].trim();
    const title = /title="([^"\r\n]{1,200})"/.exec(block)?.[1]?.trim();
    return [{ names: [name, ...(title === undefined ? [] : [title])], text: block }];
  });
}

function chosen(gradients: readonly Gradient[], which: string): Gradient {
  const same = (name: string) => name.toLowerCase() === which.trim().toLowerCase();
  const found = gradients.flatMap(({ names }, index) => (names.some(same) ? [index] : []));
  if (found.length === 1) return gradients[found[0]!]!;
  if (found.length > 1) {
    const numbers = found.slice(0, 10).map((index) => index + 1);
    throw new PaletteError(
      `:${which}: ${found.length} gradients have this name; choose one by its number: ${numbers.join(', ')}`,
    );
  }
  const byNumber = /^\d{1,6}$/.test(which) ? gradients[Number(which) - 1] : undefined;
  if (byNumber) return byNumber;
  const names = gradients.map(({ names }) => names[0]!);
  const listed = `${names.slice(0, 10).join(', ')}${names.length > 10 ? ', ...' : ''}`;
  throw new PaletteError(
    `:${which}: must be the name or number of one of its gradients, ${names.length} in all: ${listed}${didYouMean(which, names)}`,
  );
}

/** Sampled evenly, because a scene has evenly spaced colours; the first follows the last. */
function colorsOf({ text }: Gradient): readonly string[] {
  const stops = [...text.matchAll(stopPattern)]
    .map(([, index, color]) => [Number(index), Number(color)] as const)
    .filter(([index]) => Math.abs(index) < 2 * places)
    .map(([index, color]) => ({
      at: ((index % places) + places) % places,
      parts: [color % 256, (color >>> 8) % 256, (color >>> 16) % 256],
    }))
    .sort((one, other) => one.at - other.at);
  if (stops.length === 0) return [];
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
