// How a picture's values become colours, estimated from a sample of its points: their range, and a table of colours. Tones
// are plain data, with which workers paint bands (paint.ts) that together equal the picture made in one piece.

import type { Field } from '../field/field.js';
import { cosAndSin } from '../rotation.js';
import type { Coloring, Scale, Scene } from '../scene/scene.js';
import { coloringOf, isContinuous, isIndexed } from './coloring.js';
import { basinColors, colorOf, colorTable } from './palettes.js';

/** From a number's range to places from 0 to 1. */
export interface Curve {
  readonly scale: Scale;
  readonly least: number;
  readonly most: number;
  /** The distance from the lower end where a logarithmic scale stops being linear. */
  readonly knee: number;
  /** For a histogram: values with the same number of sample points between neighbours. */
  readonly quantiles?: Float64Array;
}

export interface Tones {
  readonly coloring: Coloring;
  /** The count of points that never escape. */
  readonly iterations: number;
  readonly curve: Curve;
  /** Number of colours of the range, per basin if there are basins; special colours follow. */
  readonly shades: number;
  /** Number of palette cycles over the range, and where it starts, in palettes. */
  readonly density: number;
  readonly offset: number;
  readonly isCyclic: boolean;
  /** The colour of points that never escape, if they have a special one. */
  readonly inside: number | undefined;
  /** The shade, within its basin, of a point that never escapes, if a range would change it. */
  readonly insideShade: number | undefined;
  /** Basins or periods with distinct colours; further ones repeat them. */
  readonly groups: number;
  /** Red, green, blue in turn, 0 to 65535. */
  readonly colors: Uint16Array;
  /** The share of light that a colour keeps, by direction of the slope. */
  readonly light: Float64Array | undefined;
  /** Whether samples are the numbers of colours, of which there are at most 256. */
  readonly isIndexed: boolean;
  readonly depth: 8 | 16;
  /** Sample points along each side of a pixel. */
  readonly samples: number;
}

/** Points in a sample, at most. */
const sampleLength = 2 ** 16;

/** Rows and columns between points of the sample. */
export function sampleStep(rows: number, columns: number): number {
  let step = Math.max(1, Math.floor(Math.sqrt((rows * columns) / sampleLength)));
  while (Math.ceil(rows / step) * Math.ceil(columns / step) > sampleLength) step++;
  return step;
}

/** The sample of a whole field. */
export function sampleOf({ rows, columns, counts, channels = {} }: Field): Field {
  const step = sampleStep(rows, columns);
  const [height, width] = [Math.ceil(rows / step), Math.ceil(columns / step)];
  const sampled = <T extends Float64Array | Field['counts']>(values: T): T => {
    const some = values.slice(0, height * width) as T;
    for (let row = 0, at = 0; row < rows; row += step)
      for (let column = 0; column < columns; column += step) some[at++] = values[row * columns + column]!;
    return some;
  };
  return {
    rows: height,
    columns: width,
    counts: sampled(counts),
    channels: Object.fromEntries(
      Object.entries(channels).map(([name, values]) => [name, sampled(values as Float64Array)]),
    ),
  };
}

/** Numbers of colours, of an indexed picture and of a continuous one. */
const [fewColors, manyColors] = [256, 4096];
/** Distinct colours of basins and periods; more would leave too few shades for each. */
const [mostGroups, mostPeriods] = [15, 64];
/** Counts above the smallest where the scale becomes logarithmic; chosen by eye, on six Julia sets. */
const countKnee = 4;
/** The same for distances, in pixels, and for other numbers, in parts of their range. */
const [distanceKnee, knee] = [0.5, 1 / 32];
/** The share of largest values that all get the last colour, so that outliers do not stretch the range. */
const outliers = 0.001;
const lightSteps = 1024;
/** The share of light on a slope that is turned away from it. */
const ambient = 0.2;
const black = '#000000';

