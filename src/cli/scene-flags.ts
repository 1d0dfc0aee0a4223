// The scene of a command: a bundled one, one in a file, or the lesson's; and the flags that change it. Each value is
// checked by the scene's own schema.
import type { Command, Option } from 'commander';
import * as v from 'valibot';
import { paletteNames } from '../color/palettes.js';
import { FormulaError, SceneError } from '../errors.js';
import { parseFormula } from '../formula/parse.js';
import { parseEscape, readAddress } from '../scene/address.js';
import { type Complex, formatComplex, parseComplex, plainMinus, splitComplex } from '../scene/complex.js';
import { gallery, inPixels } from '../scene/gallery.js';
import {
  type EscapeRule,
  lessonScene,
  parseDraft,
  parseScene,
  type Scene,
  type ViewScene,
} from '../scene/scene.js';
import { sceneSchema } from '../scene/schema.js';
import { shorten } from '../scene/spell.js';
import { type View, viewIssues } from '../scene/view.js';
import { didYouMean } from '../suggestion.js';
import { checked } from './checked.js';
import { acceptedPalettes, addColors, type ColorFlags, colorsOf, trapOption } from './color-flags.js';
import { isSceneFile, nameOfFile, readSceneFile, type SceneFile, suffixText } from './scene-file.js';
import { Operand, option, toNumber, UsageError, type Values } from './usage.js';

export interface SceneFlags extends ColorFlags {
  readonly formula?: string;
  readonly parameter?: Readonly<Record<string, Complex>>;
  readonly c?: Scene['c'];
  readonly z0?: Scene['z0'];
  readonly center?: readonly [string, string];
  readonly width?: number;
  readonly zoom?: number;
  readonly size?: readonly [columns: number, rows: number];
  readonly rotate?: number;
  readonly samples?: number;
  readonly extent?: number;
  readonly cells?: number;
  readonly iterations?: number;
  readonly escape?: EscapeRule;
}

/** A scene and what it is called. */
export interface NamedScene {
  readonly name: string;
  readonly scene: Scene;
  /** Where it was read from, if from a file. */
  readonly file?: SceneFile;
}

const { c, z0, iterations, escape, ...rest } = sceneSchema.entries;
const [lattice, view] = [rest.lattice.wrapped.entries, rest.view.wrapped.entries];

/** What may stand where a scene is named. */
export const sceneValues: Values = { words: Object.keys(gallery), paths: 'files' };

const toPoint = (text: string) => (text === 'p' ? text : parseComplex(text));

/** Adds the scene and the flags of everything in it. */
export function addScene(command: Command): void {
  command.addArgument(
    new Operand(
      '[scene]',
      "a scene's name (see mandoline scenes), a file in .json, a picture that mandoline wrote, a page's address, " +
        "or a location in .kfr or .toml; without, the lesson's, or with --formula an 800x600 view",
      sceneValues,
    ),
  );
  const options: Option[] = [
    option('--formula <text>', 'the step, such as "z^3 + c"', String),
    option('--parameter <name=value>', 'a name in the formula; repeatable', toParameter),
    option('--c <complex>', 'the constant of the formula; p: the sample point', checked('--c', c, toPoint)),
    option('--z0 <complex>', 'the first z; p: the sample point', checked('--z0', z0, toPoint)),
    option('--center <complex>', 'the middle of the view, like -0.75+0.1i', toCenter),
    option('--width <number>', 'how wide the view is', checked('--width', view.width, toNumber)),
    option('--zoom <number>', 'how many times nearer than the scene', toZoom),
    option('--size <pixels>', 'the size of the view, like 800x600', toSize),
    option(
      '--rotate <degrees>',
      'turn the view counterclockwise, so its content clockwise',
      checked('--rotate', view.rotation.wrapped, toNumber),
    ),
    option('--samples <number>', 'sample points a pixel: 1, 2x2, 3x3', toSamples, {
      words: ['1', '2x2', '3x3'],
    }),
    option(
      '--extent <number>',
      'sample from -extent to extent',
      checked('--extent', lattice.extent, toNumber),
    ),
    option('--cells <number>', 'points a unit of the extent', checked('--cells', lattice.cells, toNumber)),
    option('--iterations <number>', 'steps at most', checked('--iterations', iterations, toNumber)),
    option(
      '--escape <rule>',
      'overflow, a radius, or converged:1e-6,bailout:100',
      checked('--escape', escape, parseEscape),
      { words: ['overflow'] },
    ),
  ];
  for (const each of [...options, trapOption()]) command.addOption(each.helpGroup('The scene:'));
  addColors(command);
}

