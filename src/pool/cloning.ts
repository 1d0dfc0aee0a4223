// Which values can be cloned, and so sent to another thread, and which part of a value cannot. Nothing here throws,
// whatever the getters and proxies in a value do. For errors as plain data, see error-data.ts.
import { TaskCloneError } from './errors.js';

const deepestPath = 8;

/** The result of an action, or `otherwise` if it throws. */
export function attempt<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch {
    return otherwise;
  }
}

/** Any value as text. */
export const describe = (value: unknown): string =>
  attempt(() => String(value), `(${typeof value} that cannot be read)`);

/** A clone of the value, made in one read; undefined if it cannot be cloned. */
export const cloneOf = <T>(value: T): { readonly value: T } | undefined =>
  attempt(() => ({ value: structuredClone(value) }), undefined);

/** A part of a message, with its item's index and its name in error messages. */
export interface Part {
  readonly item?: number;
  readonly name: string;
  readonly value: unknown;
}

/** The error of sending these parts: TaskCloneError if one of them cannot be cloned, otherwise the original error. */
export function sendError(
  error: unknown,
  task: { readonly module: string; readonly name: string },
  parts: readonly Part[],
  callerStack?: unknown,
): unknown {
  if (!isCloneFailure(error)) return error;
  for (const { item, name, value } of parts) {
    const path = uncloneablePath(value, name);
    if (path) return cloneError(task, item, path, error, callerStack);
  }
  return error;
}

/** A TaskCloneError with the stack of the caller. */
export function cloneError(
  { module, name }: { readonly module: string; readonly name: string },
  item: number | undefined,
  path: string,
  cause: unknown,
  callerStack?: unknown,
): TaskCloneError {
  const error = new TaskCloneError(module, name, item, path, cause);
  const calledFrom = frames(callerStack);
  if (calledFrom) error.stack = `${error}\n${calledFrom}`;
  return error;
}

/** Path of the part of a value that cannot be cloned, beginning with `name`; undefined if all of it can be cloned. */
export function uncloneablePath(value: unknown, name: string, depth = 0): string | undefined {
  if (cloneOf(value)) return undefined;
  if (depth < deepestPath && typeof value === 'object' && value !== null) {
    for (const [key, part] of entriesOf(value)) {
      const path = /^\d+$/.test(key) ? `${name}[${key}]` : `${name}.${key}`;
      const inside = uncloneablePath(part, path, depth + 1);
      if (inside) return inside;
    }
  }
  return name;
}

function entriesOf(value: object): [string, unknown][] {
  const entries = () => (value instanceof Map ? [...value] : Object.entries(value));
  return attempt(entries, []).map(([key, part]) => [describe(key), part]);
}

/** Whether an error says that a value cannot be cloned, or is nested too deeply, for which wordings differ. */
export const isCloneFailure = (error: unknown): boolean =>
  attempt(() => {
    const { name, message } = error as Error;
    return (
      name === 'DataCloneError' || /^(Maximum call stack size exceeded|too much recursion)/.test(message)
    );
  }, false);

/**
 * The frames of a stack; '' if a custom stack formatter returned something other than text. V8 puts a line before them,
 * Firefox and WebKit do not.
 */
export const frames = (stack: unknown): string => {
  if (typeof stack !== 'string') return '';
  return /^\s+at /m.test(stack) ? stack.split('\n').slice(1).join('\n') : stack;
};
