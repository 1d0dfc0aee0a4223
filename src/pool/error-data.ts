// Converts errors to plain data and back: the platform's own cloning loses classes, fields and, on Node 20, whole
// errors. Nothing here throws, whatever a task throws. The classes are in errors.ts.
import { attempt, cloneOf, describe, frames } from './cloning.js';
import {
  PoolClosedError,
  RemoteError,
  ResultTimeoutError,
  TaskCloneError,
  TaskError,
  TaskTimeoutError,
  WorkerExitError,
} from './errors.js';

/**
 * A thrown value as cloneable plain data: first the value itself, then every error it contains, each once, however
 * many others refer to it.
 */
export type ErrorData = readonly ErrorPart[];

type ErrorPart =
  | { readonly value: unknown }
  | {
      readonly name: string;
      readonly message: string;
      readonly stack: string;
      /** Index of the part that is the cause; undefined without a cause. A cause of undefined has a part, too. */
      readonly cause: number | undefined;
      /** Indices of the parts that are an AggregateError's errors. */
      readonly errors: readonly number[] | undefined;
      readonly fields: readonly (readonly [string, unknown])[];
    };

/** Keyed by their names in the source, because a bundler may rename classes. */
const knownClasses: Readonly<Record<string, { readonly prototype: Error }>> = {
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
  AggregateError,
  TaskError,
  TaskCloneError,
  PoolClosedError,
  WorkerExitError,
  TaskTimeoutError,
  ResultTimeoutError,
};
/** A limit, because a getter may return a new cause on every read. */
const mostParts = 10_000;

/** Converts a thrown value to plain data, without fields that cannot be read or cloned. */
export function errorToData(thrown: unknown): ErrorData {
  const found = [thrown];
  const numbers = new Map([[thrown, 0]]);
  const numberOf = (value: unknown): number | undefined => {
    const known = numbers.get(value);
    if (known !== undefined || found.length === mostParts) return known;
    numbers.set(value, found.length);
    return found.push(value) - 1;
  };
  const parts: ErrorPart[] = [];
  for (let number = 0; number < found.length; number++) parts.push(toPart(found[number], numberOf));
  // Clones all parts together, which preserves shared references; one by one if something cannot be cloned.
  return cloneOf(parts)?.value ?? parts.map(cloneablePart);
}

function toPart(thrown: unknown, numberOf: (value: unknown) => number | undefined): ErrorPart {
  if (!attempt(() => thrown instanceof Error, false)) return { value: thrown };
  const error = thrown as Error;
  const text = (key: 'name' | 'message' | 'stack', absent: string) =>
    attempt(() => String(error[key] ?? absent), `(the error's ${key} cannot be read)`);
  const errors = attempt(
    () => (error instanceof AggregateError && Array.isArray(error.errors) ? [...error.errors] : undefined),
    undefined,
  );
  const apart = ['name', 'message', 'stack', 'cause', ...(errors ? ['errors'] : [])];
  const keys = attempt(() => Object.keys(error), []).filter((key) => !apart.includes(key));
  const field = (key: string): [string, unknown][] =>
    attempt(() => [[key, (error as unknown as Record<string, unknown>)[key]]], []);
  return {
    name: text('name', 'Error'),
    message: text('message', ''),
    stack: text('stack', ''),
    cause: attempt(() => ('cause' in error ? numberOf(error.cause) : undefined), undefined),
    errors: errors?.map(numberOf).filter((number) => number !== undefined),
    fields: keys.flatMap(field),
  };
}

function cloneablePart(part: ErrorPart): ErrorPart {
  if ('value' in part) return cloneOf(part) ?? { value: describe(part.value) };
  const fields = part.fields.flatMap(([key, value]): [string, unknown][] => {
    const clone = cloneOf(value);
    return clone ? [[key, clone.value]] : [];
  });
  return { ...part, fields };
}

/**
 * Recreates a thrown value: as an instance of its class if that is one of the language's or the pool's, otherwise as
 * a RemoteError with the original's name. `callerStack` follows the worker's stack.
 */
export function errorFromData(data: ErrorData, callerStack?: unknown): unknown {
  const made = data.map((part) =>
    'value' in part ? part.value : ofClass(part.name, part.message, part.stack),
  );
  for (const [number, part] of data.entries()) {
    if ('value' in part) continue;
    const set = (key: string, value: unknown, enumerable = false) =>
      Object.defineProperty(made[number], key, { value, enumerable, writable: true, configurable: true });
    set('stack', number === 0 ? withCaller(part.stack, callerStack) : part.stack);
    if (part.cause !== undefined) set('cause', made[part.cause]);
    if (part.errors)
      set(
        'errors',
        part.errors.map((each) => made[each]),
      );
    for (const [key, value] of part.fields) set(key, value, true);
  }
  return made[0];
}

function withCaller(stack: string, callerStack: unknown): string {
  const calledFrom = frames(callerStack);
  return calledFrom ? `${stack}\n  in a worker; called from\n${calledFrom}` : stack;
}

function ofClass(name: string, message: string, stack: string): Error {
  // A DOMException can have any name; at most its stack's first line identifies it. Tasks throw those named here.
  if (/^(AbortError|TimeoutError|DataCloneError)$/.test(name) && !stack.startsWith('Error'))
    return new DOMException(message, name);
  const known = Object.hasOwn(knownClasses, name) ? knownClasses[name]! : RemoteError;
  const error = Object.setPrototypeOf(new Error(message), known.prototype);
  if (error.name !== name)
    Object.defineProperty(error, 'name', { value: name, writable: true, configurable: true });
  return error;
}
