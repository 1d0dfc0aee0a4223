// The result of a call that is not waited for at once: Python's AsyncResult.

import { told } from './checks.js';
import { ResultTimeoutError } from './errors.js';

/** What is called when a result, or its error, is there. */
export interface ResultCallbacks<T> {
  /** Called once with the result, if there is one. What it throws is thrown as an uncaught error. */
  readonly callback?: ((value: T) => void) | undefined;
  /** Called once with the error, if there is one. */
  readonly errorCallback?: ((error: unknown) => void) | undefined;
}

/** A result that may not be there yet. `await result` gives it, or throws the task's error. */
export class AsyncResult<T> implements PromiseLike<T> {
  private state: 'pending' | 'done' | 'failed' = 'pending';

  constructor(
    private readonly promise: Promise<T>,
    { callback, errorCallback }: ResultCallbacks<T> = {},
  ) {
    promise.then(
      (value) => {
        this.state = 'done';
        if (callback) callOutside(() => callback(value));
      },
      // An error that nobody asks for is nobody's, as in Python.
      (error) => {
        this.state = 'failed';
        if (errorCallback) callOutside(() => errorCallback(error));
      },
    );
  }

  /** Whether the call has ended, well or not. */
  ready(): boolean {
    return this.state !== 'pending';
  }

  /** Whether the call has ended without an error. Throws Error while it has not ended. */
  successful(): boolean {
    if (this.state === 'pending') throw new Error('successful: the result is not ready; wait() for it');
    return this.state === 'done';
  }

  /** Waits until the call has ended, at most `timeout` milliseconds. Never rejects. */
  async wait(timeout?: number): Promise<void> {
    const ended = this.promise.then(nothing, nothing);
    if (timeout === undefined) await ended;
    else await within(ended, timeout);
  }

  /** The result, or the task's error. Rejects with ResultTimeoutError after `timeout` milliseconds; the task goes on. */
  async get(timeout?: number): Promise<T> {
    if (timeout === undefined) return await this.promise;
    const late = Symbol();
    const value = await within<T | typeof late>(this.promise, timeout, late);
    if (value === late) throw new ResultTimeoutError(timeout);
    return value as T;
  }

  /** As a promise's: `await` gives the result, or throws the task's error. */
  // biome-ignore lint/suspicious/noThenProperty: so that it can be awaited.
  then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.promise.then(onfulfilled, onrejected);
  }
}

const nothing = () => {};

/** An error of a callback is its owner's: it must not look like one of the call. */
function callOutside(callback: () => void): void {
  queueMicrotask(callback);
}

async function within<T>(promise: Promise<T>, timeout: number, late?: T): Promise<T | undefined> {
  if (typeof timeout !== 'number' || !(timeout >= 0))
    throw new RangeError(`timeout ${told(timeout)}: must be a number of milliseconds from 0 on`);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<T | undefined>((resolve) => {
    timer = setTimeout(() => resolve(late), Math.min(timeout, 0x7fffffff));
  });
  try {
    return await Promise.race([promise, waited]);
  } finally {
    clearTimeout(timer);
  }
}
