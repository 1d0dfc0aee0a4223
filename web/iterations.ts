// Automatic iterations: enough to decide nearly every point of a view. The width alone is a poor guide, so a few points
// are counted with many more iterations, and the late escapes show how many suffice. The result depends on the view
// alone, not on the machine's speed or the path to the view, so that the same view always gets the same number.
import { inPixels, type ViewScene } from 'mandoline';
import { widthOf } from './depth.js';

/** The most iterations that the page chooses automatically. */
export const mostIterations = 1e7;

export interface Effort {
  /** Number of points counted. */
  readonly points: number;
  /** Approximate limit of steps, over all points, at which the search ends. */
  readonly steps: number;
  /** Fraction of points that may escape later. */
  readonly tolerance: number;
}
/** Before a view is drawn: less than a twentieth of the picture's work. */
export const atOnce: Effort = { points: 3072, steps: 2 ** 27, tolerance: 0.004 };
/** While the user looks at it. */
export const refining: Effort = { points: 12_288, steps: 2 ** 33, tolerance: 0.002 };

/** Factor of the first count's iterations, and factor of each later count. */
const [ahead, farther] = [16, 4];

/** Counts a view's points with a number of iterations; points that do not escape have that number. */
export type CountPoints = (iterations: number) => Promise<ArrayLike<number>>;

/** The smallest of `least`, twice that, four times that, ... that suffices for nearly all points. */
export async function enoughIterations(least: number, effort: Effort, count: CountPoints): Promise<number> {
  const { points, steps, tolerance } = effort;
  let most = Math.min(mostIterations, Math.max(2 * least, Math.min(ahead * least, steps / points)));
  if (most <= least) return least;
  for (;;) {
    most = Math.floor(most);
    const counts = await count(most);
    const remaining = shareFrom(counts, most);
    // If none has escaped yet, all may be inside, or all may escape much later.
    const isSettled = remaining < 1 && shareFrom(counts, most / 2) - remaining <= tolerance / 2;
    const next = Math.min(mostIterations, farther * most);
    if (isSettled || next === most || remaining * points * next > steps)
      return fewest(counts, least, most, tolerance);
    most = next;
  }
}

function fewest(counts: ArrayLike<number>, least: number, most: number, tolerance: number): number {
  const remaining = shareFrom(counts, most);
  let iterations = least;
  while (iterations < most && shareFrom(counts, iterations) - remaining > tolerance) iterations *= 2;
  return Math.min(iterations, mostIterations);
}

/** Fraction of points whose count is at least `least`. */
function shareFrom(counts: ArrayLike<number>, least: number): number {
  let found = 0;
  for (let i = 0; i < counts.length; i++) if (counts[i]! >= least) found++;
  return found / counts.length;
}

/** Whether a picture's counts show that its iterations are too few; they cannot show that they suffice. */
export function areTooFew(counts: ArrayLike<number>, iterations: number): boolean {
  const remaining = shareFrom(counts, iterations);
  const isCostly = remaining * counts.length * iterations > atOnce.steps;
  const isShort = remaining === 1 || shareFrom(counts, iterations / 2) - remaining > 2 * atOnce.tolerance;
  return isShort && !isCostly && 2 * iterations <= mostIterations;
}

/** The scene with about this many points. */
export function sparse(scene: ViewScene, points: number, iterations: number): ViewScene {
  const { samples: _, ...view } = scene.view;
  const side = Math.sqrt((points * view.columns) / view.rows);
  const [columns, rows] = [Math.max(1, Math.round(side)), Math.max(1, Math.round(points / side))];
  return inPixels({ ...scene, view, iterations }, columns, rows);
}

/** Factor of iterations that a width usually needs: half as many more for each division of the width by eight. */
const deeper = (width: number): number => 1 + Math.max(0, Math.log2(4 / width)) / 6;

/** The iterations that the page chooses for a width, and what earlier views nearby have shown. */
export class AutomaticIterations {
  isOn = true;
  /** Iterations of a view 4 wide. */
  base = 1;
  /** Additional factor for the present place. */
  private factor = 1;
  /** An opened scene keeps its iterations until the view changes. */
  private isOpened = true;

  open(scene: ViewScene, base = scene.iterations / deeper(widthOf(scene))): void {
    const factor = scene.iterations / (base * deeper(widthOf(scene)));
    [this.base, this.factor, this.isOpened] = [base, factor, true];
  }

  /** The view or the formula has changed. */
  leave(): void {
    this.isOpened = false;
  }

  /** The iterations of a view of this width during movement. */
  at(width: number): number {
    return Math.min(mostIterations, Math.max(1, Math.round(this.base * this.factor * deeper(width))));
  }

  /** The number from which the search starts; undefined: the scene keeps its iterations. */
  least(width: number): number | undefined {
    if (!this.isOn || this.isOpened) return undefined;
    return Math.min(mostIterations, Math.max(1, Math.round(this.base * deeper(width))));
  }

  learn(iterations: number, width: number): void {
    this.factor = Math.max(1, iterations / (this.base * deeper(width)));
  }
}
