// GIMP's .ggr, as devel-docs/ggr.txt and gimpgradient.c describe it: segments with a left end, a middle and a right end,
// a colour at both ends, and how one becomes the other. Opacity is left out, since pictures have none. The engine's
// sines and powers may differ in their last digit, which a byte does not show.
import { PaletteError } from '../errors.js';
import { hex, mostColors } from './stops.js';

type Color = readonly [number, number, number];

interface Segment {
  readonly left: number;
  readonly middle: number;
  readonly right: number;
  readonly from: Color;
  readonly to: Color;
  readonly blend: number;
  readonly mix: number;
}

const mostSegments = 10_000;
const small = 1e-10;

export function readGgr(text: string): readonly string[] {
  const [magic, ...rest] = text.split(/\r?\n/);
  if (magic?.trim() !== 'GIMP Gradient') throw new PaletteError('must begin with GIMP Gradient');
  const [count, ...lines] = rest[0]?.startsWith('Name:') ? rest.slice(1) : rest;
  const length = /^\s*\d{1,9}\s*$/.test(count ?? '') ? Number(count) : Number.NaN;
  if (!(length <= mostSegments))
    throw new PaletteError(`must have a number of segments, at most ${mostSegments}, after its name`);
  const segments = lines.slice(0, length).map(toSegment);
  if (segments.length < length) throw new PaletteError('ends before its last segment');
  if (segments.length === 0) return [];
  let next = 0;
  return Array.from({ length: mostColors }, (_, i) => {
    const place = i / (mostColors - 1);
    while (next < segments.length - 1 && segments[next]!.right < place) next++;
    return hex(
      colorAt(segments[next]!, place).map((part) => Math.round(255 * Math.min(1, Math.max(0, part)))),
    );
  });
}

function toSegment(line: string, index: number): Segment {
  const numbers = line.trim().split(/\s+/).slice(0, 13).map(Number);
  if (numbers.length < 13 || !numbers.every(Number.isFinite) || !(numbers[0]! <= numbers[2]!))
    throw new PaletteError(
      `segment ${index + 1}: must be 13 numbers, with its left end before its right end`,
    );
  const [left, middle, right, r, g, b, , red, green, blue, , blend, mix] = numbers as never as number[];
  return {
    left: left!,
    middle: middle!,
    right: right!,
    blend: blend!,
    mix: mix!,
    from: [r!, g!, b!],
    to: [red!, green!, blue!],
  };
}

function colorAt({ left, middle, right, from, to, blend, mix }: Segment, place: number): Color {
  const length = right - left;
  const factor =
    length < small
      ? 0.5
      : factorOf(blend, Math.min(1, Math.max(0, (place - left) / length)), (middle - left) / length);
  if (mix === 0) return between(from, to, factor);
  const [begin, end] = [toHsv(from), toHsv(to)];
  // 1 turns the hue counterclockwise, 2 clockwise, whichever way is shorter.
  const turn = mix === 1 ? (end[0] > begin[0] ? 0 : 1) : end[0] < begin[0] ? 0 : -1;
  return toRgb(between(begin, [end[0] + turn, end[1], end[2]], factor));
}

const between = (from: Color, to: Color, factor: number): Color =>
  from.map((part, i) => part + (to[i]! - part) * factor) as never as Color;

/** How much of the right colour there is: linear, curved, a sine, a sphere's two halves, or a step. */
function factorOf(blend: number, place: number, middle: number): number {
  const linear = linearFactor(place, middle);
  if (blend === 1) {
    if (middle < small) return 1;
    return 1 - middle < small ? 0 : place ** (Math.log(0.5) / Math.log(middle));
  }
  if (blend === 2) return (1 - Math.cos(Math.PI * linear)) / 2;
  if (blend === 3) return Math.sqrt(1 - (linear - 1) ** 2);
  if (blend === 4) return 1 - Math.sqrt(1 - linear ** 2);
  if (blend === 5) return place >= middle ? 1 : 0;
  return linear;
}

function linearFactor(place: number, middle: number): number {
  if (place <= middle) return middle < small ? 0 : (0.5 * place) / middle;
  return 1 - middle < small ? 1 : 0.5 + (0.5 * (place - middle)) / (1 - middle);
}

function toHsv([r, g, b]: Color): Color {
  const most = Math.max(r, g, b);
  const range = most - Math.min(r, g, b);
  if (range === 0) return [0, 0, most];
  const sixth = most === r ? (g - b) / range : most === g ? 2 + (b - r) / range : 4 + (r - g) / range;
  return [(sixth / 6 + 1) % 1, range / most, most];
}

function toRgb([hue, saturation, value]: Color): Color {
  const part = (shift: number) => {
    const sixth = (shift + 6 * (hue - Math.floor(hue))) % 6;
    return value - value * saturation * Math.max(0, Math.min(sixth, 4 - sixth, 1));
  };
  return [part(5), part(3), part(1)];
}
