// What to draw: plain data that says everything about a picture, and the one schema that checks it.
// The command's flags, a scene in a file and a call of the library are all checked by it.
import * as v from 'valibot';
import { FormulaError, SceneError, type SceneIssue } from '../errors.js';
import { bringsNoneNearer } from '../formula/differentiate.js';
import { parseFormula } from '../formula/parse.js';
import { didYouMean } from '../suggestion.js';
import { type Complex, isDecimal } from './complex.js';
import type { Lattice } from './lattice.js';
import { shorten, spell } from './spell.js';
import { farthest, type View, viewIssues } from './view.js';

const finite = (message: string) => v.pipe(v.number(message), v.finite(message));
const whole = (smallest: number, largest: number) => {
  const message = `must be a whole number from ${smallest} to ${largest}`;
  return v.pipe(
    v.number(message),
    v.integer(message),
    v.minValue(smallest, message),
    v.maxValue(largest, message),
  );
};
const between = (smallest: number, largest: number, message: string) =>
  v.pipe(v.number(message), v.minValue(smallest, message), v.maxValue(largest, message));

const complex = (message: string) =>
  v.pipe(v.strictTuple([finite(message), finite(message)], message), v.readonly());
/** No formula that is read has more names in it. */
const mostParameters = 500;
const finiteMessage = 'must be a finite complex number';
const pointMessage = 'must be p, the sample point, or a finite complex number like -0.83-0.22i';
const pointOrComplex = v.union([v.literal('p'), complex(pointMessage)], pointMessage);

const lengthMessage = 'must be a number from 1e-300 to 8e307';
const length = between(1e-300, farthest, lengthMessage);

const lattice = v.strictObject({ extent: length, cells: whole(1, 46340) }, 'must have extent and cells');

const decimalMessage = 'must be a decimal number in text, like "-0.75"';
const decimal = v.pipe(v.string(decimalMessage), v.check(isDecimal, decimalMessage));
const pixels = whole(1, 100_000);
const view = v.strictObject(
  {
    center: v.pipe(
      v.strictTuple([decimal, decimal], 'must be two decimal numbers in text, like ["-0.75", "0.1"]'),
      v.readonly(),
    ),
    width: length,
    columns: pixels,
    rows: pixels,
    rotation: v.optional(
      v.pipe(
        between(-360, 360, 'must be a number of degrees from -360 to 360'),
        v.description(
          'How far the view is turned counterclockwise around its centre, in degrees: what it shows turns clockwise.',
        ),
      ),
    ),
    samples: v.optional(
      v.pipe(whole(1, 3), v.description('Each pixel has samples x samples sample points.')),
    ),
  },
  'must have center, width, columns and rows',
);

const radiusMessage = 'must be a bailout radius from 1e-150 to 1e150';
const radius = between(1e-150, 1e150, radiusMessage);
const convergedMessage = 'must be a distance above 0, up to 1';
const escapeMessage = 'must be overflow, a bailout radius from 1e-150 to 1e150, or converged with a distance';
const escape = v.union(
  [
    v.literal('overflow'),
    radius,
    v.strictObject({
      converged: v.pipe(
        v.number(convergedMessage),
        v.gtValue(0, convergedMessage),
        v.maxValue(1, convergedMessage),
      ),
      bailout: v.optional(radius),
    }),
  ],
  escapeMessage,
);

const trapMessage = 'must be point with [re, im], line with [re, im, turns], or circle with [re, im, radius]';
const three = v.pipe(
  v.strictTuple([finite(trapMessage), finite(trapMessage), finite(trapMessage)], trapMessage),
  v.readonly(),
);
const trap = v.union(
  [
    v.strictObject({ point: complex(trapMessage) }),
    v.strictObject({ line: three }),
    v.strictObject({ circle: three }),
  ],
  trapMessage,
);

/** What a picture's colours stand for: see color/coloring.ts. */
export const colorings = [
  ...([
    'count',
    'smooth',
    'distance',
    'decomposition',
    'binary',
    'trap',
    'slope',
    'basin',
    'period',
  ] as const),
] as const;
/** How numbers become places in a palette: see color/curve.ts. */
export const scales = ['logarithm', 'linear', 'root', 'histogram'] as const;
const oneOf = <const T extends readonly string[]>(names: T) =>
  v.picklist(names, `must be one of ${names.join(', ')}`);
