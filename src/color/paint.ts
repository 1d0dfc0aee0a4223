// From a field to a picture: each count becomes one of 256 colours. What file it goes into is encode's.
// 256 are enough: with a colour for each of 2132 counts, no channel was more than 2 of 255 away, and the file
// was 2.8 times as long.
import type { Field } from '../field/field.js';
import { basinColors, paletteColors } from './palettes.js';

/** A picture whose rows are made when they are asked for. */
export interface Image {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** Red, green, blue in turn, 0 to 255, for each of at most 256 colours. Without it the rows hold colours. */
  readonly palette?: Uint8Array;
  /** The rows from `start` up to but not `end`: a byte a pixel, the colour's number; or red, green, blue. */
  rows(start: number, end: number): Uint8Array;
}

const mostColors = 256;
/** Colours for basins that are told apart; more would leave each too few shades. */
const mostGroups = 15;
const tableSize = 2 ** 16;
/** The count above the smallest from which on shades follow the logarithm; chosen by eye, on six Julia sets. */
const knee = 4;

/**
 * A picture of a field, first row on top. Colours go from the palette's first, at the field's smallest count, to
 * its last, at the largest, by log(1 + d/4), where d is the distance from the smallest: even steps in the wide
 * bands far out, and near the set, where counts double from band to band, as many colours to each doubling. A field
 * with basins has a colour of the palette for each, the darker the larger the count.
 * Throws RangeError for an unknown palette.
 */
export function paint(field: Field, palette: string): Image {
  const { rows: height, columns: width, counts, channels } = field;
  const basins = channels?.basin;
  const groups = basins ? 1 + Math.min(mostGroups, extremes(basins).max) : 1;
  const shades = Math.floor(mostColors / groups);
  const shade = shader(counts, shades);
  // Basin 0, where orbits come nowhere, is the first group; beyond the last the others begin again.
  const groupOf = (basin: number) => (basin === 0 ? 0 : 1 + ((basin - 1) % (groups - 1)));
  return {
    width,
    height,
    palette: basins ? basinColors(palette, groups - 1, shades) : paletteColors(palette, shades),
    rows: (start, end) => {
      const indices = shade(counts.subarray(start * width, end * width));
      if (!basins) return indices;
      for (let i = 0, at = start * width; i < indices.length; i++, at++)
        indices[i] = groupOf(basins[at]!) * shades + indices[i]!;
      return indices;
    },
  };
}

/** Which of so many shades each of some counts has. */
function shader(counts: Field['counts'], shades: number): (some: Field['counts']) => Uint8Array {
  const { min, max } = extremes(counts);
  const logarithm = (above: number) => binaryLogarithm(above + knee) - binaryLogarithm(knee);
  const scale = max === min ? 0 : (shades - 1) / logarithm(max - min);
  // The distance from which on each shade is used, and a table for small distances.
  const firsts = Array.from({ length: shades }, (_, shade) =>
    firstAtLeast(max - min + 1, (above) => Math.round(logarithm(above) * scale) >= shade),
  );
  const find = (above: number) => firstAtLeast(shades, (shade) => firsts[shade]! > above) - 1;
  const table = Uint8Array.from({ length: Math.min(max - min + 1, tableSize) }, (_, above) => find(above));
  return (some) => {
    const found = new Uint8Array(some.length);
    for (let i = 0; i < some.length; i++) {
      const above = some[i]! - min;
      found[i] = above < table.length ? table[above]! : find(above);
    }
    return found;
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

/** The smallest and the largest count; 0 and 0 where there is none. */
export function extremes(counts: Field['counts'] | Uint8Array): { min: number; max: number } {
  let [min, max] = [counts[0] ?? 0, counts[0] ?? 0];
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!;
    if (count >= min && count <= max) continue; // nearly always: one guess for the processor to get right
    if (count < min) min = count;
    else max = count;
  }
  return { min, max };
}

/** The smallest and the largest count, and their sum. */
export function countRange(counts: Field['counts']): { min: number; max: number; sum: number } {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i]!;
  return { ...extremes(counts), sum };
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
