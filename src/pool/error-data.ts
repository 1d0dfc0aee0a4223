// Errors as plain data, and back: the platform's own cloning loses classes, fields and, on Node 20, whole errors.
// Also finds the part of a value that cannot be cloned. The classes are in errors.ts.
import {
  PoolClosedError,
  RemoteError,
  ResultTimeoutError,
  TaskCloneError,
  TaskError,
  TaskTimeoutError,
  WorkerExitError,
} from './errors.js';

/** Anything that was thrown, as plain data. */
export type ErrorData =
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      readonly kind: 'error';
      readonly name: string;
      readonly message: string;
      readonly stack: string;
      /** Present if the error has a cause, even an undefined one. */
      readonly cause?: ErrorData;
      /** An AggregateError's. */
      readonly errors?: readonly ErrorData[];
      readonly fields: Readonly<Record<string, unknown>>;
    };

/** By their names in the source, which a bundler may change elsewhere. */
const knownClasses: Readonly<Record<string, { readonly prototype: Error }>> = {
  ...{ Error, TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError, AggregateError },
  ...{ TaskError, TaskCloneError, PoolClosedError, WorkerExitError, TaskTimeoutError, ResultTimeoutError },
};
const depthLimit = 8;
const notFields = new Set(['name', 'message', 'stack', 'cause', 'errors']);

/** Turns anything that was thrown into plain data; fields that cannot be cloned are left out. */
export function errorToData(thrown: unknown, depth = 0): ErrorData {
  if (!(thrown instanceof Error))
    return { kind: 'value', value: isCloneable(thrown) ? thrown : describe(thrown) };
  const fields = Object.entries(thrown).filter(([key, value]) => !notFields.has(key) && isCloneable(value));
  const inner = (each: unknown) => errorToData(each, depth + 1);
  const deeper = depth < depthLimit;
  return {
    kind: 'error',
    name: String(thrown.name),
    message: String(thrown.message),
    stack: String(thrown.stack ?? ''),
    ...('cause' in thrown && deeper ? { cause: inner(thrown.cause) } : {}),
    ...(thrown instanceof AggregateError && deeper ? { errors: thrown.errors.map(inner) } : {}),
    fields: Object.fromEntries(fields),
  };
}

/**
 * What was thrown, again: of its class where that is one of the language's or of the pool's, otherwise a
 * RemoteError under the original's name. `callerStack` is put behind the worker's stack.
 */
export function errorFromData(data: ErrorData, callerStack = ''): unknown {
  if (data.kind === 'value') return data.value;
  const error = ofClass(data.name, data.message, data.stack);
  const calledFrom = callerStack.split('\n').slice(1).join('\n');
  const hidden = (value: unknown) => ({ value, enumerable: false, writable: true, configurable: true });
  Object.defineProperties(error, {
    stack: hidden(calledFrom ? `${data.stack}\n  in a worker; called from\n${calledFrom}` : data.stack),
    ...(data.cause ? { cause: hidden(errorFromData(data.cause)) } : {}),
    ...(data.errors ? { errors: hidden(data.errors.map((each) => errorFromData(each))) } : {}),
  });
  return Object.assign(error, data.fields);
}

function ofClass(name: string, message: string, stack: string): Error {
  // A DOMException is known by its stack's first line at most, its name being any; these two are thrown by tasks.
  if (/^(AbortError|TimeoutError|DataCloneError)$/.test(name) && !stack.startsWith('Error'))
    return new DOMException(message, name);
  const known = Object.hasOwn(knownClasses, name) ? knownClasses[name]! : RemoteError;
  const error = Object.setPrototypeOf(new Error(message), known.prototype);
  if (error.name !== name)
    Object.defineProperty(error, 'name', { value: name, writable: true, configurable: true });
  return error;
}

function describe(value: unknown): string {
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** Where inside a value the part stands that cannot be cloned, as a path that begins with `name`; or undefined. */
export function uncloneablePath(value: unknown, name: string, depth = 0): string | undefined {
  if (isCloneable(value)) return undefined;
  if (depth < depthLimit && typeof value === 'object' && value !== null) {
    for (const [key, part] of value instanceof Map ? value : Object.entries(value)) {
      const path = /^\d+$/.test(key) ? `${name}[${key}]` : `${name}.${key}`;
      const inside = uncloneablePath(part, path, depth + 1);
      if (inside) return inside;
    }
  }
  return name;
}

export const isCloneFailure = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'DataCloneError';
