// From a field to a picture: each count becomes one of 256 colours. What file it goes into is encode's.
import type { Field } from '../field/field.js';
import { paletteColors } from './palettes.js';

/** A picture of at most 256 colours whose rows are made when they are asked for. */
export interface Image {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** Red, green, blue in turn, 0 to 255, for each colour. */
  readonly palette: Uint8Array;
  /** The colours' numbers in the rows from `start` up to but not `end`, one byte a pixel. */
  rows(start: number, end: number): Uint8Array;
}

const shades = 256;
const tableSize = 2 ** 16;

/**
 * A picture of a field, first row on top. Colours go from the palette's first, at the field's smallest count, to
 * its last, at the largest, by the logarithm of the distance from the smallest: counts double from band to band
 * near the set, so each band gets about as many colours. Throws RangeError for an unknown palette.
 */
export function paint({ rows: height, columns: width, counts }: Field, palette: string): Image {
  const { min, max } = countRange(counts);
  const scale = (shades - 1) / Math.max(1, binaryLogarithm(max - min + 1));
  // The distance from which on each shade is used, and a table for small distances.
  const firsts = Array.from({ length: shades }, (_, shade) =>
    firstAtLeast(max - min + 1, (above) => Math.round(binaryLogarithm(above + 1) * scale) >= shade),
  );
  const shadeOf = (above: number) => firstAtLeast(shades, (shade) => firsts[shade]! > above) - 1;
  const table = Uint8Array.from({ length: Math.min(max - min + 1, tableSize) }, (_, above) => shadeOf(above));
  return {
    width,
    height,
    palette: paletteColors(palette, shades),
    rows: (start, end) => {
      const indices = new Uint8Array((end - start) * width);
      for (let i = 0, at = start * width; i < indices.length; i++, at++) {
        const above = counts[at]! - min;
        indices[i] = above < table.length ? table[above]! : shadeOf(above);
      }
      return indices;
    },
  };
}

/** The first of the numbers 0, 1, ... for which an increasing property holds, or `end`. */
function firstAtLeast(end: number, holds: (number: number) => boolean): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The smallest and the largest count, and their sum. */
export function countRange(counts: Field['counts']): { min: number; max: number; sum: number } {
  let [min, max, sum] = [counts[0] ?? 0, 0, 0];
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!;
    if (count < min) min = count;
    if (count > max) max = count;
    sum += count;
  }
  return { min, max, sum };
}

/** log2 of a number from 1 on to 40 bits, by multiplication alone: Math.log2 may differ between engines. */
function binaryLogarithm(value: number): number {
  let rest = value;
  let logarithm = 0;
  for (; rest >= 2; rest /= 2) logarithm++;
  for (let bit = 0.5; bit > 2 ** -40; bit /= 2) {
    rest *= rest;
    if (rest < 2) continue;
    rest /= 2;
    logarithm += bit;
  }
  return logarithm;
}
