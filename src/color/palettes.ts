// Palettes by name, as bytes; which count has which colour is paint's. The colours are d3-scale-chromatic's:
// matplotlib's viridis family, ColorBrewer, turbo, Green's cubehelix. d3 rounds to whole bytes itself. Only
// cubehelix needs sine and cosine, where engines differ in the last digit: none of its 256 colours comes nearer
// than 0.0007 to where a byte would change.
import { type RGBColor, rgb } from 'd3-color';
import * as scales from 'd3-scale-chromatic';

const palettes: Readonly<Record<string, (t: number) => string>> = {
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
  ember: inBlack(scales.interpolateInferno),
  dusk: inBlack(scales.interpolateMagma),
  fern: inBlack(scales.interpolateViridis),
  plum: inBlack(scales.interpolatePlasma),
  lagoon: inBlack((t) => scales.interpolateYlGnBu(1 - t)),
};

/** The last colour, that of the largest count, in black: where nothing escapes it is dark. */
function inBlack(palette: (t: number) => string): (t: number) => string {
  return (t) => (t < 1 ? palette(t) : '#000000');
}

export const paletteNames: readonly string[] = Object.keys(palettes);

/** `length` colours from a palette's first to its last: red, green, blue in turn, 0 to 255. */
export function paletteColors(name: string, length: number): Uint8Array {
  const palette = paletteOf(name);
  return bytes(Array.from({ length }, (_, i) => palette(i / Math.max(1, length - 1))));
}

/** What the last shade of a basin keeps of its colour's light; chosen by eye. */
const darkest = 0.1;

/**
 * `shades` colours for each of `groups` basins after those for no basin, which are greys: a basin's first is one of
 * the palette's, evenly spread over it, the others are darker. As bytes, like `paletteColors`.
 */
export function basinColors(name: string, groups: number, shades: number): Uint8Array {
  const palette = paletteOf(name);
  const bases = Array.from({ length: groups }, (_, group) => palette((group + 0.5) / groups));
  const light = (shade: number) => 1 - ((1 - darkest) * shade) / Math.max(1, shades - 1);
  const shaded = ({ r, g, b }: RGBColor) =>
    Array.from({ length: shades }, (_, shade) =>
      rgb(...([r, g, b].map((part) => Math.round(part * light(shade))) as [number, number, number])),
    );
  return bytes([rgb(96, 96, 96), ...bases].flatMap(shaded));
}

function paletteOf(name: string): (t: number) => RGBColor {
  const palette = Object.hasOwn(palettes, name) ? palettes[name] : undefined;
  if (!palette) throw new RangeError(`palette ${name}: must be one of ${paletteNames.join(', ')}`);
  return (t) => rgb(palette(t));
}

const bytes = (colors: readonly RGBColor[]) => Uint8Array.from(colors.flatMap(({ r, g, b }) => [r, g, b]));
