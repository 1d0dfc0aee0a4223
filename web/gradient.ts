// Gradients with stops at any position, and the evenly spaced colours that a scene has instead. Pure functions. Colours
// between stops are interpolated in OKLab, like the library's gradients, by culori.
import { converter, formatHex, interpolate, modeLrgb, modeOklab, modeRgb, useMode } from 'culori/fn';

useMode(modeRgb);
useMode(modeLrgb);
useMode(modeOklab);
const toRgb = converter('rgb');

export interface Stop {
  /** From 0 to 1. */
  readonly at: number;
  /** `#rrggbb`. */
  readonly color: string;
}

/** The steps to which stops snap, and the most stops that an editor shows. */
export const steps = 32;
export const mostStops = 16;

/** The colour of a gradient at a place from 0 to 1. */
export function colorAt(stops: readonly Stop[], at: number): string {
  return formatHex(
    interpolate([...stops].map(({ at, color }) => [color, at] as const) as never, 'oklab')(at),
  )!;
}

/** Red, green and blue from 0 to 255 as #rrggbb. */
export const hexOf = (parts: Iterable<number>): string =>
  `#${[...parts].map((part) => part.toString(16).padStart(2, '0')).join('')}`;

/** #rgb as #rrggbb. */
export const long = (color: string): string =>
  color.length === 4 ? `#${[...color.slice(1)].map((digit) => digit + digit).join('')}` : color;

/** As few evenly spaced colours as have a stop at each of the stops' places. */
export function colorsOf(stops: readonly Stop[]): string[] {
  const isEven = (count: number) =>
    stops.every(({ at }) => Math.abs(at * count - Math.round(at * count)) < 1e-6);
  let count = 1;
  while (count < steps && !isEven(count)) count++;
  const snapped = stops.map(({ at, color }) => ({ at: Math.round(at * count) / count, color }));
  return Array.from({ length: count + 1 }, (_, i) => colorAt(snapped, i / count));
}

/** Of 255: colours that differ by less look the same, and colours that differ little. */
export const [same, alike] = [3, 20];

/** The stops of evenly spaced colours: those that the colours next to them do not imply. */
export function stopsOf(colors: readonly string[], tolerance = same): Stop[] {
  const all = colors.map((color, i) => ({ at: i / (colors.length - 1), color: long(color) }));
  for (let most = tolerance; ; most *= 2) {
    const kept = keptWithin(all, most);
    if (kept.length <= mostStops) return kept;
  }
}

/** Douglas and Peucker's simplification of lines (1973), of colours. */
function keptWithin(stops: readonly Stop[], most: number): Stop[] {
  const [first, last] = [stops[0]!, stops.at(-1)!];
  if (stops.length < 3) return [...stops];
  let [farthest, distance] = [0, 0];
  for (let i = 1; i < stops.length - 1; i++) {
    const found = difference(colorAt([first, last], stops[i]!.at), stops[i]!.color);
    if (found > distance) [farthest, distance] = [i, found];
  }
  if (distance <= most) return [first, last];
  const before = keptWithin(stops.slice(0, farthest + 1), most);
  return [...before.slice(0, -1), ...keptWithin(stops.slice(farthest), most)];
}

/** Of red, green or blue, whichever differs most, of 255. */
function difference(one: string, other: string): number {
  const [a, b] = [toRgb(one)!, toRgb(other)!];
  return 255 * Math.max(Math.abs(a.r - b.r), Math.abs(a.g - b.g), Math.abs(a.b - b.b));
}

/** The gradient as a CSS background. */
export const backgroundOf = (stops: readonly Stop[]): string =>
  `linear-gradient(to right in oklab, ${stops.map(({ at, color }) => `${color} ${100 * at}%`).join(', ')})`;