/** Whether a scene's tones depend on its points, because it does not give a range. */
export const needsSample = (scene: Scene): boolean =>
  scene.range === undefined || scene.scale === 'histogram' || coloringOf(scene) === 'basin';

/** The tones of a scene, from a sample if it needs one. Throws RangeError for an unknown palette. */
export async function tonesOf(sample: Field | undefined, scene: Scene): Promise<Tones> {
  const coloring = coloringOf(scene);
  const { iterations, density = 1, offset = 0, depth = 8 } = scene;
  const samples = scene.view?.samples ?? 1;
  const basins = sample?.channels?.basin;
  const groups =
    coloring === 'basin'
      ? 1 + Math.min(mostGroups, basins?.reduce((most, each) => Math.max(most, each), 0) ?? 0)
      : coloring === 'period'
        ? mostPeriods
        : 1;
  const hasInside = hasInsideColor(scene, coloring);
  const all = isContinuous(scene) ? manyColors : fewColors;
  const shades =
    coloring === 'basin'
      ? Math.floor((all - (hasInside ? 1 : 0)) / groups)
      : all - (hasInside ? 1 : 0) - (groups > 1 ? groups : 0);
  const { isCyclic, colors } = await colorsOf(
    scene,
    coloring,
    shades,
    groups,
    coloring === 'count' && !hasInside,
  );
  const inside = hasInside ? colors.length / 3 : undefined;
  const insideShade = coloring === 'basin' && scene.range ? shades - 1 : undefined;
  return {
    coloring,
    iterations,
    shades,
    density,
    offset,
    isCyclic,
    groups,
    depth,
    samples,
    inside,
    insideShade,
    curve: curveOf(sample, scene, coloring),
    colors: hasInside ? Uint16Array.of(...colors, ...(await insideColor(scene, coloring))) : colors,
    light: coloring === 'slope' ? lightOf(scene) : undefined,
    isIndexed: isIndexed(scene),
  };
}

/**
 * Whether points that never escape have a colour of their own. Without a range, theirs is the largest count, which has
 * the palette's last colour; a range may end anywhere. Traps catch points that never escape too.
 */
const hasInsideColor = ({ inside, range }: Scene, coloring: Coloring): boolean =>
  inside !== undefined ||
  (coloring === 'count' ? range !== undefined : !['trap', 'basin', 'period'].includes(coloring));

/** By default black; for counts the palette's last colour, so that a range does not change it. */
async function insideColor({ inside, palette }: Scene, coloring: Coloring): Promise<Iterable<number>> {
  if (inside !== undefined) return colorOf(inside);
  return coloring === 'count' ? (await colorTable(palette, 2, true)).colors.subarray(3) : colorOf(black);
}

/** A table of colours: those of the range, then those of groups. */
async function colorsOf(
  { palette }: Scene,
  coloring: Coloring,
  shades: number,
  groups: number,
  isWhole: boolean,
) {
  if (coloring === 'basin') {
    const bytes = await basinColors(palette, groups - 1, shades);
    return { isCyclic: false, colors: Uint16Array.from(bytes, (part) => 257 * part) };
  }
  const table = await colorTable(palette, shades, isWhole);
  if (coloring === 'decomposition' && !table.isCyclic)
    return { isCyclic: true, colors: closed(table.colors) };
  if (coloring !== 'period') return table;
  // Outside is grey, to set it apart from the colours of periods; no period is black.
  const greys = (await colorTable('greys', shades, true)).colors;
  const golden = 0.6180339887498949;
  const hues = Array.from({ length: groups }, (_, period) => {
    const at = Math.round(((period * golden) % 1) * (shades - 1));
    return period === 0 ? colorOf(black) : [...table.colors.subarray(3 * at, 3 * at + 3)];
  });
  return { isCyclic: false, colors: Uint16Array.of(...greys, ...hues.flat()) };
}

