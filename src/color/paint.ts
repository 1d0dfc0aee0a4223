// Makes rows of a picture from rows of a field, with the tones that tones.ts found: what workers run for each band. It only
// imports what a worker in a browser can load.
import type { Field } from '../field/field.js';
import { placer } from './curve.js';
import { type PixelFormat, toBytes } from './image.js';
import { lightOf, sampleOf } from './light.js';
import type { Tones } from './tones.js';

/** The form of the picture that is painted by these tones. */
export function pixelFormat({ isIndexed, colors, depth }: Tones, width: number, height: number): PixelFormat {
  const palette = isIndexed ? toBytes(colors) : undefined;
  return { width, height, palette, depth };
}

/** Bytes of the samples for a number of sample points. */
export const paintedBytes = (points: number, { isIndexed, depth, samples }: Tones): number =>
  ((isIndexed ? 1 : (3 * depth) / 8) * points) / samples ** 2;

/** Writes the samples of all rows of a field, which has all the points of whole rows of pixels, in the picture's form. */
export function paintRows(field: Field, tones: Tones, into: Uint8Array): void {
  const number = numberOf(tones);
  if (tones.isIndexed) {
    number(field, into);
    return;
  }
  const numbers = scratch(field.counts.length);
  number(field, numbers);
  const lights = field.channels?.slope && tones.light && lightsOf(field.channels.slope, tones.light);
  if (tones.samples > 1) writeMeans(field, numbers, tones, lights, into);
  else if (tones.depth === 16) writeWords(numbers, tones, lights, into);
  else writeBytes(numbers, tones, lights, into);
}

let kept = new Uint16Array();

/** Memory for the colour numbers of a band, reused by the next band. */
function scratch(length: number): Uint16Array {
  if (kept.length < length) kept = new Uint16Array(length);
  return kept.subarray(0, length);
}

type Numbers = Uint8Array | Uint16Array;
type Numberer = (field: Field, into: Numbers) => void;

const numberers = new WeakMap<Tones, Numberer>();

/** Gives the colour number of each point; made once per picture. */
function numberOf(tones: Tones): Numberer {
  let numberer = numberers.get(tones);
  if (!numberer) {
    numberer = makeNumberer(tones);
    numberers.set(tones, numberer);
  }
  return numberer;
}

function makeNumberer(tones: Tones): Numberer {
  const { coloring, iterations, shades, groups, inside, insideShade } = tones;
  const each = (
    channel: 'smooth' | 'distance' | 'trap' | 'angle',
    shade: (value: number) => number,
  ): Numberer => {
    return ({ counts, channels }, into) => {
      const values = channels![channel]!;
      for (let i = 0; i < into.length; i++)
        into[i] = inside !== undefined && counts[i] === iterations ? inside : shade(values[i]!);
    };
  };
  if (coloring === 'smooth' || coloring === 'slope') return each('smooth', shader(tones, false));
  if (coloring === 'distance' || coloring === 'trap') return each(coloring, shader(tones, false));
  const turn = turner(tones);
  if (coloring === 'decomposition') return each('angle', (angle) => turn(angle));
  if (coloring === 'binary') return each('angle', (angle) => turn(angle < 0.5 ? 0.2 : 0.8));
  const shadeOf = countShades(tones);
  if (coloring === 'count') {
    const colorOf = (count: number) =>
      inside !== undefined && count === iterations ? inside : shadeOf(count);
    // One lookup per point, if there are not too many counts.
    const table =
      iterations < tableSize
        ? Uint16Array.from({ length: iterations + 1 }, (_, count) => colorOf(count))
        : undefined;
    return ({ counts }, into) => {
      if (table) for (let i = 0; i < into.length; i++) into[i] = table[counts[i]!]!;
      else for (let i = 0; i < into.length; i++) into[i] = colorOf(counts[i]!);
    };
  }
  // Basin 0, without an attractor, is the first group; groups repeat after the last.
  const groupOf = (basin: number) => (basin === 0 || groups === 1 ? 0 : 1 + ((basin - 1) % (groups - 1)));
  return ({ counts, channels }, into) => {
    const basins = coloring === 'basin' ? channels?.basin : undefined;
    for (let i = 0; i < into.length; i++) {
      const count = counts[i]!;
      const isInside = count === iterations;
      if (coloring === 'period' && isInside) {
        const period = channels!.period![i]!;
        into[i] = period > 0 ? shades + groupOf(period) : (inside ?? shades);
      } else if (isInside && inside !== undefined) into[i] = inside;
      else {
        const shade = isInside ? (insideShade ?? shadeOf(count)) : shadeOf(count);
        into[i] = shade + (basins ? groupOf(basins[i]!) * shades : 0);
      }
    }
  };
}

