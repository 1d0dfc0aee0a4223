// Palettes by name, as bytes; which count has which colour is paint's. The colours are d3-scale-chromatic's:
// matplotlib's viridis family, ColorBrewer, turbo, Green's cubehelix. d3 rounds to whole bytes itself. Only
// cubehelix needs sine and cosine, where engines differ in the last digit: none of its 256 colours comes nearer
// than 0.0007 to where a byte would change.
import { rgb } from 'd3-color';
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
};

export const paletteNames: readonly string[] = Object.keys(palettes);

/** `length` colours from a palette's first to its last: red, green, blue in turn, 0 to 255. */
export function paletteColors(name: string, length: number): Uint8Array {
  const palette = Object.hasOwn(palettes, name) ? palettes[name] : undefined;
  if (!palette) throw new RangeError(`palette ${name}: must be one of ${paletteNames.join(', ')}`);
  const colors = Array.from({ length }, (_, i) => rgb(palette(i / Math.max(1, length - 1))));
  return Uint8Array.from(colors.flatMap(({ r, g, b }) => [r, g, b]));
}