/** The scene that is named, with what the flags change. Throws UsageError. */
export async function sceneOf(given: string | undefined, flags: SceneFlags): Promise<NamedScene> {
  const { name, scene: base, file } = await namedScene(given, flags);
  const { lattice: _, view: __, parameters: before, ...others } = base;
  const parameters = { ...before, ...flags.parameter };
  const { formula, c, z0, iterations, escape } = { ...base, ...flags };
  const scene = checkScene(
    {
      ...{ ...others, ...colorsOf(flags), formula, c, z0, iterations, escape },
      ...(Object.keys(parameters).length > 0 && { parameters }),
      ...pointsOf(base, flags, given ?? 'the lesson'),
    },
    given,
    flags,
  );
  if (scene.c !== 'p' && scene.z0 !== 'p' && !/\bp\b/.test(formula)) {
    const flag = flags.c ? `--c ${formatComplex(scene.c)}` : `--z0 ${formatComplex(scene.z0)}`;
    const other = flags.c ? '--z0 p' : '--c p';
    throw new UsageError(`${flag}: no count would depend on the sample point; give ${other} too`);
  }
  if (name !== 'lesson' || given !== undefined || isLesson(scene))
    return { name, scene, ...(file && { file }) };
  return { name: scene.z0 === 'p' && scene.c !== 'p' ? 'julia' : 'scene', scene };
}

/** The picture of a scene where no file is named: never the picture that the scene was read from. */
export function pictureOf(given: string | undefined, { name, file }: NamedScene): string {
  if (given === undefined && name === 'lesson') return 'julia.png';
  return file?.picture ? `${name}-again.png` : `${name}.png`;
}

/** Sample points of a pixel, along each side, in pictures of bundled scenes and of formulas of the user's. */
const smoothSamples = 2;

/**
 * The scene for files of which all are pictures: one that neither a file nor an address nor a flag says the samples of
 * has 2 x 2 of them, where doubles can tell them apart. The lesson's has as many points as its array.
 */
export function smoothScene<T extends Scene>(given: string | undefined, flags: SceneFlags, scene: T): T {
  const isOurs = given === undefined ? flags.formula !== undefined : Object.hasOwn(gallery, given);
  if (!isOurs || given === 'lesson' || !scene.view || flags.samples !== undefined) return scene;
  const view = { ...scene.view, samples: smoothSamples };
  return viewIssues(view).length > 0 ? scene : { ...scene, view };
}

/** A scene with other colours. Throws UsageError. */
export const recolored = (scene: Scene, flags: ColorFlags): Scene =>
  checkScene({ ...scene, ...colorsOf(flags) }, undefined, flags);

const isLesson = (scene: Scene) =>
  JSON.stringify({ ...scene, palette: '' }) === JSON.stringify({ ...lessonScene, palette: '' });

/**
 * What a formula of the user's begins with: the plane around 0, and a radius from which the orbits of most formulas
 * never come back. Steps to a root only end by convergence.
 */
function ownFormula(formula: string): ViewScene {
  const { palette: _, ...plane } = inPixels(lessonScene, 800, 600);
  const scene = { ...plane, iterations: 100 };
  if (/\bnewton\b/.test(formula))
    return { ...scene, escape: { converged: 1e-6 }, palette: 'turbo', scale: 'linear', range: [2, 60] };
  return {
    ...{ ...scene, escape: 1000, coloring: 'smooth', palette: 'classic', density: 1.6, inside: '#000' },
  };
}

/** The scene that is named, before flags change it; whether it can be drawn is for the changed scene to say. */
async function namedScene(given: string | undefined, flags: SceneFlags): Promise<NamedScene> {
  if (given === undefined) {
    const { formula, extent, cells } = flags;
    const isOwn = formula !== undefined && extent === undefined && cells === undefined;
    return isOwn ? { name: 'formula', scene: ownFormula(formula) } : { name: 'lesson', scene: lessonScene };
  }
  if (Object.hasOwn(gallery, given)) return { name: given, scene: gallery[given]!.scene };
  if (isAddress(given)) {
    const scene = orUsageError(() => readAddress(given, parseDraft), given, {});
    return { name: 'scene', scene };
  }
  if (!isSceneFile(given)) {
    const meant = didYouMean(given, Object.keys(gallery)) || '; "mandoline scenes" lists them';
    throw new UsageError(`${given}: no scene of this name, and no file in ${suffixText}${meant}`);
  }
  const file = await readSceneFile(given);
  return { name: nameOfFile(given), scene: orUsageError(() => parseDraft(file.value), given, {}), file };
}

