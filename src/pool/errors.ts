// The pool's errors: classes that a caller can tell apart, with the facts as fields and in the message. How any
// error crosses from one thread to another is error-data.ts's.

/** The pool was closed or terminated. */
export class PoolClosedError extends Error {
  override readonly name = 'PoolClosedError';
  constructor(
    /** The method that was called, or what ended the calls that were under way. */
    readonly operation: string,
  ) {
    super(`${operation}: the pool is closed; make a new Pool`);
  }
}

/** What was given is not a task, or its module does not export it. */
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
    /** Number of the item in the input, from 0; undefined where it is no item that cannot be cloned. */
    readonly item: number | undefined,
    /** What cannot be cloned: `item.callback`, `args[1].list[2]`, `options.compare`, `result.handle`. */
    readonly path: string,
    cause?: unknown,
  ) {
    const where = item === undefined ? '' : `item ${item}: `;
    super(
      `${where}${path} of ${task} (${module || 'served by the worker'}) cannot be copied to another thread; ` +
        'send plain data: no functions, class instances as their fields',
      { cause },
    );
  }

  /** The same as `task`, by the word of the language. */
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
    /** Name of the function that it ran; undefined if none. */
    readonly task: string | undefined,
    cause?: unknown,
  ) {
    const when = task === undefined ? 'before it could run a task' : `while it ran ${task}`;
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    super(`a worker ended with code ${code} ${when}${reason}`, { cause });
  }
}

/** A task ran longer than its `timeout`; its worker was ended. */
export class TaskTimeoutError extends Error {
  override readonly name = 'TaskTimeoutError';
  constructor(
    /** Name under which the module exports the task. */
    readonly task: string,
    /** In milliseconds. */
    readonly timeout: number,
  ) {
    super(`${task} ran longer than ${timeout} ms; its worker was ended and replaced`);
  }
}

/** `get(timeout)` waited that long and the result was not there yet; the task goes on. */
export class ResultTimeoutError extends Error {
  override readonly name = 'ResultTimeoutError';
  constructor(
    /** In milliseconds. */
    readonly timeout: number,
  ) {
    super(`the result was not ready after ${timeout} ms; the task goes on`);
  }
}

/**
 * An error of a task whose class is not known here. `name`, `message`, `cause` and its own fields are the
 * original's; `stack` is the worker's, then the caller's.
 */
export class RemoteError extends Error {}
