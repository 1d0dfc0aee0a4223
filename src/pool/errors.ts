// The pool's errors: one class for each kind, with the facts as fields and in the message. error-data.ts converts
// errors that cross threads.

/** The pool was closed or terminated. */
export class PoolClosedError extends Error {
  override readonly name = 'PoolClosedError';
  constructor(
    /** The method that was called, or the one that ended the calls in progress. */
    readonly operation: string,
  ) {
    super(`${operation}: the pool is closed; make a new Pool`);
  }
}

/** A value passed as a task is not one, or its module does not export it. */
export class TaskError extends TypeError {
  override readonly name = 'TaskError';
}

/** An argument, or a result, cannot be copied to another thread. */
export class TaskCloneError extends Error {
  override readonly name = 'TaskCloneError';
  constructor(
    /** Address of the task's module. */
    readonly module: string,
    /** Name under which the module exports the task. */
    readonly task: string,
    /** Index of the item in the input, from 0; undefined if the value that cannot be cloned is not an item. */
    readonly item: number | undefined,
    /** What cannot be cloned: `item.callback`, `args[1].list[2]`, `options.compare`, `result.handle`. */
    readonly path: string,
    cause?: unknown,
  ) {
    const where = item === undefined ? '' : `item ${item}: `;
    super(
      `${where}${path} of ${task} (${module || 'served by the worker'}) cannot be copied to another thread; ` +
        'send plain data, without functions; of a class instance, send its fields',
      { cause },
    );
  }

  /** The same as `task`, named as in JavaScript. */
  get export(): string {
    return this.task;
  }
}

/** A worker ended while it ran a task, or before it could run any. */
export class WorkerExitError extends Error {
  override readonly name = 'WorkerExitError';
  constructor(
    /** The worker's exit code. */
    readonly code: number,
    /** Name of the running function; undefined if none. */
    readonly task: string | undefined,
    cause?: unknown,
  ) {
    const when = task === undefined ? 'before it could run a task' : `while it ran ${task}`;
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    super(`a worker ended with code ${code} ${when}${reason}`, { cause });
  }
}

/** A task exceeded its `timeout`; its worker was terminated. */
export class TaskTimeoutError extends Error {
  override readonly name = 'TaskTimeoutError';
  constructor(
    /** Name under which the module exports the task. */
    readonly task: string,
    /** In milliseconds. */
    readonly timeout: number,
  ) {
    super(`${task} ran longer than ${timeout} ms; its worker was terminated and replaced`);
  }
}

/** `get(timeout)` timed out before the result was ready; the task keeps running. */
export class ResultTimeoutError extends Error {
  override readonly name = 'ResultTimeoutError';
  constructor(
    /** In milliseconds. */
    readonly timeout: number,
  ) {
    super(`the result was not ready after ${timeout} ms; the task keeps running`);
  }
}

/**
 * An error thrown by a task whose class is unknown here. `name`, `message`, `cause` and own fields are the original's;
 * `stack` is the worker's, followed by the caller's.
 */
export class RemoteError extends Error {}
