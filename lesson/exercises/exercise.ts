// What an exercise is, and what its check says if something is missing.
import { isDeepStrictEqual } from 'node:util';
import type { Pool } from 'mandoline/pool';

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
    await check(written);
    return undefined;
  } catch (error) {
    if (error instanceof Missing) return error.message;
    return error instanceof Error && error.name !== 'Error'
      ? `${error.name}: ${error.message}`
      : (error as Error).message;
  }
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

function shown(value: unknown): string {
  const text = ArrayBuffer.isView(value)
    ? `${value.constructor.name} [${[...(value as Uint16Array).subarray(0, 12)].join(', ')}, ...]`
    : (JSON.stringify(value) ?? String(value));
  return text.length > 90 ? `${text.slice(0, 87)}...` : text;
}
