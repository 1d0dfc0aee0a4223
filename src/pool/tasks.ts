// What a worker can be asked to do: an exported function, named by its module and its export. Data only; the
// worker imports the module by that address (worker.ts).

import { told } from './checks.js';
import { attempt } from './cloning.js';
import { TaskError } from './errors.js';

// biome-ignore lint/suspicious/noExplicitAny: a function of any parameters; `never` and `unknown` do not infer.
export type AnyFunction = (...parameters: any) => unknown;
declare const signature: unique symbol;

/** A task without its type. */
export interface TaskReference {
  /** Address of the module; empty for a function that the pool's own worker serves. */
  readonly module: string;
  /** Name under which it is exported. */
  readonly name: string;
  /** What follows each call's own arguments. */
  readonly trailing: readonly unknown[];
}

/** A function that workers can run, typed as that function. */
export interface Task<F extends AnyFunction> extends TaskReference {
  /** Never there: it keeps the function's type. */
  readonly [signature]?: F;
}

/** The functions among a module's exports, as tasks. */
export type Tasks<Module> = {
  readonly [Name in keyof Module as Module[Name] extends AnyFunction
    ? Name
    : never]: Module[Name] extends AnyFunction ? Task<Module[Name]> : never;
};

/**
 * Names the functions that a module exports, so that workers can run them:
 * `const { juliaSet } = tasks<typeof import('./julia.js')>(new URL('./julia.js', import.meta.url))`.
 * The module is imported by the workers, not here; a name that it does not export rejects with TaskError when it is
 * called. Without an address: the functions that the pool's own `worker` gives to `serve`.
 */
export function tasks<Module>(module?: URL): Tasks<Module> {
  const isAddress = module === undefined || typeof (module as URL | null)?.href === 'string';
  if (!isAddress)
    throw new TaskError(
      `tasks: ${told(module)}: not a URL; give the module's address as new URL('./module.js', import.meta.url)`,
    );
  const reference = (name: string): TaskReference => ({ module: module?.href ?? '', name, trailing: [] });
  // A promise's `then` is asked for wherever a value is awaited; this is none.
  const get = (_: object, name: string | symbol) =>
    typeof name === 'string' && name !== 'then' ? reference(name) : undefined;
  return new Proxy({}, { get }) as Tasks<Module>;
}

type Last<P extends readonly unknown[]> = Required<P> extends readonly [...unknown[], infer L] ? L : never;
type AllButLast<P extends readonly unknown[]> =
  Required<P> extends readonly [...infer A extends unknown[], unknown] ? A : never;

/**
 * A task with its last parameter set. Where that is an object of options, it is what Python spells
 * `functools.partial(julia_set, iterations=80, c=c)`: `partial(juliaSet, { iterations: 80, c })` maps an item as
 * `juliaSet(item, { iterations: 80, c })`. The value is cloned once per worker and call of a pool's method, however
 * many items there are; a task that changes it finds the change at its next item. A partial of a partial sets the
 * parameter before.
 */
export function partial<F extends AnyFunction>(
  task: Task<F>,
  options: Last<Parameters<F>>,
): Task<(...parameters: AllButLast<Parameters<F>>) => ReturnType<F>> {
  const { module, name, trailing } = checkTask(task);
  return { module, name, trailing: [options, ...trailing] };
}

/** The task that was given, or TaskError that says how to make one. */
export function checkTask(task: TaskReference): TaskReference {
  const isTask = () =>
    typeof task.module === 'string' && typeof task.name === 'string' && Array.isArray(task.trailing);
  if (typeof task === 'object' && attempt(isTask, false)) return task;
  throw new TaskError(
    `${told(task)} cannot be sent to a worker: a function is sent by its module and name; ` +
      "export it and name it with tasks<typeof import('./module.js')>(new URL('./module.js', import.meta.url))",
  );
}