const colorMessage = 'must be a colour like #fa0 or #ffaa00';
const color = v.pipe(v.string(colorMessage), v.regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i, colorMessage));
const paletteMessage = 'must be the name of a palette, or 2 to 256 colours like #ffaa00, not all the same';
/** `#FA0` as `#ffaa00`. */
const spelledOut = (hex: string) => hex.toLowerCase().replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3');
const palette = v.union(
  [
    v.string(),
    v.pipe(
      v.array(color),
      v.minLength(2, paletteMessage),
      v.maxLength(256, paletteMessage),
      v.check((colors) => new Set(colors.map(spelledOut)).size > 1, paletteMessage),
      v.readonly(),
    ),
  ],
  paletteMessage,
);
const rangeMessage = 'must be two numbers from -1e300 to 1e300, the smaller first, like [1, 200]';
const rangeEnd = between(-1e300, 1e300, rangeMessage);
const range = v.pipe(
  v.strictTuple([rangeEnd, rangeEnd], rangeMessage),
  v.check(([least, most]) => least <= most, rangeMessage),
  v.readonly(),
);
const densityMessage = 'must be a number from 0.001 to 100000';
const offsetMessage = 'must be a number from 0 to 1';
const degrees = (most: number) => between(0, most, `must be a number of degrees from 0 to ${most}`);
const light = v.strictObject(
  { direction: degrees(360), height: degrees(90) },
  'must have direction and height',
);

/** Of the schema: a scene that needs what this one does not have will have a higher one. */
const version = 1;
const versionMessage = `must be ${version}; a newer Mandoline wrote this scene, take that one`;

export const sceneSchema = v.strictObject(
  {
    $schema: v.optional(
      v.pipe(v.string('must be an address'), v.description('Where an editor finds this schema.')),
    ),
    version: v.optional(
      v.pipe(v.literal(version, versionMessage), v.description('Of this schema; 1 where it is not given.')),
    ),
    formula: v.pipe(
      v.string('must be a formula like "z^2 + c"'),
      v.description('One step from z to the next, such as "z^2 + c" or "newton(z^3 - 1)".'),
    ),
    parameters: v.optional(
      v.pipe(
        v.record(v.string(), complex(finiteMessage), 'must be values by their names'),
        v.maxEntries(mostParameters, `must be at most ${mostParameters} values`),
        v.description('Names in the formula and their values, [re, im].'),
      ),
    ),
    c: v.pipe(
      pointOrComplex,
      v.description('The constant of the formula, [re, im], or "p", the sample point.'),
    ),
    z0: v.pipe(pointOrComplex, v.description('The first z, [re, im], or "p", the sample point.')),
    lattice: v.optional(
      v.pipe(
        lattice,
        v.description("The lesson's sample points: a square around 0, so many cells a unit. Or else a view."),
      ),
    ),
    view: v.optional(
      v.pipe(view, v.description('The sample points of a picture: the middles of its pixels.')),
    ),
    iterations: v.pipe(whole(1, 2 ** 32 - 1), v.description('The largest number of steps.')),
    escape: v.pipe(
      escape,
      v.description(
        'When a point has escaped: "overflow", |z| is no longer finite; a number, |z| is larger; ' +
          '{ converged, bailout }, two z that follow each other are nearer than that, or |z| is larger.',
      ),
    ),
    trap: v.optional(
      v.pipe(
        trap,
        v.description(
          'What orbits are measured against: a point [re, im], a line [re, im, angle in turns], or a circle [re, im, radius].',
        ),
      ),
    ),
    coloring: v.optional(
      v.pipe(
        oneOf(colorings),
        v.description('What the colours stand for. Without: basins where orbits converge, or else counts.'),
      ),
    ),
    scale: v.optional(
      v.pipe(
        oneOf(scales),
        v.description(
          'How numbers become places in the palette. Without: logarithm. A histogram gives every colour as many points.',
        ),
      ),
    ),
    range: v.optional(
      v.pipe(
        range,
        v.description('The numbers at the ends of the palette. Without: those of a sample of the points.'),
      ),
    ),
    palette: v.pipe(
      palette,
      v.description('The name of a palette, or the colours of a gradient, such as ["#000764", "#ffaa00"].'),
    ),
    density: v.optional(
      v.pipe(
        between(0.001, 100_000, densityMessage),
        v.description('How many times the palette is gone through over the range; 1 where it is not given.'),
      ),
    ),
    offset: v.optional(
      v.pipe(
        between(0, 1, offsetMessage),
        v.description('Where in the palette the range begins, from 0 to 1.'),
      ),
    ),
    inside: v.optional(
      v.pipe(
        color,
        v.description(
          "The colour of points that never escape. Without: of counts, the palette's last; of others, black.",
        ),
      ),
    ),
    light: v.optional(
      v.pipe(
        light,
        v.description('Where light comes from on slopes: degrees from the right, and above the plane.'),
      ),
    ),
    depth: v.optional(
      v.pipe(
        v.picklist([8, 16], 'must be 8 or 16'),
        v.description('Bits of each red, green and blue; 8 where it is not given.'),
      ),
    ),
  },
  'must be a scene',
);

