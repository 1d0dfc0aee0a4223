// Automatic iterations: as many as decide nearly every point of a view. The width says little about that, so a few
// points are counted with many more iterations, and what escapes late says how many would do. Depends on the view
// alone, not on the machine's speed or the way there, so that the same view always gets the same number.
import { inPixels, type ViewScene } from 'mandoline';
import { widthOf } from './depth.js';

/** The most that the page chooses by itself. */
export const mostIterations = 1e7;

export interface Effort {
  /** How many points are counted. */
  readonly points: number;
  /** Steps of all points, about, after which it looks no further ahead. */
  readonly steps: number;
  /** The share of points that may escape later. */
  readonly tolerance: number;
}
/** Before a view is drawn: less work than a twentieth of its picture. */
export const atOnce: Effort = { points: 3072, steps: 2 ** 27, tolerance: 0.004 };
/** While the user looks at it. */
export const refining: Effort = { points: 12_288, steps: 2 ** 33, tolerance: 0.002 };

/** How many times as many iterations are counted first, and how many times as many each time after that. */
const [ahead, farther] = [16, 4];

/** The counts of a view's points for some number of iterations; points that remain have that number. */
export type CountPoints = (iterations: number) => Promise<ArrayLike<number>>;

/** The least of `least`, twice that, four times, ... that hardly a point needs more than. */
export async function enoughIterations(least: number, effort: Effort, count: CountPoints): Promise<number> {
  const { points, steps, tolerance } = effort;
  let most = Math.min(mostIterations, Math.max(2 * least, Math.min(ahead * least, steps / points)));
  if (most <= least) return least;
  for (;;) {
    most = Math.floor(most);
    const counts = await count(most);
    const remaining = shareFrom(counts, most);
    // Where none has escaped yet, all may be inside, or all may escape much later.
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

/** The share of points whose count is so many or more. */
function shareFrom(counts: ArrayLike<number>, least: number): number {
  let found = 0;
  for (let i = 0; i < counts.length; i++) if (counts[i]! >= least) found++;
  return found / counts.length;
}

/** Whether a picture shows that its iterations are too few; it cannot show that they suffice. */
export function areTooFew(counts: ArrayLike<number>, iterations: number): boolean {
  const remaining = shareFrom(counts, iterations);
  const isCostly = remaining * counts.length * iterations > atOnce.steps;
  const isShort = remaining === 1 || shareFrom(counts, iterations / 2) - remaining > 2 * atOnce.tolerance;
  return isShort && !isCostly && 2 * iterations <= mostIterations;
}

/** The scene of so many points, about, in place of a view's. */
export function sparse(scene: ViewScene, points: number, iterations: number): ViewScene {
  const { samples: _, ...view } = scene.view;
  const side = Math.sqrt((points * view.columns) / view.rows);
  const [columns, rows] = [Math.max(1, Math.round(side)), Math.max(1, Math.round(points / side))];
  return inPixels({ ...scene, view, iterations }, columns, rows);
}

/** How many times as many iterations a width usually needs: half as many more for each eighth of the usual one. */
const deeper = (width: number): number => 1 + Math.max(0, Math.log2(4 / width)) / 6;

/** What the page chooses for a width, and has learned on the way there. */
export class AutomaticIterations {
  isOn = true;
  /** Of a view that is as wide as the usual set. */
  base = 1;
  /** How many times as many the present place needs. */
  private factor = 1;
  /** A scene that was opened keeps the iterations that it came with until it is looked at elsewhere. */
  private isOpened = true;

  open(scene: ViewScene, base = scene.iterations / deeper(widthOf(scene))): void {
    const factor = scene.iterations / (base * deeper(widthOf(scene)));
    [this.base, this.factor, this.isOpened] = [base, factor, true];
  }

  /** The view or the formula has changed. */
  leave(): void {
    this.isOpened = false;
  }

  /** What a view of this width gets while one moves. */
  at(width: number): number {
    return Math.min(mostIterations, Math.max(1, Math.round(this.base * this.factor * deeper(width))));
  }

  /** From which number on enough are looked for; undefined: the scene has what it is to have. */
  least(width: number): number | undefined {
    if (!this.isOn || this.isOpened) return undefined;
    return Math.min(mostIterations, Math.max(1, Math.round(this.base * deeper(width))));
  }

  learn(iterations: number, width: number): void {
    this.factor = Math.max(1, iterations / (this.base * deeper(width)));
  }
}
