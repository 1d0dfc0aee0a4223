// The functions that a worker runs: those that the pool has announced, found in the modules that the worker imports for
// them. worker.ts runs the jobs that call them.
import { attempt } from './cloning.js';
import { current } from './current.js';
import { TaskError } from './errors.js';
import type { ContextMessage } from './protocol.js';

export type Run = (...parameters: unknown[]) => unknown;
/** The functions of a module, by name. */
export type Functions = Readonly<Record<string, unknown>>;

/** A function, and the arguments that follow each call's own. */
export interface Context {
  readonly module: string;
  readonly name: string;
  readonly trailing: readonly unknown[];
  readonly defined: boolean;
  /** Set by the first call. */
  run: Run | undefined;
}

/** Where a worker finds functions. */
export interface Source {
  /** Imports a module by its address. */
  load(address: string): Functions | Promise<Functions>;
  /** Whether this is the pool's own thread, not a worker. */
  readonly isLocal?: boolean;
}

/** The functions that a worker knows. `served` are those of a worker that the user made. */
export function makeContexts(source: Source, served: Functions | undefined) {
  const contexts = new Map<number, Context>();
  const modules = new Map<string, Functions>([['', served ?? {}]]);

  return {
    learn([, number, module, name, trailing, defined]: ContextMessage): void {
      contexts.set(number, { module, name, trailing, defined, run: undefined });
    },
    forget: (number: number): boolean => contexts.delete(number),
    get: (number: number): Context => contexts.get(number)!,
    find,
  };

  /** Finds a context's function. Throws TaskError if there is none. */
  async function find(context: Context): Promise<Run> {
    context.run = findDefined(context) ?? (await findImported(context));
    return context.run;
  }

  /** A function that a module passed to `define`: at the same address, or bundled into the user's worker. */
  function findDefined({ module, name, defined }: Context): Run | undefined {
    if (!defined) return undefined;
    const there = current.defined.get(module)?.get(name);
    if (there || !served) return there;
    const others = [...current.defined.values(), new Map(Object.entries(served))].map((all) => all.get(name));
    return others.find((each) => typeof each === 'function') as Run | undefined;
  }

  async function findImported(context: Context): Promise<Run> {
    const { module, name, defined } = context;
    let exported = modules.get(module);
    if (!exported) {
      if (!source.isLocal) current.importing = module;
      try {
        exported = await source.load(module);
      } finally {
        current.importing = undefined;
      }
      modules.set(module, exported);
    }
    const run = defined ? findDefined(context) : Object.hasOwn(exported, name) && exported[name];
    if (typeof run !== 'function') throw new TaskError(noSuchFunction(context, exported));
    return run as Run;
  }
}

function noSuchFunction({ module, name, defined }: Context, exported: Functions): string {
  if (defined)
    return (
      `${module} defines no function ${name} when a worker imports it; ` +
      'call define() at the top level of the module, in every thread'
    );
  const isFunction = (key: string) => attempt(() => typeof exported[key] === 'function', false);
  const names = Object.keys(exported).filter(isFunction);
  const list = names.join(', ') || 'none';
  return module
    ? `${module} exports no function ${name}; it exports ${list}`
    : `no function ${name} is registered in this pool's workers; registered: ${list}. ` +
        'Give tasks() the address of the module, or give the function to serve() in the module of `worker`';
}
