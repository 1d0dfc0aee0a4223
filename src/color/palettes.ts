// Named palettes, as bytes; paint.ts assigns them to counts. The colours are d3-scale-chromatic's:
// matplotlib's viridis family, ColorBrewer, turbo, Green's cubehelix. d3 rounds to whole bytes itself. Only
// cubehelix and rainbow need sine and cosine, where engines differ in the last digit: however many colours up to 256
// are taken of them, none comes nearer than 0.000002 to where a byte would change.
import { type RGBColor, rgb } from 'd3-color';
import * as scales from 'd3-scale-chromatic';
import { cosAndSin } from '../rotation.js';
import { toBytes } from './image.js';

type Colors = (t: number) => string;

/** Those that end in black, without it. */
const darkened: Readonly<Record<string, Colors>> = {
  ember: scales.interpolateInferno,
  dusk: scales.interpolateMagma,
  fern: scales.interpolateViridis,
  plum: scales.interpolatePlasma,
  lagoon: (t) => scales.interpolateYlGnBu(1 - t),
};

const palettes: Readonly<Record<string, Colors>> = {
  inferno: scales.interpolateInferno,
  magma: scales.interpolateMagma,
  plasma: scales.interpolatePlasma,
  viridis: scales.interpolateViridis,
  cividis: scales.interpolateCividis,
  turbo: scales.interpolateTurbo,
  cubehelix: scales.interpolateCubehelixDefault,
  greys: (t) => scales.interpolateGreys(1 - t),
  blues: (t) => scales.interpolateYlGnBu(1 - t),
  fire: (t) => scales.interpolateYlOrRd(1 - t),
  spectral: scales.interpolateSpectral,
  ...Object.fromEntries(Object.entries(darkened).map(([name, colors]) => [name, inBlack(colors)])),
  rainbow: scales.interpolateRainbow,
  sinebow,
  // Sea foam and amber on deep blue, as in many pictures of the set since the 1990s, and day's light going and coming.
  classic: through('#000764', '#1a5fb4', '#9ad1f0', '#edffff', '#ffce5c', '#ffaa00', '#5c2a00', '#000764'),
  twilight: through(
    '#e2d9e2',
    '#8bb0c6',
    '#5e6cb8',
    '#441a60',
    '#2f1436',
    '#6b1d4c',
    '#b8604f',
    '#cfa89a',
    '#e2d9e2',
  ),
  // The 16 colours of a VGA screen as Fractint began with, from black to white.
  vga: through(
    ...['#000000', '#0000a8', '#00a800', '#00a8a8', '#a80000', '#a800a8', '#a85400', '#a8a8a8'],
    ...['#545454', '#5454fc', '#54fc54', '#54fcfc', '#fc5454', '#fc54fc', '#fcfc54', '#fcfcfc'],
  ),
};

/**
 * d3's sinebow (Bostock, after Loyd), from sines that every engine has the same: a quarter of the way red is 127.5, and
 * the last digit would say which byte that is.
 */
function sinebow(t: number): string {
  const part = (turned: number) => {
    const [, sin] = cosAndSin(180 * (0.5 - t) + turned);
    return Math.round(255 * sin * sin);
  };
  return rgb(part(0), part(60), part(120)).formatHex();
}

/** Cyclic palettes, which end as they begin. */
const cyclic = new Set(['rainbow', 'sinebow', 'classic', 'twilight']);

/** Whether a named palette is cyclic. */
export const isCyclicPalette = (name: string): boolean => cyclic.has(name);

/** Ends in black, the colour of the largest count, so that the inside is dark. */
function inBlack(colors: Colors): Colors {
  return (t) => (t < 1 ? colors(t) : '#000000');
}

/** The names that a scene's `palette` may be. */
export const paletteNames: readonly string[] = Object.keys(palettes);

/** Colours in even steps, with straight lines between them. */
function through(...colors: readonly string[]): Colors {
  const stops = colors.map((color) => rgb(color));
  return (t) => {
    const place = t * (stops.length - 1);
    const index = Math.min(Math.floor(place), stops.length - 2);
    const [from, to] = [stops[index]!, stops[index + 1]!];
    const part = (name: 'r' | 'g' | 'b') =>
      Math.round(from[name] + (to[name] - from[name]) * (place - index));
    return rgb(part('r'), part('g'), part('b')).formatHex();
  };
}

