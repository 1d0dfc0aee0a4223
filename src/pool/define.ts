// Tasks declared by their own module: functions that know their address, to call directly or pass to a pool. The
// worker's side is in current.ts. Alternatives compared for the syntax: `mo(import.meta, f)` of moroutine and the
// exposed objects of comlink, threads.js and workerpool.
import { onMainThread } from '#thread';
import { told } from './checks.js';
import { attempt } from './cloning.js';
import { current } from './current.js';
import { TaskError } from './errors.js';
import { type AnyFunction, referenceKey, type Task, type TaskReference } from './tasks.js';

/** Functions that can be called directly and passed to a pool. */
export type Defined<Functions extends Readonly<Record<string, AnyFunction>>> = {
  readonly [Name in keyof Functions]: Functions[Name] & Task<Functions[Name]>;
};

/**
 * Makes tasks of a module's functions:
 * `export const { steps } = define(import.meta.url, { steps(n: number) { ... } })`.
 * Call them directly, or pass them to a pool, whose workers import the module. Call `define` at the top level of the
 * module, in every thread. Throws TaskError if the address is not a URL, if a value is not a function, or if
 * another function of the same name is defined at the same address, as two modules of one bundle can do.
 */
export function define<Functions extends Readonly<Record<string, AnyFunction>>>(
  module: string | URL,
  functions: Functions & ThisType<void>,
): Defined<Functions> {
  const address = attempt(() => new URL(String(module)).href, undefined);
  if (address === undefined)
    throw new TaskError(
      `define: ${told(module)}: not the address of a module; give import.meta.url, in CommonJS ` +
        'pathToFileURL(__filename)',
    );
  if (typeof functions !== 'object' || functions === null)
    throw new TaskError(
      `define: ${told(functions)}: not an object of functions; give one such as { square(x) { return x * x; } }`,
    );
  return Object.fromEntries(
    Object.entries(functions).map(([name, run]) => [name, defineOne(address, name, run)]),
  ) as Defined<Functions>;
}

function defineOne(module: string, name: string, run: AnyFunction): AnyFunction {
  if (typeof run !== 'function')
    throw new TaskError(`define: ${name}: ${told(run)}: not a function; give functions only`);
  const others = current.defined.get(module) ?? new Map<string, AnyFunction>();
  // A module may be evaluated more than once, for example by test runners.
  if (String(others.get(name) ?? run) !== String(run))
    throw new TaskError(
      `define: ${name}: ${module} defines another function of this name; give each its own name, in a bundle ` +
        'across all of its modules',
    );
  current.defined.set(module, others.set(name, run));
  const reference: TaskReference = { module, name, trailing: [], defined: true };
  return Object.defineProperties(run.bind(undefined), {
    name: { value: name },
    [referenceKey]: { value: reference },
  });
}

/**
 * Whether this is the program's main thread, not a worker: false on all other threads and in worker processes. Use it
 * to guard the code that makes a pool: `if (isMainThread) await main()`. Workers import the module that defines their
 * tasks; in a single-file bundle that is the whole program.
 */
export const isMainThread: boolean = onMainThread && !current.isWorker;
