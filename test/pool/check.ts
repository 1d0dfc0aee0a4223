// The few assertions that the tests need which run in Node and in a browser alike, and what goes with them.

export function check(truth: unknown, message: string): asserts truth {
  if (!truth) throw new Error(`not so: ${message}`);
}

/** Equal in structure: numbers by Object.is, arrays and typed arrays by their elements, objects by their fields. */
export function equal(actual: unknown, expected: unknown, message = ''): void {
  if (!same(actual, expected)) throw new Error(`${message} ${show(actual)} is not ${show(expected)}`);
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}

const show = (value: unknown): string => {
  const text = JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? `${inner}n` : inner));
  return (text ?? String(value)).slice(0, 300);
};

/** What a promise rejects with, of the class that is expected. */
export async function rejection<E extends Error>(
  promise: PromiseLike<unknown>,
  // biome-ignore lint/suspicious/noExplicitAny: a class with any constructor.
  expected: abstract new (...args: any) => E,
): Promise<E> {
  const thrown = await thrownBy(promise);
  if (thrown instanceof expected) return thrown;
  throw new Error(
    `rejected with ${thrown instanceof Error ? thrown.stack : show(thrown)}, not ${expected.name}`,
  );
}

/** Whatever a promise rejects with. */
export async function thrownBy(promise: PromiseLike<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (thrown) {
    return thrown;
  }
  throw new Error(`did not reject, but gave ${show(value)}`);
}

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

/** The results of an iterator before its error, and the error. */
export async function collectUntilError<T>(
  values: AsyncIterable<T>,
): Promise<{ before: T[]; error: unknown }> {
  const before: T[] = [];
  const error = await thrownBy(
    (async () => {
      for await (const value of values) before.push(value);
    })(),
  );
  return { before, error };
}

export const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i);
export const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until something is so. What never becomes so is ended by the test's time limit. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(2);
}

/**
 * For what the pool does only if a worker gets its turn in time: true if it happened in one of many attempts. On a busy
 * machine some attempts may fail; with a fault, all of them do.
 */
export async function inOneOf(attempts: number, happens: () => Promise<boolean>): Promise<boolean> {
  for (let attempt = 0; attempt < attempts; attempt++) if (await happens()) return true;
  return false;
}
