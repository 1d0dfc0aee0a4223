// The stopwatch: pieces of work timed again and again, in turn.
import { median } from 'mandoline/pool';
import { tell } from './figures.js';
import { load } from './load.js';

export interface Times<Result> {
  /** Of the very first run. */
  readonly first: number;
  /** Of each run that counts. */
  readonly seconds: readonly number[];
  readonly best: number;
  readonly median: number;
  /** What the run returned whose time is nearest to the median. */
  readonly middle: Result;
}

/**
 * Times every piece of work `rounds` times, after `warmUps` rounds that are not counted. They take turns, so that a
 * machine that is slow for a while is slow for all of them.
 */
export async function repeat<Result>(
  rounds: number,
  works: Readonly<Record<string, () => Result | Promise<Result>>>,
  warmUps = 1,
): Promise<Map<string, Times<Result>>> {
  const runs = new Map(Object.keys(works).map((name) => [name, [] as { seconds: number; result: Result }[]]));
  for (let round = 0; round < rounds + warmUps; round++) {
    for (const [name, work] of Object.entries(works)) {
      const start = performance.now();
      const result = await work();
      runs.get(name)!.push({ seconds: (performance.now() - start) / 1000, result });
    }
    tell({ kind: 'step', done: round + 1, of: rounds + warmUps });
  }
  tell(load());
  return new Map([...runs].map(([name, all]) => [name, summary(all[0]!.seconds, all.slice(warmUps))]));
}

function summary<Result>(first: number, timed: readonly { seconds: number; result: Result }[]) {
  const sorted = timed.toSorted((one, other) => one.seconds - other.seconds);
  const seconds = timed.map((run) => run.seconds);
  const { result: middle } = sorted[(sorted.length - 1) >> 1]!;
  return { first, seconds, best: sorted[0]!.seconds, median: median(seconds), middle };
}
