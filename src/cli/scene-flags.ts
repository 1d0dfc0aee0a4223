// The scene of a command: a bundled one, one in a file, or the lesson's; and the flags that change it. The scene's schema
// checks each value.
import type { Command, Option } from 'commander';
import * as v from 'valibot';
import { paletteNames } from '../color/palettes.js';
import { FormulaError, SceneError } from '../errors.js';
import { parseFormula } from '../formula/parse.js';
import { parseEscape, readAddress } from '../scene/address.js';
import { arithmeticOf, withCounts } from '../scene/arithmetic.js';
import {
  type Complex,
  formatComplex,
  isDecimal,
  parseComplex,
  parseConstant,
  plainMinus,
  splitComplex,
} from '../scene/complex.js';
import { decimalProblem, divided, magnitudeOf, mostPlaces, spelled } from '../scene/decimal.js';
import { gallery, inPixels } from '../scene/gallery.js';
import {
  type EscapeRule,
  lessonScene,
  parseDraft,
  parseScene,
  type Scene,
  type ViewScene,
} from '../scene/scene.js';
import { arithmetics, sceneSchema } from '../scene/schema.js';
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
  readonly width?: View['width'];
  readonly zoom?: View['width'];
  readonly size?: readonly [columns: number, rows: number];
  readonly rotate?: number;
  readonly samples?: number;
  readonly extent?: number;
  readonly cells?: number;
  readonly iterations?: number;
  readonly escape?: EscapeRule;
  readonly arithmetic?: Scene['arithmetic'];
}

/** A scene and its name. */
export interface NamedScene {
  readonly name: string;
  readonly scene: Scene;
  /** The file that it was read from, if any. */
  readonly file?: SceneFile;
  /** What it is coloured by counts in place of, if its own colouring is for doubles alone. */
  readonly replaced?: Scene['coloring'];
}

const { c, z0, iterations, escape, arithmetic, ...rest } = sceneSchema.entries;
const [lattice, view] = [rest.lattice.wrapped.entries, rest.view.wrapped.entries];

/** What may be given as a scene. */
export const sceneValues: Values = { words: Object.keys(gallery), paths: 'files' };

const toPoint = (text: string) => (text === 'p' ? text : parseConstant(text));

/** A width, with its digits where no double has them. */
function toWidth(text: string): unknown {
  const plain = plainMinus(text);
  return isDecimal(plain) ? spelled(plain) : undefined;
}

/** Adds the scene and the flags of everything in it; those of colours only where colours are used. */
export function addScene(command: Command, hasColors = true): void {
  command.addArgument(
    new Operand(
      '[scene]',
      'bundled scene (see mandoline scenes), file in .json, .png, .kfr or .toml, or explorer address (default: the ' +
        "lesson's Julia set, or an 800x600 view of --formula)",
      sceneValues,
    ),
  );
  const options: Option[] = [
    option('--formula <text>', 'one step of the iteration, such as "z^3 + c"', String),
    option('--parameter <name=value>', 'value of a name in the formula (repeatable)', toParameter),
    option('--c <complex>', 'constant c of the formula; p: the sample point', checked('--c', c, toPoint)),
    option('--z0 <complex>', 'first z; p: the sample point', checked('--z0', z0, toPoint)),
    option(
      '--iterations <number>',
      'maximum number of iterations',
      checked('--iterations', iterations, toNumber),
    ),
    option(
      '--escape <rule>',
      'when points escape: overflow, a radius, or converged:1e-6,bailout:100',
      checked('--escape', escape, parseEscape),
      { words: ['overflow'] },
    ),
    option(
      '--arithmetic <kind>',
      'double, or exact: every count proved (default: double while points are far enough apart)',
      checked('--arithmetic', arithmetic.wrapped, (text) => text),
      { words: arithmetics },
    ),
    ...(hasColors ? [trapOption()] : []),
  ];
  const views: Option[] = [
    option('--center <complex>', 'centre of the view, such as -0.75+0.1i', toCenter),
    option('--width <number>', 'width of the view in the plane', checked('--width', view.width, toWidth)),
    option('--zoom <number>', 'magnification relative to the scene', toZoom),
    option('--size <pixels>', 'columns x rows, such as 800x600', toSize),
    option(
      '--rotate <degrees>',
      'turn the view counterclockwise (its content turns clockwise)',
      checked('--rotate', view.rotation.wrapped, toNumber),
    ),
    option('--samples <number>', 'sample points per pixel: 1, 2x2 or 3x3', toSamples, {
      words: ['1', '2x2', '3x3'],
    }),
  ];
  const lattices: Option[] = [
    option(
      '--extent <number>',
      'sample from -extent to extent',
      checked('--extent', lattice.extent, toNumber),
    ),
    option(
      '--cells <number>',
      'grid points from the centre to the edge',
      checked('--cells', lattice.cells, toNumber),
    ),
  ];
  for (const each of options) command.addOption(each.helpGroup('Formula:'));
  for (const each of views) command.addOption(each.helpGroup('View:'));
  for (const each of lattices) command.addOption(each.helpGroup("The lesson's grid, instead of a view:"));
  if (hasColors) addColors(command);
}

