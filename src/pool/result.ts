// The result of a call that is not awaited at once: Python's AsyncResult.

import { told } from './checks.js';
import { ResultTimeoutError } from './errors.js';

/** Called when a result, or its error, is available. */
export interface ResultCallbacks<T> {
  /** Called once with the result, if there is one. An error that it throws becomes an uncaught error. */
  readonly callback?: ((value: T) => void) | undefined;
  /** Called once with the error, if there is one. */
  readonly errorCallback?: ((error: unknown) => void) | undefined;
}

/** A result that may not be ready yet. `await result` returns it, or throws the task's error. */
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
      // An error that nobody reads is ignored, as in Python.
      (error) => {
        this.state = 'failed';
        if (errorCallback) callOutside(() => errorCallback(error));
      },
    );
  }

  /** Whether the call has ended, with a result or an error. */
  ready(): boolean {
    return this.state !== 'pending';
  }

  /** Whether the call has ended without an error. Throws Error if it has not ended yet. */
  successful(): boolean {
    if (this.state === 'pending') throw new Error('successful: the result is not ready; wait() for it');
    return this.state === 'done';
  }

  /** Waits until the call has ended, for at most `timeout` milliseconds. Never rejects. */
  async wait(timeout?: number): Promise<void> {
    const ended = this.promise.then(nothing, nothing);
    if (timeout === undefined) await ended;
    else await within(ended, timeout);
  }

  /** The result, or the task's error. Rejects with ResultTimeoutError after `timeout` ms; the task keeps running. */
  async get(timeout?: number): Promise<T> {
    if (timeout === undefined) return await this.promise;
    const late = Symbol();
    const value = await within<T | typeof late>(this.promise, timeout, late);
    if (value === late) throw new ResultTimeoutError(timeout);
    return value as T;
  }

  /** Like a promise's `then`: `await` returns the result, or throws the task's error. */
  // biome-ignore lint/suspicious/noThenProperty: makes the result awaitable.
  then<A = T, B = never>(
    onfulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onrejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.promise.then(onfulfilled, onrejected);
  }
}

const nothing = () => {};

/** Rethrows a callback's error as an uncaught error: it must not look like one of the call. */
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
