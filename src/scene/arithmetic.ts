// Which arithmetic counts a scene: IEEE doubles, as brute force in them counts, or exact arithmetic, real numbers without
// any rounding. A scene's own value decides; without one, the distance between its sample points does.
import type { SceneIssue } from '../errors.js';
import { isQuadratic, transcendentalPart } from '../formula/expression.js';
import { parseFormula } from '../formula/parse.js';
import type { arithmetics, SceneData } from './schema.js';
import { spell } from './spell.js';
import { placeIssues, spacingOf, viewIssues } from './view.js';

/** One of `arithmetics`. */
export type Arithmetic = (typeof arithmetics)[number];

/**
 * Where sample points are as near as this, counts are exact unless the scene says otherwise. Of 64 x 64 points of dense
 * places, radius 2, 5000 iterations, this percentage has another count in doubles than in arithmetic of 113 bits:
 *
 * | distance of points | seahorse valley | at period 39 | at period 784 | elephant valley | a Julia set |
 * | --- | --- | --- | --- | --- | --- |
 * | 1e-5 | 0.3 | 0.2 | 0.2 | 0.2 | 0.4 |
 * | 1e-6 | 0.5 | 0.5 | 0.3 | 0.4 | 0.9 |
 * | 1e-7 | 1.0 | 1.2 | 1.4 | 1.3 | 1.5 |
 * | 1e-9 | 4.0 | inside | 2.1 | 2.5 | 4.2 |
 * | 1e-12 | 16 | inside | 11 | inside | 16 |
 *
 * The places are the centres of m02, m05, d01, m06 and j06 of bench/deep/views.
 */
const nearest = 1e-7;

/** The radii that exact arithmetic has: where it is 2 or more and no less than |c|, nothing comes back. */
const leastRadius = 2;

type Counted = Omit<SceneData, 'palette'>;

/** What a scene is counted with, whose formula can be read. */
export function arithmeticOf(scene: Counted): Arithmetic {
  const { arithmetic, view } = scene;
  if (arithmetic !== undefined) return arithmetic;
  if (!view) return 'double';
  const isDeep = viewIssues(view).length > 0;
  const isNear = isDeep || (spacingOf(view) <= nearest && isFast(scene));
  // A scene that neither can count is rejected with the issues for doubles.
  return isNear && exactIssues(scene).length === 0 ? 'exact' : 'double';
}

/**
 * What is wrong with a scene, whose formula can be read, for the arithmetic that counts it. If only exact arithmetic could
 * count it, the issue names what that does not support.
 */
export function arithmeticIssues(scene: Counted): SceneIssue[] {
  const { arithmetic, view } = scene;
  if (arithmeticOf(scene) === 'exact') {
    const missing = exactIssues(scene).map((issue) => ({
      ...issue,
      accepted: `${issue.accepted} in exact arithmetic`,
    }));
    return [...(view ? placeIssues(view) : []), ...missing];
  }
  const issues = view ? viewIssues(view) : [];
  if (arithmetic !== undefined || issues.length === 0 || placeIssues(view!).length > 0) return issues;
  const missing = exactIssues(scene).map(({ path, given, accepted }) => `${path} ${given} ${accepted}`);
  return issues.map((issue) => ({
    ...issue,
    accepted: `${issue.accepted}; exact arithmetic goes deeper: ${missing.join(', ')}`,
  }));
}

/** Colours that counts make of deep views: as many points of each, since their range says little. */
const countLook = { coloring: 'count', scale: 'histogram', inside: '#000000' } as const;

/**
 * A scene that may be wrong elsewhere, coloured by its counts where it is deep and its colouring needs more than exact
 * arithmetic has so far.
 */
export function withCounts<T extends Pick<Counted, 'arithmetic' | 'view' | 'coloring'>>(scene: T): T {
  const { arithmetic, view, coloring = 'count' } = scene;
  const isDeep = arithmetic === undefined && view !== undefined && viewIssues(view).length > 0;
  return coloring !== 'count' && (isDeep || arithmetic === 'exact') ? { ...scene, ...countLook } : scene;
}

/** Whether a scene is one plane of z^2 + c, of which exact arithmetic takes about as long as doubles. */
export function isFast({
  formula,
  parameters,
  c,
  z0,
}: Pick<Counted, 'formula' | 'parameters' | 'c' | 'z0'>): boolean {
  const { isPlain, isOfPoint } = isQuadratic(parseFormula(formula, parameters));
  return isPlain && (c === 'p' || isOfPoint) !== (z0 === 'p');
}

/** What exact arithmetic does not support of a scene. */
function exactIssues(scene: Counted): SceneIssue[] {
  const { formula, parameters, escape, coloring = 'count', view } = scene;
  const issues: SceneIssue[] = [];
  const add = (path: string, given: unknown, accepted: string) =>
    issues.push({ path, given: spell(given), accepted });
  if (!view) add('lattice', scene.lattice, 'must be a view');
  const part = transcendentalPart(parseFormula(formula, parameters));
  if (part) add('formula', formula, `must have no ${part}`);
  if (typeof escape !== 'number' || escape < leastRadius)
    add('escape', escape, `must be a bailout radius from ${leastRadius} on`);
  if (coloring !== 'count') add('coloring', coloring, 'must be count');
  return issues;
}
