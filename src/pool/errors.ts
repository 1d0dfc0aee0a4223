// The pool's errors, each a class of its own with the facts as fields, and how errors cross between threads:
// as plain data, because the platform's own cloning loses classes, fields and, on Node 20, whole errors.

/** The pool was closed or terminated. */
export class PoolClosedError extends Error {
  override readonly name = 'PoolClosedError';
  constructor(readonly operation: string) {
    super(`${operation}: the pool is closed; make a new Pool`);
  }
}

/** What was given is not a task that can be sent to a worker. */
export class TaskError extends TypeError {
  override readonly name = 'TaskError';
}

/** An argument or a result cannot be copied to another thread. */
export class TaskCloneError extends Error {
  override readonly name = 'TaskCloneError';
  constructor(
    /** Address of the task's module. */
    readonly module: string,
    /** Name of the function that the module exports. */
    readonly task: string,
    /** Where in the value: `items[3].callback`. */
    readonly path: string,
    cause?: unknown,
  ) {
    super(`${task} of ${module}: ${path} cannot be sent to another thread; send plain data`, { cause });
  }
}

/** A worker ended while it ran a task. */
export class WorkerExitError extends Error {
  override readonly name = 'WorkerExitError';
  constructor(
    /** The worker's exit code. */
    readonly code: number,
    readonly task: string,
    cause?: unknown,
  ) {
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    super(`a worker ended with code ${code} while it ran ${task}${reason}`, { cause });
  }
}

/** A task took longer than it may; its worker was ended. */
export class TaskTimeoutError extends Error {
  override readonly name = 'TaskTimeoutError';
  constructor(
    /** How long it may take, in milliseconds. */
    readonly timeout: number,
    readonly task: string,
  ) {
    super(`${task} took longer than ${timeout} ms; its worker was ended`);
  }
}

/** A result was not there in the time that `get` was given; the call goes on. */
export class ResultTimeoutError extends Error {
  override readonly name = 'ResultTimeoutError';
  constructor(
    /** In milliseconds. */
    readonly timeout: number,
  ) {
    super(`get: the result was not there after ${timeout} ms; the call goes on`);
  }
}

/** An error whose class is not known on this side: its name, message, fields and stack are the original's. */
export class RemoteError extends Error {}

/** An error as plain data. */
export interface ErrorData {
  readonly isError: boolean;
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly cause?: ErrorData;
  readonly fields: Readonly<Record<string, unknown>>;
  /** What was thrown, where that was no error. */
  readonly value?: unknown;
}

const knownClasses = [
  ...[Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError],
  ...[TaskError, TaskCloneError, PoolClosedError, WorkerExitError, TaskTimeoutError],
];

/** Turns anything that was thrown into plain data; fields that cannot be cloned are left out. */
export function errorToData(thrown: unknown, depth = 0): ErrorData {
  if (!(thrown instanceof Error)) {
    const value = isCloneable(thrown) ? thrown : String(thrown);
    return { isError: false, name: typeof thrown, message: String(thrown), stack: '', fields: {}, value };
  }
  const own = Object.entries(thrown).filter(([key, value]) => !standardFields.has(key) && isCloneable(value));
  return {
    isError: true,
    name: String(thrown.name),
    message: String(thrown.message),
    stack: String(thrown.stack ?? ''),
    ...(thrown.cause !== undefined && depth < 8 ? { cause: errorToData(thrown.cause, depth + 1) } : {}),
    fields: Object.fromEntries(own),
  };
}
const standardFields = new Set(['name', 'message', 'stack', 'cause']);

/** The error again: of its class where that is known here, otherwise a RemoteError under the original name. */
export function errorFromData(data: ErrorData, callerStack?: string): unknown {
  if (!data.isError) return data.value;
  const known = knownClasses.find((each) => each.name === data.name);
  const error: Error = Object.create((known ?? RemoteError).prototype);
  const calledFrom = callerStack ? `\n  called from\n${callerStack.split('\n').slice(1).join('\n')}` : '';
  const hidden = (value: unknown) => ({ value, enumerable: false, writable: true, configurable: true });
  Object.defineProperties(error, {
    name: hidden(data.name),
    message: hidden(data.message),
    stack: hidden(`${data.stack}${calledFrom}`),
    ...(data.cause ? { cause: hidden(errorFromData(data.cause)) } : {}),
  });
  return Object.assign(error, data.fields);
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** The error to be thrown for what postMessage threw: the platform's does not say which part it was. */
export function cloneError(
  error: unknown,
  { module, name, options }: { module: string; name: string; options?: object },
  value: unknown,
  valueName: string,
): unknown {
  if (!(error instanceof DOMException) || error.name !== 'DataCloneError') return error;
  const path = isCloneable(options) ? uncloneablePath(value, valueName) : uncloneablePath(options, 'options');
  return new TaskCloneError(module, name, path, error);
}

/** Where inside a value the part stands that cannot be cloned, as a path that begins with `name`. */
function uncloneablePath(value: unknown, name: string, depth = 0): string {
  if (depth < 16 && typeof value === 'object' && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      const path = /^\d+$/.test(key) ? `${name}[${key}]` : `${name}.${key}`;
      if (!isCloneable(part)) return uncloneablePath(part, path, depth + 1);
    }
  }
  return name;
}