/** What every scene has; keys as the schema describes them. */
type Data = Omit<v.InferOutput<typeof sceneSchema>, 'version' | '$schema'>;
/** A scene on the lesson's sample points. */
export type LatticeScene = Readonly<Omit<Data, 'lattice' | 'view'>> & {
  /** Its sample points. */
  readonly lattice: Lattice;
  /** None: that would be other sample points. */
  readonly view?: undefined;
};
/** A scene on the pixels of a picture. */
export type ViewScene = Readonly<Omit<Data, 'lattice' | 'view'>> & {
  /** Its sample points. */
  readonly view: View;
  /** None: that would be other sample points. */
  readonly lattice?: undefined;
};
/** Plain data that says everything about a picture; `parseScene` checks it. */
export type Scene = LatticeScene | ViewScene;
/** What orbits are measured against: `[re, im]`, `[re, im, angle in turns]`, or `[re, im, radius]`. */
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
      /** How near two z that follow each other must be, above 0, up to 1. */
      readonly converged: number;
      /** The |z| beyond which a point has escaped too, from 1e-150 to 1e150. */
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
 * Checks that a value is a scene. Throws SceneError that names every wrong value; where it is the formula that cannot
 * be read, the issue has the FormulaError.
 */
export function parseScene(value: unknown): Scene {
  return checkScene(value, false);
}

/** The same for a scene that is changed before it is drawn: its formula may be wrong, and its points too near. */
export function parseDraft(value: unknown): Scene {
  return checkScene(value, true);
}

function checkScene(value: unknown, isDraft: boolean): Scene {
  const result = v.safeParse(sceneSchema, value);
  // What else is wrong with a scene of another version is not for this one to say.
  const otherVersion = result.issues?.find(({ message }) => message === versionMessage);
  if (otherVersion) throw new SceneError(describeIssue(otherVersion));
  const issues = (result.issues ?? []).flatMap(describeIssue);
  const areWrong = issues.some(({ path }) => /^(view|lattice)/.test(path));
  if (result.typed && !areWrong) issues.push(...pointIssues(result.output, isDraft));
  const areTooMany = issues.some(({ path }) => path === 'parameters');
  if (result.typed && !isDraft && !areTooMany) issues.push(...formulaIssues(result.output));
  if (issues.length > 0) throw new SceneError(issues);
  const { version: _, $schema: __, ...scene } = result.output as v.InferOutput<typeof sceneSchema>;
  return scene as Scene;
}

/** A scene as it stands in files, on one line or indented; `parseScene` of it, parsed as JSON, is the same scene. */
export const sceneText = (scene: Scene, indent?: number): string => jsonText({ version, ...scene }, indent);

/** JSON of data that has no undefined in it, with -0 as it is. */
export function jsonText(data: unknown, indent?: number): string {
  // JSON has -0, but JSON.stringify writes 0: it is marked by what no formula and no name can have in it.
  const mark = '\0-0';
  const marked = (_: string, value: unknown) => (Object.is(value, -0) ? mark : value);
  return JSON.stringify(data, marked, indent).replaceAll(JSON.stringify(mark), '-0');
}

function pointIssues({ lattice, view }: Data, isDraft: boolean): SceneIssue[] {
  if (!lattice === !view) {
    const given = view ? 'with a lattice too' : 'undefined';
    return [{ path: 'view', given, accepted: 'a scene must have either a view or a lattice' }];
  }
  return !view || isDraft ? [] : viewIssues(view);
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
 * What the schema finds wrong, with its place in the value that was checked, '' for the whole. Where that may be of
 * several kinds: what is wrong with the kind that it comes nearest to.
 */
export function describeIssue(issue: v.BaseIssue<unknown>): SceneIssue[] {
  const path = v.getDotPath(issue);
  const inner = issue.issues?.filter((each) => each.path) ?? [];
  const within = (each: SceneIssue) => ({ ...each, path: path ? `${path}.${each.path}` : each.path });
  if (inner.length > 0) return inner.flatMap(describeIssue).map(within);
  const isKey = issue.type === 'strict_object' && issue.path;
  const given = isKey ? issue.path!.at(-1)!.value : issue.input;
  const noKey = () => `is not a key here${didYouMean(String(issue.path!.at(-1)!.key), keys)}`;
  const accepted = !isKey ? issue.message : issue.expected === 'never' ? noKey() : 'must be given';
  return [{ path: shorten(path ?? ''), given: spell(given), accepted }];
}

/** All keys that stand somewhere in a scene. */
const keys = [sceneSchema, lattice, view, light].flatMap(({ entries }) => Object.keys(entries));