/** Whether a scene is given by the address of a page. */
const isAddress = (given: string): boolean => /^(?:https?:\/\/[^#]*)?#/.test(given);

/** The flag that sets a value of a scene, where it is not called the same. */
const flagOf: Readonly<Record<string, keyof SceneFlags>> = { view: 'center', 'view.width': 'width' };

/** Checks a scene; what is wrong is told by the flag that set it, or else by the file or scene it is in. */
const checkScene = (value: unknown, given: string | undefined, flags: SceneFlags): Scene =>
  orUsageError(
    () => {
      const scene = parseScene(value);
      const { palette } = scene;
      if (typeof palette !== 'string' || paletteNames.includes(palette)) return scene;
      const accepted = acceptedPalettes(palette);
      throw new SceneError([{ path: 'palette', given: shorten(palette), accepted }]);
    },
    given,
    flags,
  );

/** Wrong values that are told one by one. */
const shownIssues = 20;

function orUsageError(read: () => Scene, given: string | undefined, flags: SceneFlags): Scene {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SceneError)) throw error;
    const shown = error.issues.slice(0, shownIssues);
    const lines = shown.map(({ path, given: value, accepted, cause }) =>
      cause
        ? `${placeOf(path)}: ${cause.message}${parameterHint(cause)}\n${cause.pointer}`
        : `${placeOf(path)} ${value}: ${accepted}`,
    );
    const others = error.issues.length - shown.length;
    if (others > 0) lines.push(`and ${others} more values are wrong`);
    throw new UsageError(lines.join('\nmandoline: '));
  }

  function placeOf(path: string): string {
    const flag = flagOf[path] ?? path;
    if (flag === 'width' && flags.zoom !== undefined) return `--zoom ${flags.zoom}: width`;
    if (!given || Object.hasOwn(flags, flag)) return `--${flag}`;
    return `${given.length > 200 ? `${given.slice(0, 200)}...` : given}: ${path || 'scene'}`;
  }
}

const parameterHint = ({ unknownName }: FormulaError): string =>
  unknownName === undefined ? '' : `; or give it a value, as in --parameter ${unknownName}=0.5`;

/** The sample points: those of the scene, changed; a flag of a view makes a view of a lattice. */
function pointsOf(base: Scene, flags: SceneFlags, name: string): Pick<Scene, 'lattice' | 'view'> {
  const { extent, cells, center, zoom, size, rotate, samples } = flags;
  if (zoom !== undefined && flags.width !== undefined)
    throw new UsageError(`--zoom ${zoom}: must not be given with --width, which says how wide the view is`);
  const ofLattice =
    extent !== undefined ? `--extent ${extent}` : cells !== undefined ? `--cells ${cells}` : '';
  const ofView = [center, flags.width, zoom, size, rotate, samples];
  const isView = base.view || ofView.some((each) => each !== undefined);
  if (!isView) return { lattice: { ...base.lattice, ...(extent && { extent }), ...(cells && { cells }) } };
  if (ofLattice) {
    const why = base.view ? `${name} is a view` : 'a view has no lattice';
    throw new UsageError(`${ofLattice}: ${why}; give --center, --width or --zoom, and --size alone`);
  }
  const before: View = base.view ?? {
    center: ['0', '0'],
    width: 2 * base.lattice.extent,
    columns: 800,
    rows: 600,
  };
  const [columns, rows] = size ?? [before.columns, before.rows];
  const width = flags.width ?? before.width / (zoom ?? 1);
  const turned = { ...(rotate !== undefined && { rotation: rotate }), ...(samples && { samples }) };
  return { view: { ...before, center: center ?? before.center, width, columns, rows, ...turned } };
}

function toParameter(text: string, before: Readonly<Record<string, Complex>> = {}) {
  const [name = '', value] = text.split(/=(.*)/s);
  const complex = value === undefined ? undefined : parseComplex(value);
  if (!complex)
    throw new UsageError(
      `--parameter ${text}: must be a name and a finite complex number, like n=3 or a=0.5-i`,
    );
  try {
    parseFormula('z', { [name]: complex });
  } catch (error) {
    if (error instanceof FormulaError)
      throw new UsageError(`--parameter ${text}: must have ${error.expected}`);
    throw error;
  }
  return { ...before, [name]: complex };
}

function toZoom(text: string): number {
  const zoom = toNumber(text);
  if (zoom !== undefined && zoom >= 1e-300 && zoom <= 1e300) return zoom;
  throw new UsageError(`--zoom ${text}: must be a number from 1e-300 to 1e300`);
}

/** Two decimal numbers, kept as they are written: `-0.75+0.1i` or `-0.75,0.1`. */
function toCenter(text: string): readonly [string, string] {
  const plain = plainMinus(text.trim());
  const pair = plain.replace(/^\((.*)\)$/s, '$1').split(',');
  const parts = pair.length > 1 ? pair.map((part) => part.trim()) : splitComplex(plain);
  const result = v.safeParse(view.center, parts);
  if (result.success) return result.output;
  throw new UsageError(`--center ${text}: must be a finite complex number like -0.75+0.1i or -0.75,0.1`);
}

export function toSize(text: string): readonly [number, number] {
  const [columns, rows] = /^(\d+) ?[x×] ?(\d+)$/i.exec(text)?.slice(1).map(Number) ?? [];
  if (v.is(view.columns, columns) && v.is(view.rows, rows)) return [columns, rows];
  throw new UsageError(`--size ${text}: must be columns and rows like 800x600, each from 1 to 100000`);
}

function toSamples(text: string): number {
  const samples = /^([123])(?:[x×]\1)?$/i.exec(text)?.[1];
  if (samples) return Number(samples);
  throw new UsageError(`--samples ${text}: must be 1, 2x2 or 3x3`);
}
