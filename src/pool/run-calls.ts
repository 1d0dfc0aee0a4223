// Runs the calls of one job in a worker, one after the other, and handles values and errors that cannot be sent.
// worker.ts decides which job to run.
import { uncloneablePath } from './cloning.js';
import { compact } from './compact.js';
import { errorToData } from './error-data.js';
import type { SettledCall } from './protocol.js';

/** The results of the calls, in order; a promise of them as soon as a call returns a promise. */
export function calls(
  count: number,
  call: (index: number) => unknown,
  starting: (() => void) | undefined,
  progress: { call: number },
  toValue: (result: unknown) => unknown,
): unknown[] | PromiseLike<unknown[]> {
  const values: unknown[] = [];
  for (let index = 0; index < count; index++) {
    progress.call = index;
    starting?.();
    const value = call(index);
    if (isThenable(value)) return finishCalls(value);
    values.push(toValue(value));
  }
  return values;

  async function finishCalls(pending: PromiseLike<unknown>): Promise<unknown[]> {
    values.push(toValue(await pending));
    for (let index = values.length; index < count; index++) {
      progress.call = index;
      starting?.();
      values.push(toValue(await call(index)));
    }
    return values;
  }
}

/** Runs a call and returns its outcome; never throws. */
export function settle(call: () => unknown): SettledCall | Promise<SettledCall> {
  const succeeded = (value: unknown): SettledCall => ['value', compact(value)];
  const failed = (error: unknown): SettledCall => ['error', errorToData(error)];
  try {
    const value = call();
    return isThenable(value) ? Promise.resolve(value).then(succeeded, failed) : succeeded(value);
  } catch (error) {
    return failed(error);
  }
}

/** The outcome of a call in a form that can be sent: an error replaces a value that cannot be cloned. */
export function cloneableOutcome(outcome: SettledCall): SettledCall {
  const path = outcome[0] === 'value' ? uncloneablePath(outcome[1], 'result') : undefined;
  return path === undefined
    ? outcome
    : ['error', errorToData(new DOMException('not cloneable', 'DataCloneError')), path];
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}

/** The index of the call whose value could not be posted, and the part that cannot be cloned. */
export function uncloneableResult(values: readonly unknown[]): { call: number; path: string | undefined } {
  for (const [call, value] of values.entries()) {
    const path = uncloneablePath(value, 'result');
    if (path) return { call, path };
  }
  return { call: 0, path: undefined };
}
