// A stopwatch for work that is run again and again.
import { median } from 'mandoline/pool';
import { tell } from './figures.js';

export interface Times {
  /** Of the run that warmed up. */
  readonly first: number;
  /** Of each run after it. */
  readonly seconds: readonly number[];
  readonly best: number;
  readonly median: number;
}

/**
 * Times every piece of work `rounds` times, after a first round that warms up. They take turns, so that a machine that
 * is slow for a while is slow for all of them.
 */
export async function repeat(
  rounds: number,
  works: Readonly<Record<string, () => unknown>>,
): Promise<Map<string, Times>> {
  const times = new Map(Object.keys(works).map((name) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, work] of Object.entries(works)) {
      const start = performance.now();
      await work();
      times.get(name)!.push((performance.now() - start) / 1000);
    }
    tell({ kind: 'step', done: round + 1, of: rounds + 1 });
  }
  return new Map(
    [...times].map(([name, [first, ...seconds]]) => [
      name,
      { first: first!, seconds, best: Math.min(...seconds), median: median(seconds) },
    ]),
  );
}