/** The scene that is given, changed by the flags. Throws UsageError. */
export async function sceneOf(given: string | undefined, flags: SceneFlags): Promise<NamedScene> {
  const { name, scene: base, file } = await namedScene(given, flags);
  const { lattice: _, view: __, parameters: before, ...others } = base;
  const parameters = { ...before, ...flags.parameter };
  const { formula, c, z0, iterations, escape, arithmetic } = { ...base, ...flags };
  const wanted = {
    ...others,
    ...colorsOf(flags),
    formula,
    c,
    z0,
    iterations,
    escape,
    ...(arithmetic && { arithmetic }),
    ...(Object.keys(parameters).length > 0 && { parameters }),
    ...pointsOf(base, flags, given ?? 'the lesson'),
  };
  const counted = flags.coloring === undefined ? withCounts(wanted) : wanted;
  const scene = checkScene({ ...counted, ...colorsOf(flags) }, given, flags);
  const replaced = counted === wanted ? undefined : wanted.coloring;
  if (scene.c !== 'p' && scene.z0 !== 'p' && !/\bp\b/.test(formula)) {
    const flag = flags.c ? `--c ${formatComplex(scene.c)}` : `--z0 ${formatComplex(scene.z0)}`;
    const other = flags.c ? '--z0 p' : '--c p';
    throw new UsageError(`${flag}: the counts would not depend on the sample point; give ${other}, too`);
  }
  if (name !== 'lesson' || given !== undefined || isLesson(scene))
    return { name, scene, ...(file && { file }), ...(replaced && { replaced }) };
  return { name: scene.z0 === 'p' && scene.c !== 'p' ? 'julia' : 'scene', scene };
}

/** The default file of a scene's picture, which is never the picture that the scene was read from. */
export function pictureOf(given: string | undefined, { name, file }: NamedScene): string {
  if (given === undefined && name === 'lesson') return 'julia.png';
  return file?.picture ? `${name}-again.png` : `${name}.png`;
}

/** Sample points per pixel, along each side, in pictures of bundled scenes and of `--formula`. */
const smoothSamples = 2;

/**
 * The scene for outputs that are all pictures: 2 x 2 samples per pixel unless a file, an address or a flag sets them, or
 * exact arithmetic counts them. The lesson's picture keeps one point per array element.
 */
export function smoothScene<T extends Scene>(given: string | undefined, flags: SceneFlags, scene: T): T {
  const isOurs = given === undefined ? flags.formula !== undefined : Object.hasOwn(gallery, given);
  if (!isOurs || given === 'lesson' || !scene.view || flags.samples !== undefined) return scene;
  const view = { ...scene.view, samples: smoothSamples };
  const isDeep = viewIssues(view).length > 0 || arithmeticOf({ ...scene, view }) === 'exact';
  return isDeep ? scene : { ...scene, view };
}

/** A scene with the colours that flags set. Throws UsageError. */
export const recolored = (scene: Scene, flags: ColorFlags): Scene =>
  checkScene({ ...scene, ...colorsOf(flags) }, undefined, flags);

const isLesson = (scene: Scene) =>
  JSON.stringify({ ...scene, palette: '' }) === JSON.stringify({ ...lessonScene, palette: '' });

/**
 * The defaults of `--formula`: the plane around 0, and a radius from which the orbits of most formulas never return.
 * Newton's method only ends by convergence.
 */
function ownFormula(formula: string): ViewScene {
  const { palette: _, ...plane } = inPixels(lessonScene, 800, 600);
  const scene = { ...plane, iterations: 100 };
  if (/\bnewton\b/.test(formula))
    return { ...scene, escape: { converged: 1e-6 }, palette: 'turbo', scale: 'linear', range: [2, 60] };
  return {
    ...scene,
    escape: 1000,
    coloring: 'smooth',
    palette: 'classic',
    density: 1.6,
    inside: '#000',
  };
}

