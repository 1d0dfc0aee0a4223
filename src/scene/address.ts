// A scene as the part of a page's address after #: short, readable and lossless. URLSearchParams would read + as a blank,
// and escape the signs and commas that make it readable.
import { SceneError, type SceneIssue } from '../errors.js';
import { didYouMean } from '../suggestion.js';
import { withCounts } from './arithmetic.js';
import { formatComplex, isDecimal, parseComplex, parseConstant, plainMinus } from './complex.js';
import { spelled as spelledNumber } from './decimal.js';
import { gallery, inPixels } from './gallery.js';
import { jsonText, parseDraft, parseScene, type Scene } from './scene.js';
import { sceneSchema } from './schema.js';
import { spell } from './spell.js';
import type { View } from './view.js';

/** Limits on characters and values of an address, far above those of real scenes. */
const [longest, most] = [1_000_000, 1000];
/** The default size of a view in pixels. */
const standardSize = [800, 600] as const;

/**
 * The address of a scene from its # on: `#f=mandelbrot&re=-0.75&im=0.1&w=0.02&it=200&palette=ember`. `f` names the
 * nearest bundled scene. Sample points, iterations and colours are always written; other keys only if they differ from that
 * scene, and `key=` removes one. `parseAddress` reads the same scene.
 */
export function sceneAddress(scene: Scene): string {
  const name = nearestBundled(scene);
  const base: Partial<Scene> = name === undefined ? {} : uncolored(gallery[name]!.scene);
  // In the schema's order, so that a scene has one address, in whatever order its keys were written.
  const keys = Object.keys(sceneSchema.entries) as (keyof Scene)[];
  const others = keys.filter((key) => !spelled.has(key) && !isSame(base[key], scene[key]));
  const { view, lattice, iterations, palette } = scene;
  const values: Record<string, string | undefined> = {
    f: name,
    ...Object.fromEntries(others.flatMap((key) => pairsOf(key, scene[key]))),
    ...(lattice && { extent: jsonText(lattice.extent), cells: jsonText(lattice.cells) }),
    ...(view && viewValues(view, viewOf(base))),
    it: String(iterations),
    palette: isColors(palette) ? jsonText(palette) : textOf(palette),
  };
  const pairs = Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `#${pairs.map((pair) => pair.map(escape).join('=')).join('&')}`;
}

/**
 * The named scene without its colours. An address with a palette has all of its colours, so it stays the same picture when
 * the bundled scene's colours change. An address without a palette has those of the bundled scene.
 */
function uncolored(scene: Partial<Scene>): Partial<Scene> {
  const { coloring, scale, range, density, offset, inside, light, depth, trap, ...others } = scene;
  if (!others.view) return others as Partial<Scene>;
  const { samples, ...view } = others.view;
  return { ...others, view } as Partial<Scene>;
}

/** The keys of a scene that are always written, under other names. */
const spelled: ReadonlySet<string> = new Set(['view', 'lattice', 'iterations', 'palette']);

/** The bundled scene with the same formula and the same constants and escape rule, or as many of them as possible. */
function nearestBundled(scene: Scene): string | undefined {
  const sameFormula = Object.keys(gallery).filter((name) => gallery[name]!.scene.formula === scene.formula);
  const alike = sameFormula.map((name) => ({ name, likeness: likeness(gallery[name]!.scene, scene) }));
  const same = alike.find((each) => each.likeness === mostAlike);
  const others = alike.filter(({ name }) => gallery[name]!.scene.view);
  return (same ?? others.sort((one, other) => other.likeness - one.likeness)[0])?.name;
}

/** Whether c and z0 are the sample point (a Julia set or not) counts more than their values. */
function likeness(one: Scene, other: Scene): number {
  const isPoint = (key: 'c' | 'z0') => (one[key] === 'p') === (other[key] === 'p');
  const points = (['c', 'z0'] as const).filter(isPoint).length;
  const keys = (['parameters', 'c', 'z0', 'escape'] as const).filter((key) => isSame(one[key], other[key]));
  return 4 * points + keys.length;
}
const mostAlike = 12;

const isSame = (one: unknown, other: unknown) =>
  one === undefined || other === undefined ? one === other : jsonText(one) === jsonText(other);

