// Scenes: plain data that defines a picture. A scene is checked by its schema (schema.ts), by conditions between its values,
// and by its formula.
import * as v from 'valibot';
import { FormulaError, SceneError, type SceneIssue } from '../errors.js';
import { bringsNoneNearer } from '../formula/differentiate.js';
import { parseFormula } from '../formula/parse.js';
import { didYouMean } from '../suggestion.js';
import { arithmeticIssues, arithmeticOf } from './arithmetic.js';
import type { Complex } from './complex.js';
import { spelled } from './decimal.js';
import type { Lattice } from './lattice.js';
import {
  type colorings,
  type SceneData,
  type scales,
  sceneKeys,
  sceneSchema,
  version,
  versionMessage,
} from './schema.js';
import { shorten, spell } from './spell.js';
import { type View, viewIssues } from './view.js';

/** What every scene has; keys as the schema describes them. */
type Data = Omit<SceneData, 'version' | '$schema'>;
/** A scene on the lesson's sample points. */
export type LatticeScene = Readonly<Omit<Data, 'lattice' | 'view'>> & {
  /** Its sample points. */
  readonly lattice: Lattice;
  /** Absent: a scene has either a lattice or a view. */
  readonly view?: undefined;
};
/** A scene on the pixels of a picture. */
export type ViewScene = Readonly<Omit<Data, 'lattice' | 'view'>> & {
  /** Its sample points. */
  readonly view: View;
  /** Absent: a scene has either a lattice or a view. */
  readonly lattice?: undefined;
};
/** Plain data that defines a picture; `parseScene` checks it. */
export type Scene = LatticeScene | ViewScene;
/** The shape that orbits are measured against: `[re, im]`, `[re, im, angle in turns]`, or `[re, im, radius]`. */
export type Trap =
  | {
      /** The distance to this point. */
      readonly point: Complex;
    }
  | {
      /** The distance to the line through this point, at this angle to the real axis. */
      readonly line: readonly [re: number, im: number, turns: number];
    }
  | {
      /** The distance to the circle around this point. */
      readonly circle: readonly [re: number, im: number, radius: number];
    };
/** One of `colorings`. */
export type Coloring = (typeof colorings)[number];
/** One of `scales`. */
export type Scale = (typeof scales)[number];
/** When a point has escaped: see kernel/reference.ts for the rules. */
export type EscapeRule =
  | 'overflow'
  | number
  | {
      /** The distance of successive z below which an orbit has converged, above 0, up to 1. */
      readonly converged: number;
      /** The |z| beyond which a point has escaped, from 1e-150 to 1e150. */
      readonly bailout?: number | undefined;
    };

/** The lesson's job: 4000 x 4000 points of the Julia set for c = -0.83 - 0.22i, 80 iterations. */
export const lessonScene: LatticeScene = {
  formula: 'z^2 + c',
  c: [-0.83, -0.22],
  z0: 'p',
  lattice: { extent: 2, cells: 2000 },
  iterations: 80,
  escape: 'overflow',
  palette: 'inferno',
};

/**
 * Checks that a value is a scene. Throws SceneError with every wrong value; the issue of a wrong formula has the
 * FormulaError.
 */
export function parseScene(value: unknown): Scene {
  return checkScene(value, false);
}

/** `parseScene` for a scene that will be changed: its formula may be wrong, and its points too close. */
export function parseDraft(value: unknown): Scene {
  return checkScene(value, true);
}

function checkScene(value: unknown, isDraft: boolean): Scene {
  const result = v.safeParse(sceneSchema, value);
  // Other issues of a scene of another version are unknown here.
  const otherVersion = result.issues?.find(({ message }) => message === versionMessage);
  if (otherVersion) throw new SceneError(describeIssue(otherVersion));
  const issues = (result.issues ?? []).flatMap(describeIssue);
  const areWrong = issues.some(({ path }) => /^(view|lattice)/.test(path));
  const areTooMany = issues.some(({ path }) => path === 'parameters');
  const ofFormula = result.typed && !isDraft && !areTooMany ? formulaIssues(result.output) : [];
  if (result.typed && !areWrong) {
    const isReadable = !isDraft && !areTooMany && ofFormula.length === 0;
    issues.push(...pointIssues(result.output), ...(isReadable ? arithmeticIssues(result.output) : []));
  }
  issues.push(...ofFormula);
  if (issues.length > 0) throw new SceneError(issues);
  const { version: _, $schema: __, ...scene } = result.output as SceneData;
  return (isDraft ? scene : inItsArithmetic(scene)) as Scene;
}

