// The flags of a picture's colours. Each value is checked by the scene's own schema.
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

/** What the flags set of a scene. */
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

/** Adds the flags of everything about colours. */
export function addColors(command: Command): void {
  const text = (given: string) => given;
  for (const each of [
    option(
      '--coloring <name>',
      `what colours stand for: ${colorings.join(', ')}`,
      checked('--coloring', coloring, text),
      { words: colorings },
    ),
    option(
      '--palette <palette>',
      `a name (see mandoline palettes), colours like '#000764,#ffaa00', or a file in ${gradientFormats.join(', ')}; FILE.ugr:NAME for one of several`,
      toPalette,
      { words: paletteNames, paths: 'files' },
    ),
    option(
      '--scale <name>',
      `how numbers are laid over it: ${scales.join(', ')} (default: logarithm)`,
      checked('--scale', scale, text),
      { words: scales },
    ),
    option(
      '--range <least,most>',
      "numbers at the palette's ends (default: from a sample)",
      checked('--range', range, (text) => text.split(',').map((part) => toNumber(part.trim()))),
    ),
    option(
      '--density <number>',
      'how many times the palette is gone through',
      checked('--density', density.wrapped, toNumber),
    ),
    option(
      '--offset <number>',
      'where in the palette to begin, 0 to 1',
      checked('--offset', offset.wrapped, toNumber),
    ),
    option('--inside <color>', 'colour of points that never escape', checked('--inside', inside, text)),
    option(
      '--light <direction,height>',
      'where light on slopes is from, in degrees (default: 135,45)',
      checked('--light', light, toLight),
    ),
    option(
      '--depth <bits>',
      'bits of each of red, green, blue: 8, 16',
      checked('--depth', depth.wrapped, toNumber),
      { words: ['8', '16'] },
    ),
  ])
    command.addOption(each.helpGroup('Its colours:'));
}

/** What orbits are measured against decides about numbers too, not only about colours. */
export const trapOption = () =>
  option(
    '--trap <shape>',
    'what orbits are measured against: point:0+0i, line:0+0i,0.25 (turns), circle:0+0i,0.5',
    toTrap,
  );

/** What of a scene's colours is set by flags. */
export const colorsOf = (flags: ColorFlags): ColorFlags =>
  Object.fromEntries(names.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]]));

export const acceptedPalettes = (given: string) =>
  /[./\\]/.test(given)
    ? `is not a palette; give a name, colours like '#000764,#ffaa00', or a file in ${gradientFormats.join(', ')}`
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
    // What is wrong with the gradient's name follows the path as it was given.
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
  throw new UsageError(`--trap ${text}: must be like point:0+0i, line:0+0i,0.25 or circle:0+0i,0.5`);
}