/** Colours closed to a ring, because the last angle is next to the first: the last quarter leads back to the start. */
function closed(colors: Uint16Array): Uint16Array {
  const last = colors.length / 3 - 1;
  return colors.map((_, i) => {
    const place = (4 * Math.floor(i / 3)) / last;
    const [first, final] = [colors[i % 3]!, colors[3 * last + (i % 3)]!];
    return place < 3
      ? colors[3 * Math.round((place / 3) * last) + (i % 3)]!
      : Math.round(final + (first - final) * (place - 3));
  });
}

/** The channel that each colouring maps to the palette, if it is not the count. */
const laid = { smooth: 'smooth', slope: 'smooth', distance: 'distance', trap: 'trap' } as const;

function curveOf(sample: Field | undefined, scene: Scene, coloring: Coloring): Curve {
  const { iterations, scale = 'logarithm' } = scene;
  // By the colouring, because a field may have channels for another file.
  const channel = coloring in laid ? laid[coloring as keyof typeof laid] : undefined;
  const numbers = sample && needsSample(scene) ? numbersOf(sample, channel, iterations) : undefined;
  const [least, most] = scene.range ?? endsOf(numbers ?? [], channel ? outliers : 0);
  const sorted = scale === 'histogram' ? numbers?.sort() : undefined;
  const kneeOf =
    channel === 'distance' ? distanceKnee : channel === 'trap' ? knee * (most - least) : countKnee;
  return {
    scale,
    least,
    most,
    knee: kneeOf || 1,
    ...(sorted && { quantiles: quantilesOf(channel ? sorted : escaped(sorted, iterations)) }),
  };
}

/** The values of a sample; for values that only escaping points have, theirs. */
function numbersOf(
  { counts, channels }: Field,
  channel: (typeof laid)[keyof typeof laid] | undefined,
  iterations: number,
): Float64Array {
  const takesAll = channel === undefined || channel === 'trap';
  const values = channel ? channels?.[channel] : counts;
  if (!values)
    throw new RangeError(
      `the field has no channel ${channel}, which the picture shows; render it with channels`,
    );
  // A loop, because `from` and `filter` take longer than computing the sample.
  const numbers = new Float64Array(values.length);
  let length = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if ((takesAll || counts[i]! < iterations) && value < Infinity) numbers[length++] = value;
  }
  return numbers.subarray(0, length);
}

/** The smallest number, and the largest without that part of them. Sorting all of them would take longer. */
function endsOf(numbers: ArrayLike<number>, part: number): [least: number, most: number] {
  if (numbers.length === 0) return [0, 0];
  const last = numbers.length - 1;
  /** The largest numbers in order, of which the first is the result. */
  const largest = new Float64Array(last - Math.floor(last * (1 - part)) + 1).fill(-Infinity);
  let least = Infinity;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!;
    if (number < least) least = number;
    if (!(number > largest[0]!)) continue;
    let at = 1;
    for (; at < largest.length && largest[at]! < number; at++) largest[at - 1] = largest[at]!;
    largest[at - 1] = number;
  }
  return [least, largest[0]!];
}

/** The counts of points that escape; all counts if none does. */
const escaped = (sorted: Float64Array, iterations: number): Float64Array =>
  sorted[0]! < iterations ? sorted.filter((count) => count < iterations) : sorted;

const quantileCount = 1024;

/** Distinct values at even ranks of a sorted sample. */
const quantilesOf = (sorted: Float64Array): Float64Array =>
  Float64Array.from(
    { length: quantileCount + 1 },
    (_, i) => sorted[Math.round((i * (sorted.length - 1)) / quantileCount)] ?? 0,
  );

/** Lambert's law, for light that falls on the slope of the potential from a direction and a height above the plane. */
function lightOf({ light = { direction: 135, height: 45 } }: Scene): Float64Array {
  const [flat, steep] = cosAndSin(light.height);
  return Float64Array.from({ length: lightSteps }, (_, i) => {
    const falling = flat * cosAndSin((360 * (i + 0.5)) / lightSteps - light.direction)[0] + steep;
    return ambient + ((1 - ambient) * Math.max(0, falling)) / (flat + steep);
  });
}
