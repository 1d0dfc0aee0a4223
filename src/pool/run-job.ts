// Runs one job in a worker: its calls, or its share of a fill. worker.ts receives and answers jobs.
import { compact } from './compact.js';
import { current } from './current.js';
import { clock, doneSlices, type JobMessage, nextSlice, type SharedFill, stopped } from './protocol.js';
import { calls, isThenable, settle } from './run-calls.js';
import { sliceRange } from './slices.js';
import type { Run } from './worker-functions.js';

/** The state of a running job. */
export interface Running {
  /** The number of its worker. */
  readonly worker: number;
  /** The index of the running call. */
  readonly progress: { call: number };
  /** Called before each call if the job has a timeout. */
  readonly starting: (() => void) | undefined;
}

/** Runs a job with a function and its trailing arguments. Returns a promise only if the job is asynchronous. */
export function runJob(
  message: JobMessage,
  run: Run,
  trailing: readonly unknown[],
  running: Running,
): readonly unknown[] | PromiseLike<readonly unknown[]> {
  const [kind] = message;
  const { progress, starting } = running;
  if (kind === 'share') return fillShare(message[5], message[6], run, trailing, running);
  if (kind === 'slice') {
    const [, , , , , range, slice] = message;
    return calls(
      1,
      () => run(slice, range, ...trailing),
      starting,
      progress,
      () => slice,
    );
  }
  const given = message[5];
  if (kind === 'tuples') {
    const tuples = given as readonly (readonly unknown[])[];
    return calls(
      tuples.length,
      (i) => run(...tuples[i]!, ...trailing),
      starting,
      progress,
      (result) => compact(result),
    );
  }
  const call =
    trailing.length === 0 ? (i: number) => run(given[i]) : (i: number) => run(given[i], ...trailing);
  if (kind === 'settled')
    return calls(
      given.length,
      (i) => settle(() => call(i)),
      starting,
      progress,
      (outcome) => outcome,
    );
  return calls(given.length, call, starting, progress, (result) => compact(result));
}

/** Fills slices of shared memory: first those in `first`, then those that this worker claims. */
function fillShare(
  fill: SharedFill,
  first: readonly number[],
  run: Run,
  trailing: readonly unknown[],
  { worker, starting }: Running,
): never[] | PromiseLike<never[]> {
  const { target, rows, slices, order, counters, states, times } = fill;
  const width = target.length / rows;
  let given = 0;
  current.cancelled = () => Atomics.load(counters, stopped) !== 0;
  return claim();

  function claim(): never[] | PromiseLike<never[]> {
    while (Atomics.load(counters, stopped) === 0) {
      const isGiven = given < first.length;
      const claimed = isGiven ? first[given++]! : Atomics.add(counters, nextSlice, 1);
      if (claimed >= slices) break;
      const index = isGiven || !order ? claimed : order[claimed]!;
      const range = sliceRange(rows, slices, index);
      Atomics.store(states, index, worker + 1);
      times[2 * index] = clock();
      if (range.start < range.end) {
        const slice = target.subarray(range.start * width, range.end * width);
        starting?.();
        try {
          const pending = run(slice, range, ...trailing);
          if (isThenable(pending))
            return Promise.resolve(pending).then(() => {
              finish(index);
              return claim();
            }, stop);
        } catch (error) {
          stop(error);
        }
      }
      finish(index);
    }
    return [];
  }

  function finish(index: number): void {
    times[2 * index + 1] = clock();
    Atomics.store(states, index, -(worker + 1));
    Atomics.add(counters, doneSlices, 1);
  }

  /** Stops the other workers from claiming more before the pool learns of the error. */
  function stop(error: unknown): never {
    Atomics.store(counters, stopped, 1);
    throw error;
  }
}
