// What times of the same work by several workers say: a middle that noise does not move, and Amdahl's law. The one
// definition for the command, the page and the lesson.

/**
 * The middle of the values, in any order; of an even number of them the mean of the two in the middle. Throws
 * RangeError for none.
 */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('median: must be given at least one value');
  const sorted = values.toSorted((one, other) => one - other);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** Work that `workers` workers did `speedUp` times as fast as one. */
export interface SpeedUp {
  /** How many, from 1. */
  readonly workers: number;
  /** The time of one worker over theirs. */
  readonly speedUp: number;
}

/**
 * The best of several ways to cut the work, for each number of workers, against the best of the fewest, which should be
 * one. The medians are in any unit of time.
 */
export function speedUps(
  rows: readonly { readonly workers: number; readonly median: number }[],
): readonly SpeedUp[] {
  const best = new Map<number, number>();
  for (const { workers, median } of rows) best.set(workers, Math.min(best.get(workers) ?? Infinity, median));
  const alone = best.get(Math.min(...best.keys()))!;
  return [...best].map(([workers, time]) => ({ workers, speedUp: alone / time }));
}

/**
 * The part of the work that more workers do not speed up, 0 to 1: least squares of time(n) / time(1) = s + (1 - s) / n
 * (Amdahl, Validity of the single processor approach, 1967). Undefined without more than one worker.
 */
export function serialPart(points: readonly SpeedUp[]): number | undefined {
  let [above, below] = [0, 0];
  for (const { workers, speedUp } of points) {
    const gain = 1 - 1 / workers;
    above += (1 / speedUp - 1 / workers) * gain;
    below += gain * gain;
  }
  return below > 0 ? Math.min(1, Math.max(0, above / below)) : undefined;
}

/** By Amdahl's law: how many times as fast as one so many workers are, if a part of the work, 0 to 1, stays serial. */
export const amdahl = (serial: number, workers: number): number => 1 / (serial + (1 - serial) / workers);