/** The scene that is given, before flags change it; only the changed scene is checked in full. */
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
    throw new UsageError(`${given}: is not a bundled scene, nor a file in ${suffixText}${meant}`);
  }
  const file = await readSceneFile(given);
  return { name: nameOfFile(given), scene: orUsageError(() => parseDraft(file.value), given, {}), file };
}

/** Whether a scene is given as the address of a page. */
const isAddress = (given: string): boolean => /^(?:https?:\/\/[^#]*)?#/.test(given);

/** Flags that are not named as the value that they set. */
const flagOf: Readonly<Record<string, keyof SceneFlags>> = { view: 'center', 'view.width': 'width' };

/** Checks a scene. An error names the flag that set the value, or else the file or scene that has it. */
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

/** Wrong values that are listed one by one. */
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
    if (others > 0) lines.push(`and ${others} more wrong values`);
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

/** The scene's sample points, changed by flags; a flag of a view turns a lattice into a view. */
function pointsOf(base: Scene, flags: SceneFlags, name: string): Pick<Scene, 'lattice' | 'view'> {
  const { extent, cells, center, zoom, size, rotate, samples } = flags;
  if (zoom !== undefined && flags.width !== undefined)
    throw new UsageError(
      `--zoom ${zoom}: must not be given with --width, which sets the width directly; give one of them`,
    );
  const ofLattice =
    extent !== undefined ? `--extent ${extent}` : cells !== undefined ? `--cells ${cells}` : '';
  const ofView = [center, flags.width, zoom, size, rotate, samples];
  const isView = base.view || ofView.some((each) => each !== undefined);
  if (!isView) return { lattice: { ...base.lattice, ...(extent && { extent }), ...(cells && { cells }) } };
  if (ofLattice) {
    const why = base.view ? `${name} is a view` : 'a view has no lattice';
    throw new UsageError(`${ofLattice}: ${why}; give --center, --width or --zoom, and --size instead`);
  }
  const before: View = base.view ?? {
    center: ['0', '0'],
    width: 2 * base.lattice.extent,
    columns: 800,
    rows: 600,
  };
  const [columns, rows] = size ?? [before.columns, before.rows];
  const width = flags.width ?? zoomed(before.width, zoom ?? 1);
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

function toZoom(text: string): number | string {
  const plain = plainMinus(text);
  const zoom = toNumber(plain);
  if (zoom !== undefined && zoom >= 1e-300 && zoom <= 1e300) return zoom;
  const isDeep = decimalProblem(plain) === undefined && zoom! > 1e300 && magnitudeOf(plain) <= mostPlaces;
  if (isDeep) return plain;
  throw new UsageError(`--zoom ${text}: must be a number from 1e-300 to 1e${mostPlaces}`);
}

/** A width so many times as narrow; in text where it is narrower than doubles are good for. */
function zoomed(width: number | string, zoom: number | string): number | string {
  const near = Number(width) / Number(zoom);
  return typeof width === 'number' && near >= 1e-300 ? near : divided(String(width), String(zoom));
}

/** Two decimal numbers, kept as they were typed: `-0.75+0.1i` or `-0.75,0.1`. */
function toCenter(text: string): readonly [string, string] {
  const plain = plainMinus(text.trim());
  const pair = plain.replace(/^\((.*)\)$/s, '$1').split(',');
  const parts = pair.length > 1 ? pair.map((part) => part.trim()) : splitComplex(plain);
  const result = v.safeParse(view.center, parts);
  if (result.success) return result.output;
  const shown = text.length > 200 ? `${text.slice(0, 200)}...` : text;
  throw new UsageError(`--center ${shown}: must be a finite complex number like -0.75+0.1i or -0.75,0.1`);
}

export function toSize(text: string): readonly [number, number] {
  const [columns, rows] = /^(\d+) ?[x×] ?(\d+)$/i.exec(text)?.slice(1).map(Number) ?? [];
  if (v.is(view.columns, columns) && v.is(view.rows, rows)) return [columns, rows];
  throw new UsageError(`--size ${text}: must be columns x rows, such as 800x600, each from 1 to 100000`);
}

function toSamples(text: string): number {
  const samples = /^([123])(?:[x×]\1)?$/i.exec(text)?.[1];
  if (samples) return Number(samples);
  throw new UsageError(`--samples ${text}: must be 1, 2x2 or 3x3`);
}