/** A palette's colours over a range: red, green, blue in turn, 0 to 65535. */
export interface ColorTable {
  readonly colors: Uint16Array;
  /** Whether the palette is cyclic; others run back and forth. */
  readonly isCyclic: boolean;
}

/** Colours of which those of a palette with a name are at most this many steps apart. */
const namedColors = 256;

/**
 * `length` colours of a named palette or a user's gradient. With `isWhole`, palettes keep the black that some end in, for
 * points that never escape. Throws RangeError for an unknown palette.
 */
export async function colorTable(
  palette: string | readonly string[],
  length: number,
  isWhole: boolean,
): Promise<ColorTable> {
  if (typeof palette === 'string') {
    const some = paletteColors(palette, Math.min(length, namedColors), isWhole);
    return { colors: stretched(some, length), isCyclic: cyclic.has(palette) };
  }
  // Imported here: a colour library is slow to load.
  const { gradientColors } = await import('./gradient.js');
  return {
    colors: gradientColors(palette, length),
    isCyclic: rgb(palette[0]!).formatHex() === rgb(palette.at(-1)!).formatHex(),
  };
}

/** Bytes as numbers of 16 bits, interpolated linearly to `length` colours. */
function stretched(colors: Uint8Array, length: number): Uint16Array {
  const last = colors.length / 3 - 1;
  return Uint16Array.from({ length: 3 * length }, (_, i) => {
    const place = length === 1 ? 0 : (Math.floor(i / 3) * last) / (length - 1);
    const index = Math.min(Math.floor(place), Math.max(0, last - 1));
    const from = colors[3 * index + (i % 3)]!;
    const to = colors[3 * Math.min(index + 1, last) + (i % 3)]!;
    return Math.round(257 * (from + (to - from) * (place - index)));
  });
}

/** A colour written as `#rgb` or `#rrggbb`: three numbers of 16 bits. */
export function colorOf(hex: string): readonly [number, number, number] {
  const { r, g, b } = rgb(hex);
  return [257 * r, 257 * g, 257 * b];
}

/**
 * `length` colours sampled evenly across the palette, as bytes: red, green, blue in turn, 0 to 255. With `isWhole` false
 * (default: true), palettes omit the black that some end in. Throws RangeError for a name that is not in `paletteNames`.
 */
export function paletteColors(name: string, length: number, isWhole = true): Uint8Array {
  const palette = paletteOf(name, isWhole);
  const colors = Array.from({ length }, (_, i) => palette(i / Math.max(1, length - 1)));
  return Uint8Array.from(colors.flatMap(({ r, g, b }) => [r, g, b]));
}

/** The share of light that a basin's darkest shade keeps; chosen by eye. */
const darkest = 0.1;
const grey = [96, 96, 96];

/**
 * `shades` greys for no basin, then `shades` colours for each of `groups` basins: first a colour of the palette, evenly
 * spread, then darker ones. As bytes, like `paletteColors`.
 */
export async function basinColors(
  palette: string | readonly string[],
  groups: number,
  shades: number,
): Promise<Uint8Array> {
  const { colors } = await colorTable(palette, 2 * groups + 1, true);
  const bases = Array.from({ length: groups }, (_, group) => [
    ...toBytes(colors.subarray(6 * group + 3, 6 * group + 6)),
  ]);
  const light = (shade: number) => 1 - ((1 - darkest) * shade) / Math.max(1, shades - 1);
  return Uint8Array.from(
    [grey, ...bases].flatMap((base) =>
      Array.from({ length: shades }, (_, shade) =>
        base.map((part) => Math.round(part * light(shade))),
      ).flat(),
    ),
  );
}

function paletteOf(name: string, isWhole: boolean): (t: number) => RGBColor {
  const palette = Object.hasOwn(palettes, name) ? palettes[name] : undefined;
  if (!palette) throw new RangeError(`palette ${name}: must be one of ${paletteNames.join(', ')}`);
  const colors = isWhole ? palette : (darkened[name] ?? palette);
  return (t) => rgb(colors(t));
}
