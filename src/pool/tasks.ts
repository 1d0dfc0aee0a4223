// What a worker can run: an exported function, identified by its module and its name. Data only; the worker imports
// the module by that address (worker.ts).

import { told } from './checks.js';
import { attempt } from './cloning.js';
import { TaskError } from './errors.js';

// biome-ignore lint/suspicious/noExplicitAny: a function of any parameters; `never` and `unknown` do not infer.
export type AnyFunction = (...parameters: any) => unknown;
/** A task as it is sent to workers. */
export interface TaskReference {
  /** Address of the module; empty for a function that the user's own worker serves. */
  readonly module: string;
  /** Name under which the module exports or defines it. */
  readonly name: string;
  /** The values after each call's own arguments. */
  readonly trailing: readonly unknown[];
  /** Whether the module passes it to `define`; otherwise, the module exports it. */
  readonly defined: boolean;
}

declare const signature: unique symbol;

/**
 * A function that workers can run, typed as that function: made by `define` or `tasks`. `Made` appears in the
 * compiler's error when a function that is not a task is passed.
 */
export interface Task<F extends AnyFunction, Made = 'made by define(import.meta.url, { ... })'> {
  /** Exists only for the type checker. */
  readonly [signature]: readonly [F, Made];
}

/** Key under which a function returned by `define` holds its reference; other tasks are references themselves. */
export const referenceKey: unique symbol = Symbol.for('mandoline.pool.task') as never;

/** The functions among a module's exports, as tasks. */
export type Tasks<Module> = {
  readonly [Name in keyof Module as Module[Name] extends AnyFunction
    ? Name
    : never]: Module[Name] extends AnyFunction ? Task<Module[Name]> : never;
};

/**
 * Names the functions that a module exports, so that workers can run them:
 * `const { juliaSet } = tasks<typeof import('./julia.js')>(new URL('./julia.js', import.meta.url))`.
 * The workers import the module; this thread does not. Calling a name that the module
 * does not export rejects with TaskError. Without an address: the functions that the module of the pool's option
 * `worker` passes to `serve`.
 */
export function tasks<Module>(module?: URL): Tasks<Module> {
  const isAddress = module === undefined || typeof (module as URL | null)?.href === 'string';
  if (!isAddress)
    throw new TaskError(
      `tasks: ${told(module)}: not a URL; give the module's address as new URL('./module.js', import.meta.url)`,
    );
  const reference = (name: string): TaskReference => ({
    module: module?.href ?? '',
    name,
    trailing: [],
    defined: false,
  });
  // `await` looks for a `then` on every value; a Tasks object is not a promise.
  const get = (_: object, name: string | symbol) =>
    typeof name === 'string' && name !== 'then' ? reference(name) : undefined;
  return new Proxy({}, { get }) as Tasks<Module>;
}

type Last<P extends readonly unknown[]> = Required<P> extends readonly [...unknown[], infer L] ? L : never;
type AllButLast<P extends readonly unknown[]> =
  Required<P> extends readonly [...infer A extends unknown[], unknown] ? A : never;

/**
 * A task with its last parameter set. With an object of options, it corresponds to Python's
 * `functools.partial(julia_set, iterations=80, c=c)`: `partial(juliaSet, { iterations: 80, c })` maps an item as
 * `juliaSet(item, { iterations: 80, c })`. The value is cloned once per worker and call of a pool's method, regardless
 * of the number of items; if a task changes it, the change persists for the next item. A partial of a partial sets the
 * parameter before.
 */
export function partial<F extends AnyFunction>(
  task: Task<F>,
  options: Last<Parameters<F>>,
): Task<(...parameters: AllButLast<Parameters<F>>) => ReturnType<F>> {
  const reference = checkTask(task);
  const { trailing } = reference;
  return { ...reference, trailing: [options, ...trailing] } as TaskReference as never;
}

/** The reference of a task. Throws TaskError with instructions if the value is not a task. */
export function checkTask(task: unknown): TaskReference {
  const given = typeof task === 'function' ? attempt(() => Object(task)[referenceKey], undefined) : task;
  const { module, name, trailing, defined } = Object(given) as TaskReference;
  const isReference = () =>
    [module, name].every((text) => typeof text === 'string') && Array.isArray(trailing);
  if (typeof given === 'object' && attempt(isReference, false))
    return { module, name, trailing, defined: defined === true };
  throw new TaskError(
    `${told(task)} cannot be sent to a worker: a function is sent by its module and name; declare it at the top ` +
      'level of a module by `export const { name } = define(import.meta.url, { name() { ... } })` and pass that',
  );
}
