// What to draw: plain data that says everything about a picture, and the one schema that checks it.
// The command's flags, a scene in a file and a call of the library are all checked by it.
import * as v from 'valibot';
import { SceneError } from '../errors.js';

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

const complexMessage = 'must be a finite complex number; write it like -0.83-0.22i';
const escapeMessage = "must be 'overflow' or a bailout radius from 1e-150 to 1e150";

export const sceneSchema = v.strictObject({
  /** The step z -> f(z, c). */
  formula: v.literal('z^2 + c', "must be 'z^2 + c'"),
  /** The constant of the formula, `[re, im]`. */
  c: v.pipe(v.strictTuple([finite(complexMessage), finite(complexMessage)], complexMessage), v.readonly()),
  /** The sample points. Bounds: the step stays a normal double, the whole width a finite one. */
  lattice: v.strictObject({
    extent: between(1e-300, 8e307, 'must be a number from 1e-300 to 8e307'),
    cells: whole(1, 46340),
  }),
  /** The largest number of steps. */
  iterations: whole(1, 2 ** 32 - 1),
  /** When a point has escaped: |z| is no longer finite, or it is larger than a radius. */
  escape: v.union([v.literal('overflow'), between(1e-150, 1e150, escapeMessage)], escapeMessage),
  /** Which colours; a name that color/palettes.ts knows. */
  palette: v.string('must be the name of a palette'),
});

export type Scene = Readonly<v.InferOutput<typeof sceneSchema>>;
/** When a point has escaped: see kernel/reference.ts for the rules. */
export type EscapeRule =
  | 'overflow'
  | number
  | { readonly converged: number; readonly bailout?: number | undefined };

/** The lesson's job: 4000 x 4000 points of the Julia set for c = -0.83 - 0.22i, 80 iterations. */
export const lessonScene: Scene = {
  formula: 'z^2 + c',
  c: [-0.83, -0.22],
  lattice: { extent: 2, cells: 2000 },
  iterations: 80,
  escape: 'overflow',
  palette: 'inferno',
};

/** Checks that a value is a scene. Throws SceneError that names every wrong value. */
export function parseScene(value: unknown): Scene {
  const result = v.safeParse(sceneSchema, value);
  if (result.success) return result.output;
  throw new SceneError(
    result.issues.map((issue) => ({
      path: v.getDotPath(issue) ?? 'scene',
      given: issue.received,
      accepted: issue.message,
    })),
  );
}
