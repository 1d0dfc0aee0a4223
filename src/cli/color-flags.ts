// The flags of a picture's colours. The scene's schema checks each value.
import type { Command } from 'commander';
import * as v from 'valibot';
import { gradientFormats, readGradient, splitGradient } from '../color/gradient-files.js';
import { paletteNames } from '../color/palettes.js';
import { PaletteError } from '../errors.js';
import { parseComplex } from '../scene/complex.js';
import type { Scene } from '../scene/scene.js';
import { colorings, scales, sceneSchema } from '../scene/schema.js';
import { didYouMean } from '../suggestion.js';
import { checked } from './checked.js';
import { fileLimits, readBytes } from './read-file.js';
import { option, toNumber, UsageError } from './usage.js';

/** The values of a scene that the flags set. */
export type ColorFlags = Partial<Pick<Scene, (typeof names)[number]>>;

const names = [
  ...([
    'coloring',
    'scale',
    'palette',
    'range',
    'density',
    'offset',
    'inside',
    'light',
    'trap',
    'depth',
  ] as const),
] as const;

const { coloring, scale, palette, range, density, offset, inside, light, trap, depth } = sceneSchema.entries;

/** Adds all flags of colours. */
export function addColors(command: Command): void {
  const text = (given: string) => given;
  for (const each of [
    option(
      '--coloring <name>',
      `what the colours represent: ${colorings.join(', ')}`,
      checked('--coloring', coloring, text),
      { words: colorings },
    ),
    option(
      '--palette <palette>',
      `name, colours such as '#000764,#ffaa00', or file in ${gradientFormats.join(', ')} (FILE.ugr:NAME: one gradient)`,
      toPalette,
      { words: paletteNames, paths: 'files' },
    ),
    option(
      '--scale <name>',
      `how values map to the palette: ${scales.join(', ')} (default: logarithm)`,
      checked('--scale', scale, text),
      { words: scales },
    ),
    option(
      '--range <least,most>',
      'values mapped to the ends of the palette (default: estimated from a sample)',
      checked('--range', range, (text) => text.split(',').map((part) => toNumber(part.trim()))),
    ),
    option('--density <number>', 'number of palette cycles', checked('--density', density.wrapped, toNumber)),
    option(
      '--offset <number>',
      'start of the range in the palette, from 0 to 1',
      checked('--offset', offset.wrapped, toNumber),
    ),
    option('--inside <color>', 'colour of points that never escape', checked('--inside', inside, text)),
    option(
      '--light <direction,height>',
      'direction and height of the light, in degrees (default: 135,45)',
      checked('--light', light, toLight),
    ),
    option(
      '--depth <bits>',
      'bits per colour channel: 8 or 16',
      checked('--depth', depth.wrapped, toNumber),
      { words: ['8', '16'] },
    ),
  ])
    command.addOption(each.helpGroup('Colours:'));
}

/** Apart from the colours, since the shape of the trap decides about numbers, too. */
export const trapOption = () =>
  option(
    '--trap <shape>',
    'shape that orbits are measured against: point:0+0i, line:0+0i,0.25 (turns) or circle:0+0i,0.5',
    toTrap,
  );

/** The colours of a scene that flags set. */
export const colorsOf = (flags: ColorFlags): ColorFlags =>
  Object.fromEntries(names.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]]));

export const acceptedPalettes = (given: string) =>
  /[./\\]/.test(given)
    ? `is not a palette; give a name, colours such as '#000764,#ffaa00', or a file in ${gradientFormats.join(', ')}`
    : `must be one of ${paletteNames.join(', ')}${didYouMean(given, paletteNames)}`;

function toPalette(text: string): Scene['palette'] {
  if (paletteNames.includes(text)) return text;
  const file = splitGradient(text);
  if (file) return gradientIn(file.path, file.which);
  if (!text.includes('#')) throw new UsageError(`--palette ${text}: ${acceptedPalettes(text)}`);
  return checked('--palette', palette, (given) => given.split(',').map((each) => each.trim()))(
    text,
  ) as Scene['palette'];
}

function gradientIn(path: string, which: string | undefined): readonly string[] {
  const place = `--palette ${path}`;
  const bytes = readBytes(path, fileLimits.palette, place);
  try {
    return readGradient(path, bytes, which);
  } catch (error) {
    if (!(error instanceof PaletteError)) throw error;
    // An error about the gradient's name continues the path as it was given.
    throw new UsageError(`${place}${error.message.startsWith(':') ? '' : ': '}${error.message}`);
  }
}

function toLight(text: string): unknown {
  const [direction, height, ...more] = text.split(',').map((part) => toNumber(part.trim()));
  return more.length > 0 ? text : { direction, height };
}

function toTrap(text: string): Scene['trap'] {
  const [shape = '', given = ''] = text.split(/:(.*)/s);
  const [point = '', ...sizes] = given.split(',');
  const value = { [shape]: [...(parseComplex(point) ?? []), ...sizes.map((size) => toNumber(size.trim()))] };
  const result = v.safeParse(trap, value);
  if (result.success) return result.output;
  throw new UsageError(
    `--trap ${text}: must be a shape such as point:0+0i, line:0+0i,0.25 or circle:0+0i,0.5`,
  );
}