/** From a number to its shade. */
function shader(tones: Tones, isExact: boolean): (value: number) => number {
  const { curve, shades, density, offset } = tones;
  const place = placer(curve, isExact);
  if (density === 1 && offset === 0) return (value) => Math.round(place(value) * (shades - 1));
  const turn = turner(tones);
  return (value) => turn(place(value) * density);
}

/** The shade at a place in palette cycles: a cyclic palette repeats, others run back and forth. */
function turner({ shades, offset, isCyclic }: Tones): (place: number) => number {
  const last = shades - 1;
  return (place) => {
    const moved = place + offset;
    const part = moved - Math.floor(moved);
    if (isCyclic) return Math.round(part * last);
    return Math.round((Math.floor(moved) % 2 === 0 ? part : 1 - part) * last);
  };
}

const tableSize = 2 ** 16;

/** The shades of counts, with a table for small ones. Counts are whole; their range need not be. */
function countShades(tones: Tones): (count: number) => number {
  const { least, most } = tones.curve;
  const shade = shader(tones, true);
  const first = Math.max(0, Math.ceil(least));
  const length = Math.min(Math.max(0, Math.floor(most) - first + 1), tableSize);
  const table = Uint16Array.from({ length }, (_, above) => shade(first + above));
  const [below, beyond] = [shade(least), shade(most)];
  return (count) => {
    if (count < first) return below;
    if (count > most) return beyond;
    return table[count - first] ?? shade(count);
  };
}

function lightsOf(slopes: Float32Array, light: Float64Array): Float32Array {
  const lights = new Float32Array(slopes.length);
  for (let i = 0; i < lights.length; i++) {
    const slope = slopes[i]!;
    // A point that never escapes has no slope to shade.
    lights[i] = slope >= 0 && slope < 1 ? light[Math.floor(slope * light.length)]! : 1;
  }
  return lights;
}

function writeBytes(
  numbers: Numbers,
  { colors }: Tones,
  lights: Float32Array | undefined,
  samples: Uint8Array,
): void {
  const table = toBytes(colors);
  for (let i = 0, at = 0; i < numbers.length; i++) {
    const from = 3 * numbers[i]!;
    samples[at++] = table[from]!;
    samples[at++] = table[from + 1]!;
    samples[at++] = table[from + 2]!;
  }
  if (!lights) return;
  for (let i = 0, at = 0; i < numbers.length; i++)
    for (let part = 0; part < 3; part++, at++) samples[at] = samples[at]! * lights[i]!;
}

/** Samples of 16 bits, the higher byte first. */
function writeWords(
  numbers: Numbers,
  { colors }: Tones,
  lights: Float32Array | undefined,
  samples: Uint8Array,
): void {
  for (let i = 0, at = 0; i < numbers.length; i++) {
    const light = lights ? lights[i]! : 1;
    for (let part = 0; part < 3; part++) {
      const value = Math.floor(colors[3 * numbers[i]! + part]! * light);
      samples[at++] = value >> 8;
      samples[at++] = value & 0xff;
    }
  }
}

/** The mean over a pixel's points, of linear light rather than of samples. */
function writeMeans(
  { rows, columns }: Field,
  numbers: Numbers,
  { colors, samples: side, depth }: Tones,
  lights: Float32Array | undefined,
  samples: Uint8Array,
): void {
  const linear = Float64Array.from(colors, (part) => lightOf(part));
  const [height, width] = [rows / side, columns / side];
  const size = depth / 8;
  const sums = new Float64Array(3 * width);
  for (let row = 0, at = 0; row < height; row++) {
    sums.fill(0);
    for (let y = 0, point = row * side * columns; y < side; y++)
      for (let to = 0; to < sums.length; to += 3)
        for (let x = 0; x < side; x++, point++) {
          const from = 3 * numbers[point]!;
          const light = lights ? lightOf(65535 * lights[point]!) : 1;
          for (let part = 0; part < 3; part++)
            sums[to + part] = sums[to + part]! + linear[from + part]! * light;
        }
    for (const sum of sums) {
      const value = sampleOf(sum / (side * side));
      if (size === 2) samples[at++] = value >> 8;
      samples[at++] = size === 2 ? value & 0xff : Math.round(value / 257);
    }
  }
}