function pairsOf(key: string, value: unknown): [string, string][] {
  if (value === undefined) return [[key, '']];
  if (key === 'parameters' && Object.keys(value as object).length > 0)
    return Object.entries(value as NonNullable<Scene['parameters']>).map(([name, each]) => [
      `p.${name}`,
      formatComplex(each),
    ]);
  if ((key === 'c' || key === 'z0') && value !== 'p')
    return [[key, formatComplex(value as Exclude<Scene['c'], 'p'>)]];
  const ruleText = (rule: object) => Object.entries(rule).map((pair) => pair.join(':'));
  if (key === 'escape' && typeof value === 'object') return [[key, ruleText(value!).join()]];
  return [[key, textOf(value)]];
}

/** Values that differ from the base; centre and width always. */
function viewValues(view: View, base: Partial<View>): Record<string, string | undefined> {
  const changed = (value: number | undefined, before: number | undefined) =>
    isSame(value, before) ? undefined : value === undefined ? '' : jsonText(value);
  const { center, width, columns, rows, rotation, samples } = view;
  const [re, im] = center;
  return {
    re,
    im,
    w: String(width),
    size: columns === base.columns && rows === base.rows ? undefined : `${columns}x${rows}`,
    rotate: changed(rotation, base.rotation),
    samples: changed(samples, base.samples),
  };
}

/** The view of a scene, or that of its lattice's square; otherwise its size only. */
const viewOf = (scene: Partial<Scene>): Partial<View> =>
  scene.view || scene.lattice
    ? (scene.view ?? inPixels(scene as Scene, ...standardSize).view)
    : { columns: standardSize[0], rows: standardSize[1] };

/** Text as it is, if it can be escaped and nothing else can be read from it; everything else as JSON. */
const textOf = (value: unknown): string =>
  typeof value === 'string' && value === read(value) && value !== '' && !/\p{Cs}/u.test(value)
    ? value
    : jsonText(value);

/** encodeURIComponent escapes more than what would end an address or a value in it. */
const escape = (text: string) => encodeURIComponent(text).replace(/%(?:2B|2C|2F|3A|40)/g, decodeURIComponent);

/**
 * Reads an address, whole or from its # on. Throws SceneError with an issue for each wrong value.
 */
export function parseAddress(text: string): Scene {
  return readAddress(text, parseScene);
}

/** `parseAddress` with another check of the scene. */
export function readAddress(text: string, parse: (value: unknown) => Scene): Scene {
  const start = text.indexOf('#');
  const pairs = start < 0 || text.length > longest ? [] : text.slice(start + 1).split('&', most + 1);
  if (pairs.length === 0 || pairs.length > most) {
    const accepted = `must be like #f=mandelbrot, of at most ${longest} characters and ${most} values`;
    throw new SceneError([{ path: 'address', given: spell(text.slice(0, 100)), accepted }]);
  }
  const issues: SceneIssue[] = [];
  const values = new Map<string, string>();
  for (const pair of pairs) {
    if (pair === '') continue;
    const [, given = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair)!;
    const [key, decoded] = [unescaped(given), unescaped(value)];
    if (key === undefined || decoded === undefined)
      issues.push({
        path: 'address',
        given: spell(pair),
        accepted: 'must have % only before two digits, as in %5E',
      });
    else if (values.has(key))
      issues.push({ path: key, given: spell(decoded), accepted: 'must be given once' });
    else values.set(key, decoded);
  }
  const name = values.get('f');
  if (name !== undefined && !Object.hasOwn(gallery, name)) {
    const meant = didYouMean(name, Object.keys(gallery));
    issues.push({ path: 'f', given: spell(name), accepted: `must be the name of a bundled scene${meant}` });
    throw new SceneError(issues);
  }
  if (name === undefined && !values.has('formula')) {
    const accepted = 'must name a bundled scene, like #f=mandelbrot, or have a formula';
    throw new SceneError([...issues, { path: 'address', given: spell(text.slice(0, 100)), accepted }]);
  }
  try {
    const named = name === undefined ? {} : gallery[name]!.scene;
    const given = sceneOf(values, values.has('palette') ? uncolored(named) : named);
    const scene = parse(values.has('coloring') ? given : coloredByCounts(given));
    if (issues.length === 0) return scene;
  } catch (error) {
    if (!(error instanceof SceneError)) throw error;
    issues.push(...error.issues.map(inAddress));
  }
  throw new SceneError(issues);
}

