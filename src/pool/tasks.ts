// What a worker can be asked to do: an exported function, named by its module and its export. Data only; the
// worker imports the module by that address.
import { TaskError } from './errors.js';
import type { TaskReference } from './protocol.js';

// biome-ignore lint/suspicious/noExplicitAny: a function of any parameters; `never` and `unknown` do not infer.
type AnyFunction = (...parameters: any) => unknown;
declare const signature: unique symbol;

/** A function that workers can run, typed as that function. */
export interface Task<F extends AnyFunction> extends TaskReference {
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
 * The module is imported by the workers, not here; a name that it does not export fails when it is called.
 */
export function tasks<Module>(module: URL): Tasks<Module> {
  const href = module.href;
  const exported = new Proxy(
    {},
    { get: (_, name) => (typeof name === 'string' && name !== 'then' ? { module: href, name } : undefined) },
  );
  return exported as Tasks<Module>;
}

/**
 * A task with its last parameter set, as `functools.partial(function, key=value)` does: `partial(juliaSet,
 * { iterations: 80, c })` maps an item as `juliaSet(item, { iterations: 80, c })`. The options are cloned once
 * per message, like every argument.
 */
export function partial<A extends readonly unknown[], O extends object, R>(
  task: Task<(...parameters: [...A, O]) => R>,
  options: O,
): Task<(...parameters: A) => R> {
  const { module, name } = checkTask(task);
  return { module, name, options };
}

/** The task that was given, or TaskError that says how to make one. */
export function checkTask(task: TaskReference): TaskReference {
  if (
    typeof task === 'object' &&
    task !== null &&
    typeof task.module === 'string' &&
    typeof task.name === 'string'
  )
    return task;
  const given =
    typeof task === 'function'
      ? `the function ${(task as { name?: string }).name || '(a lambda)'}`
      : String(task);
  throw new TaskError(
    `${given} cannot be sent to a worker: a function is sent by its module and name; ` +
      "export it and name it with tasks<typeof import('./module.js')>(new URL('./module.js', import.meta.url))",
  );
}
