// The result of a call that was made and not waited for: Python's AsyncResult.
import { ResultTimeoutError } from './errors.js';

/** What is called when a result is there: exactly one of the two, once. */
export interface Callbacks<T> {
  readonly callback?: (value: T) => void;
  readonly errorCallback?: (error: unknown) => void;
}

/** The result of a call under way. It can be awaited; an error that nobody asks for is not reported. */
export class AsyncResult<T> implements PromiseLike<T> {
  private state: 'pending' | 'done' | 'failed' = 'pending';

  constructor(
    private readonly promise: Promise<T>,
    { callback, errorCallback }: Callbacks<T> = {},
  ) {
    promise.then(
      (value) => {
        this.state = 'done';
        callback?.(value);
      },
      (error) => {
        this.state = 'failed';
        errorCallback?.(error);
      },
    );
  }

  /** Whether the call has ended, well or not. */
  ready(): boolean {
    return this.state !== 'pending';
  }

  /** Whether the call has ended well. Throws where it has not ended. */
  successful(): boolean {
    if (this.state === 'pending') throw new Error('successful: the call has not ended; ask ready() first');
    return this.state === 'done';
  }

  /** Resolves when the call has ended, or after `timeout` milliseconds; never rejects. */
  async wait(timeout?: number): Promise<void> {
    const ended = this.promise.then(
      () => {},
      () => {},
    );
    await within(ended, timeout);
  }

  /** The call's value; rejects with its error, or with ResultTimeoutError after `timeout` milliseconds. */
  async get(timeout?: number): Promise<T> {
    if (!(await within(this.promise, timeout))) throw new ResultTimeoutError(timeout!);
    return this.promise;
  }

  // biome-ignore lint/suspicious/noThenProperty: a result is made to be awaited.
  then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.promise.then(fulfilled, rejected);
  }
}

/** Waits for a promise, but not longer than the milliseconds; says whether it was there in time. */
async function within(promise: Promise<unknown>, milliseconds: number | undefined): Promise<boolean> {
  if (milliseconds === undefined) return promise.then(() => true);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  return Promise.race([promise.then(() => true), late]).finally(() => clearTimeout(timer));
}