/**
 * One spelling for each scene: exact ones say so, and have text for numbers only where a double is another number; others
 * have doubles alone, and say so only where exact arithmetic would count them otherwise.
 */
function inItsArithmetic({ arithmetic: given, ...scene }: Data): Data {
  const isExact = arithmeticOf({ ...scene, arithmetic: given }) === 'exact';
  const isSaid = isExact || arithmeticOf(scene) === 'exact';
  const number = (value: number | string) => (isExact ? spelled(String(value)) : Number(value));
  const constant = (value: Scene['c']) =>
    value === 'p' ? value : ([number(value[0]), number(value[1])] as const);
  const { view } = scene;
  const spelledOut: Data = {
    ...scene,
    c: constant(scene.c),
    z0: constant(scene.z0),
    ...(view && { view: { ...view, width: number(view.width) } }),
    ...(isSaid && { arithmetic: isExact ? ('exact' as const) : ('double' as const) }),
  };
  const keys = Object.keys(sceneSchema.entries) as (keyof Data)[];
  return Object.fromEntries(
    keys.flatMap((key) => (key in spelledOut ? [[key, spelledOut[key]]] : [])),
  ) as Data;
}

/**
 * The scene of a picture or a store, which may be older than exact arithmetic: if it does not name its arithmetic, and
 * doubles can tell its points apart, it was counted in doubles.
 */
export function fromBefore(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || 'arithmetic' in value) return value;
  try {
    const { arithmetic, view } = parseScene(value);
    return arithmetic === 'exact' && viewIssues(view!).length === 0
      ? { ...value, arithmetic: 'double' }
      : value;
  } catch {
    // What is wrong with it is for whoever reads it to say.
    return value;
  }
}

/** A scene as JSON, on one line or indented; `parseScene` of the parsed text is the same scene. */
export const sceneText = (scene: Scene, indent?: number): string => jsonText({ version, ...scene }, indent);

/** JSON of data that has no undefined in it, with -0 as it is. */
export function jsonText(data: unknown, indent?: number): string {
  // JSON has -0, but JSON.stringify writes 0. The mark cannot occur in a formula or a name.
  const mark = '\0-0';
  const marked = (_: string, value: unknown) => (Object.is(value, -0) ? mark : value);
  return JSON.stringify(data, marked, indent).replaceAll(JSON.stringify(mark), '-0');
}

function pointIssues({ lattice, view }: Data): SceneIssue[] {
  if (!lattice !== !view) return [];
  const given = view ? 'with a lattice too' : 'undefined';
  return [{ path: 'view', given, accepted: 'a scene must have either a view or a lattice' }];
}

function formulaIssues({ formula, parameters, escape }: Data): SceneIssue[] {
  try {
    const step = parseFormula(formula, parameters);
    if (typeof escape !== 'object' || !bringsNoneNearer(step)) return [];
    const accepted =
      'must be overflow or a bailout radius here: this formula never brings points nearer to each other';
    return [{ path: 'escape', given: spell(escape), accepted }];
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    return [{ path: 'formula', given: formula, accepted: error.message, cause: error }];
  }
}

/**
 * An issue of the schema, with its path in the checked value ('' for all of it). If several kinds are accepted: the issues
 * of the kind that is nearest.
 */
export function describeIssue(issue: v.BaseIssue<unknown>): SceneIssue[] {
  const path = v.getDotPath(issue);
  const inner = issue.issues?.filter((each) => each.path) ?? [];
  const within = (each: SceneIssue) => ({ ...each, path: path ? `${path}.${each.path}` : each.path });
  if (inner.length > 0) return inner.flatMap(describeIssue).map(within);
  const isKey = issue.type === 'strict_object' && issue.path;
  const given = isKey ? issue.path!.at(-1)!.value : issue.input;
  const noKey = () => `is not a key here${didYouMean(String(issue.path!.at(-1)!.key), sceneKeys)}`;
  const accepted = !isKey ? issue.message : issue.expected === 'never' ? noKey() : 'must be given';
  return [{ path: shorten(path ?? ''), given: spell(given), accepted }];
}