/** A deep view's colours, where the address does not say what they stand for; what is no scene stays as it is. */
function coloredByCounts(given: unknown): unknown {
  try {
    return withCounts(parseDraft(given));
  } catch {
    return given;
  }
}

/** The keys of an address for paths in a scene. */
const keysOf: ReadonlyMap<string, string> = new Map([
  ['view.center.0', 're'],
  ['view.center.1', 'im'],
  ['view.width', 'w'],
  ['view.rotation', 'rotate'],
  ['view.samples', 'samples'],
  ['iterations', 'it'],
  ['lattice.extent', 'extent'],
  ['lattice.cells', 'cells'],
]);

/** An issue with the address's keys in place of the scene's. */
function inAddress(issue: SceneIssue): SceneIssue {
  if (['view.columns', 'view.rows'].includes(issue.path))
    return { ...issue, path: 'size', accepted: 'must be like 800x600, each from 1 to 100000' };
  return { ...issue, path: keysOf.get(issue.path) ?? issue.path.replace(/^parameters\./, 'p.') };
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** An unchecked scene: the address's values, and the base's for the rest. */
function sceneOf(values: ReadonlyMap<string, string>, base: Partial<Scene>): unknown {
  const { f, re, im, w, size, rotate, samples, extent, cells, it, ...others } = Object.fromEntries(values);
  const scene = new Map<string, unknown>(Object.entries(base));
  const parameters = Object.entries(others).filter(([key]) => key.startsWith('p.'));
  for (const [key, text] of Object.entries(others))
    if (text === '') scene.delete(key);
    else if (!key.startsWith('p.')) scene.set(key, valueOf(key, text));
  if (parameters.length > 0)
    scene.set(
      'parameters',
      Object.fromEntries(parameters.map(([key, text]) => [key.slice(2), parseComplex(text) ?? text])),
    );
  if (it !== undefined) scene.set('iterations', read(it));
  const hasView = [re, im, w, size, rotate, samples].some((each) => each !== undefined);
  const hasLattice = extent !== undefined || cells !== undefined;
  if (hasView || hasLattice) {
    scene.delete('view');
    scene.delete('lattice');
  }
  const either = (text: string | undefined, otherwise: unknown) =>
    text === undefined ? otherwise : text === '' ? undefined : read(text);
  if (hasLattice) {
    const { lattice } = base;
    const both = { extent: either(extent, lattice?.extent), cells: either(cells, lattice?.cells) };
    scene.set('lattice', withoutUndefined(both));
  }
  if (hasView) {
    const before = viewOf(base);
    const sides = /^(\d+)x(\d+)$/
      .exec(size ?? `${before.columns}x${before.rows}`)
      ?.slice(1)
      .map(Number);
    const [columns, rows] = sides ?? [size, before.rows];
    const view = {
      center: [re ?? before.center?.[0], im ?? before.center?.[1]].map((part) => part && plainMinus(part)),
      width: w === undefined ? before.width : widthOf(w),
      columns,
      rows,
      rotation: either(rotate, before.rotation),
      samples: either(samples, before.samples),
    };
    scene.set('view', withoutUndefined(view));
  }
  return Object.fromEntries(scene);
}

function widthOf(text: string): unknown {
  const plain = plainMinus(text);
  return isDecimal(plain) ? spelledNumber(plain) : read(text);
}

const withoutUndefined = (values: object) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** Text that is read as a list of colours. */
const isColors = (value: unknown): value is string => typeof value === 'string' && /^#.*,/.test(value);

function valueOf(key: string, text: string): unknown {
  if (key === 'c' || key === 'z0') return parseConstant(text) ?? text;
  if (key === 'escape') return parseEscape(text);
  // Colours as --palette takes them, too.
  if (key === 'palette' && isColors(text)) return text.split(',').map((color) => color.trim());
  return key === 'formula' ? text : read(text);
}

/** An escape rule: `overflow`, a radius, or `converged:1e-6,bailout:100`; what is none of them is left as it is. */
export function parseEscape(text: string): unknown {
  if (!text.startsWith('converged')) return read(text);
  const pairs = text.split(',').map((part) => part.split(':'));
  if (pairs.some((pair) => pair.length !== 2)) return text;
  return Object.fromEntries(pairs.map(([key, value]) => [key, read(value!)]));
}

/** A decimal number, or a JSON value; other text as it is. */
function read(text: string): unknown {
  const plain = plainMinus(text);
  if (isDecimal(plain)) return Number(plain);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
