// Flags turned into values that are checked: by the scene's own schema where they are part of a scene. A wrong
// one is a UsageError of one line that names the flag, what was given and what is accepted.
import { availableMemory } from 'node:process';
import { Option } from 'commander';
import * as v from 'valibot';
import { paletteNames } from '../color/palettes.js';
import { type Output, OutputError, openOutput } from '../encode/output.node.js';
import { LimitError } from '../errors.js';
import { sceneBytes } from '../render/render.js';
import { formatComplex, parseComplex } from '../scene/complex.js';
import { lessonScene, type Scene, sceneSchema } from '../scene/scene.js';
import { onInterrupt } from './interrupt.js';

/** A command line that cannot be obeyed: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const { c, lattice, iterations, escape } = sceneSchema.entries;
const { extent, cells } = lattice.entries;

/** The flags of everything in a scene. */
export const sceneOptions = (): Option[] => [
  option('--c <complex>', 'the constant of z^2 + c', checked('--c', c, parseComplex)).default(
    lessonScene.c,
    formatComplex(lessonScene.c),
  ),
  option('--extent <number>', 'sample from -extent to extent', checked('--extent', extent, toNumber)).default(
    lessonScene.lattice.extent,
  ),
  option('--cells <number>', 'points a unit of the extent', checked('--cells', cells, toNumber)).default(
    lessonScene.lattice.cells,
  ),
  option('--iterations <number>', 'steps at most', checked('--iterations', iterations, toNumber)).default(
    lessonScene.iterations,
  ),
  option('--escape <rule>', '"overflow" or a bailout radius', checked('--escape', escape, toEscape)).default(
    lessonScene.escape,
  ),
];

export interface SceneFlags {
  readonly c: Scene['c'];
  readonly extent: number;
  readonly cells: number;
  readonly iterations: number;
  readonly escape: Scene['escape'];
  readonly palette?: string;
}

/** The scene that the flags say. Throws UsageError where it would not fit the memory. */
export function sceneOf({ extent, cells, ...flags }: SceneFlags): Scene {
  const { c, iterations, escape, palette = lessonScene.palette } = flags;
  const scene = { ...lessonScene, c, lattice: { extent, cells }, iterations, escape, palette };
  checkMemory(scene);
  return scene;
}

/** What the program itself takes beside the field. */
const ownBytes = 150e6;

function checkMemory(scene: Scene): void {
  const flag = `--cells ${scene.lattice.cells}`;
  try {
    const needed = sceneBytes(scene) + ownBytes;
    const available = availableMemory();
    if (needed > available) throw new LimitError('the job', needed, available);
  } catch (error) {
    throw error instanceof LimitError ? new UsageError(`${flag}: ${error.message}`) : error;
  }
}

export const paletteOption = (): Option =>
  option('--palette <name>', `colours: ${paletteNames.join(', ')}`, (text) => {
    if (paletteNames.includes(text)) return text;
    throw new UsageError(`--palette ${text}: must be one of ${paletteNames.join(', ')}`);
  }).default(lessonScene.palette);

/** `-o`, as often as it is given. */
export const outputOption = (description: string): Option =>
  option('-o, --output <file>', description, (path, before: readonly string[] = []) => [...before, path]);

/** An output that can be written to. */
export function checkedOutput(path: string): Output {
  try {
    const output = openOutput(path);
    onInterrupt(output.discard);
    return output;
  } catch (error) {
    throw error instanceof OutputError ? new UsageError(`-o ${error.message}`) : error;
  }
}

/** Whole numbers from `smallest` to `largest`. */
export const whole = (flag: string, smallest: number, largest: number) => (text: string) => {
  const value = toNumber(text);
  if (value !== undefined && Number.isInteger(value) && value >= smallest && value <= largest) return value;
  throw new UsageError(`${flag} ${text}: must be a whole number from ${smallest} to ${largest}`);
};

export const mostSlices = 10_000_000;
export const mostWorkers = 1024;

export const option = (flags: string, description: string, parse: (text: string, before: never) => unknown) =>
  new Option(flags, description).argParser(parse as (text: string, before: unknown) => unknown);

function checked(flag: string, schema: v.GenericSchema, read: (text: string) => unknown) {
  return (text: string) => {
    const result = v.safeParse(schema, read(text));
    if (result.success) return result.output;
    throw new UsageError(`${flag} ${text}: ${result.issues[0].message}`);
  };
}

/** A decimal number, or undefined: Number('') and Number('0x10') are numbers too. */
function toNumber(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

const toEscape = (text: string) => (text === 'overflow' ? text : toNumber(text));
