// What an exercise is, and what its check says if something is missing.
import { isDeepStrictEqual } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { type Pool, PoolClosedError, tasks } from 'mandoline/pool';

/** What the reader's file exports. */
// biome-ignore lint/suspicious/noExplicitAny: functions that somebody is still writing.
export type Written = Readonly<Record<string, any>>;

export interface Exercise {
  readonly level: 'warm-up' | 'core' | 'challenge';
  /** The function to write. */
  readonly name: string;
  /** Throws Missing, with what is missing, or whatever the function throws. */
  check(written: Written): void | Promise<void>;
}

/** What an exercise still lacks, in words. */
export class Missing extends Error {}

/** What the reader's file still lacks of an exercise, or the error of the function; undefined if it is done. */
export async function missingIn({ name, check }: Exercise, written: Written): Promise<string | undefined> {
  if (typeof written[name] !== 'function') return 'the file does not export a function of this name';
  try {
    await settledOrStuck(check(written));
    return undefined;
  } catch (error) {
    return error instanceof Missing ? error.message : said(error);
  }
}

/** Rejects when the program would end, because the function awaits something that cannot happen any more. */
async function settledOrStuck(checked: void | Promise<void>): Promise<void> {
  let onNothingToDo = () => {};
  const stuck = new Promise<never>((_, reject) => {
    onNothingToDo = () => reject(new Missing('never returns: it awaits something that does not happen'));
    process.once('beforeExit', onNothingToDo);
  });
  try {
    await Promise.race([checked, stuck]);
  } finally {
    process.off('beforeExit', onNothingToDo);
  }
}

/** What a function threw, in words. */
export function said(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `throws ${String(thrown)}`;
  if (thrown.message === '') return `throws ${thrown.name} without a message`;
  return thrown.name === 'Error' ? thrown.message : `${thrown.name}: ${thrown.message}`;
}

export function expect(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Missing(what);
}

/** A call has to return this. */
export function expectResult(call: string, actual: unknown, expected: unknown): void {
  if (actual instanceof Promise) throw new Missing(`${call} returns a promise that is not awaited`);
  expect(
    isDeepStrictEqual(actual, expected),
    `${call} returns ${shown(actual)} instead of ${shown(expected)}`,
  );
}

/** A call has to return this number, but for rounding. */
export function expectClose(call: string, actual: unknown, expected: number): void {
  const isClose = typeof actual === 'number' && Math.abs(actual - expected) < 1e-9;
  expect(isClose, `${call} returns ${shown(actual)} instead of ${expected}`);
}

/** How many calls the workers of a pool have done; work that was done elsewhere is not counted. */
export const callsOf = (pool: Pool): number =>
  pool.stats().workers.reduce((sum, { tasks }) => sum + tasks, 0);

/** Whether a pool still takes calls. */
export async function isOpen(pool: Pool): Promise<boolean> {
  const { sumOfCounts } = tasks<typeof import('../sums.js')>(new URL('../sums.js', import.meta.url));
  const error = await pool.map(sumOfCounts, []).catch((thrown: unknown) => thrown);
  return !(error instanceof PoolClosedError);
}

/** Counts the threads that are started from now on: those alive, the most at any time, and those nobody waited for. */
export function watchThreads() {
  const threads = {
    alive: 0,
    most: 0,
    unawaited: 0,
    [Symbol.dispose]: () => void process.off('worker', onStart),
  };
  process.on('worker', onStart);
  return threads;

  function onStart(thread: Worker): void {
    threads.most = Math.max(threads.most, ++threads.alive);
    // The first listener, which is removed before it is called: others that are there wait for the end.
    thread.prependOnceListener('exit', () => {
      threads.alive--;
      if (thread.listenerCount('exit') === 0) threads.unawaited++;
    });
  }
}

function shown(value: unknown): string {
  const text = ArrayBuffer.isView(value)
    ? `${value.constructor.name} [${[...(value as Uint16Array).subarray(0, 12)].join(', ')}, ...]`
    : (JSON.stringify(value) ?? String(value));
  return text.length > 90 ? `${text.slice(0, 87)}...` : text;
}
