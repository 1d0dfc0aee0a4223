// A worker's loop: takes jobs in the order of arrival, one at a time, and answers each. thread.node.ts and
// thread.web.ts connect it to the pool; member.ts is the pool's side.
import { attempt, isCloneFailure } from './cloning.js';
import { compact } from './compact.js';
import { current } from './current.js';
import { errorToData } from './error-data.js';
import { TaskError } from './errors.js';
import {
  type ContextMessage,
  clock,
  doneSlices,
  type JobMessage,
  type MemberCells,
  nextSlice,
  type PoolMessage,
  type SettledCall,
  type SharedFill,
  slotCount,
  stopped,
  type WorkerMessage,
} from './protocol.js';
import { calls, cloneableOutcome, isThenable, settle, uncloneableResult } from './run-calls.js';
import { sliceRange } from './slices.js';

type Run = (...parameters: unknown[]) => unknown;
/** The functions of a module, by name. */
export type Functions = Readonly<Record<string, unknown>>;

interface Context {
  readonly module: string;
  readonly name: string;
  readonly trailing: readonly unknown[];
  readonly defined: boolean;
  /** Set by the first call. */
  run: Run | undefined;
}

/** The number of the initializer, which is treated as a job; real jobs are numbered from 1. */
const initializing = 0;

export interface WorkerLine {
  post(message: PoolMessage, transfer?: readonly object[]): void;
  /** Ends this thread. */
  end(): void;
  /** Runs an action so that its errors reach `stray` with the job's number; absent if the platform cannot tell. */
  within?<T>(job: number, action: () => T): T;
  /** Whether this is the pool's own thread, not a worker. */
  readonly isLocal?: boolean;
  /** Imports a module by its address. */
  load(address: string): Functions | Promise<Functions>;
}

/**
 * Connects a worker to the pool: pass all messages to `receive`, and every uncaught error to `stray`. `served` are the
 * functions of a worker that the user made.
 */
export function runWorker(line: WorkerLine, served: Functions | undefined) {
  const { post, end } = line;
  let worker = 0;
  let cells: MemberCells | undefined;
  let busy = true;
  let cancelled = 0;
  /** The job being awaited, and a function that makes it fail from outside. */
  let pendingJob: { readonly job: number; readonly fail: (error: unknown) => void } | undefined;
  const inbox: (JobMessage | readonly ['end'])[] = [];
  const contexts = new Map<number, Context>();
  const modules = new Map<string, Functions>([['', served ?? {}]]);
  if (!line.isLocal) current.isWorker = true;
  post(['hello']);

  return {
    receive(messages: readonly WorkerMessage[]): void {
      for (const message of messages) {
        if (message[0] === 'begin') void begin(message);
        else if (message[0] === 'context') learn(message);
        else if (message[0] === 'forget') contexts.delete(message[1]);
        else if (message[0] === 'cancel') cancelled = message[1];
        else inbox.push(message);
      }
      work();
    },
    /** `job` is the job that caused the error, if known. */
    stray(error: unknown, job?: number): void {
      if (pendingJob && pendingJob.job === job) pendingJob.fail(error);
      else post(['stray', errorToData(error)]);
    },
  };

  async function begin([, number, shared, initializer]: Extract<
    WorkerMessage,
    readonly ['begin', ...unknown[]]
  >) {
    worker = number;
    cells = shared;
    try {
      if (initializer) {
        const run = () => initialize(initializer);
        await unlessStray(initializing, line.within ? line.within(initializing, run) : run());
      }
      post(['ready']);
      busy = false;
      work();
    } catch (error) {
      // Stays busy: a worker whose initializer failed runs no jobs.
      post(['broken', errorToData(error)]);
    }
  }

  async function initialize(initializer: ContextMessage): Promise<void> {
    learn(initializer);
    const context = contexts.get(initializer[1])!;
    await (await find(context))(...context.trailing);
  }

  /** Awaits a job. If one of its callbacks throws, its promise may never settle: it then fails with that error. */
  function unlessStray<T>(job: number, awaited: PromiseLike<T>): Promise<T> {
    const failure = new Promise<never>((_, reject) => {
      pendingJob = { job, fail: reject };
    });
    const over = () => {
      pendingJob = undefined;
    };
    return Promise.race([awaited, failure]).finally(over);
  }

  function learn([, number, module, name, trailing, defined]: ContextMessage): void {
    contexts.set(number, { module, name, trailing, defined, run: undefined });
  }

  /** Runs waiting jobs. Avoids needless awaits: a turn of the event loop costs more than a small task. */
  function work(): void {
    while (!busy && inbox.length > 0) {
      const message = inbox.shift()!;
      if (message[0] === 'end') {
        end();
        return;
      }
      const [, job, slot, , timed] = message;
      if (cells && timed) Atomics.store(cells.started, 0, 0n);
      // The pool may have taken the job back while it waited here.
      if (cells && Atomics.compareExchange(cells.slots, slot, job, -job) !== job) continue;
      const pending = line.within ? line.within(job, () => perform(message)) : perform(message);
      if (!pending) continue;
      busy = true;
      void pending.then(() => {
        busy = false;
        work();
      });
    }
  }

  /** Runs a job and answers it; never throws. Returns a promise only if the job is asynchronous. */
  function perform(message: JobMessage): Promise<void> | undefined {
    const [, job, , number] = message;
    const context = contexts.get(number)!;
    const begun = clock();
    const progress = { call: 0 };
    current.cancelled = () =>
      cancelled === job || (cells !== undefined && Atomics.load(cells.slots, slotCount) === job);
    const succeeded = (values: readonly unknown[]) => {
      try {
        const transfer = message[0] === 'slice' ? [message[6].buffer as ArrayBuffer] : [];
        post(['done', job, values, begun, clock() - begun], transfer);
      } catch (error) {
        if (message[0] === 'settled') {
          post(['done', job, (values as SettledCall[]).map(cloneableOutcome), begun, clock() - begun]);
          return;
        }
        const { call, path } = uncloneableResult(values);
        answerFailed(job, error, call, isCloneFailure(error) ? path : undefined);
      }
    };
    const failed = (error: unknown) => answerFailed(job, error, progress.call);
    try {
      // The import counts towards the timeout, because it may never end.
      if (message[4] && !context.run) tellStarted(job);
      const values = context.run
        ? execute(message, context.run, context, progress)
        : find(context).then((run) => execute(message, run, context, progress));
      if (isThenable(values)) {
        return unlessStray(job, values).then(succeeded, failed);
      }
      succeeded(values);
    } catch (error) {
      failed(error);
    }
    return undefined;
  }

  function answerFailed(job: number, error: unknown, call: number, path?: string): void {
    try {
      post(['failed', job, errorToData(error), call, path]);
    } catch (failure) {
      // The answer did not fit into memory.
      post(['failed', job, errorToData(failure), call]);
    }
  }

  function execute(
    message: JobMessage,
    run: Run,
    { trailing }: Context,
    progress: { call: number },
  ): readonly unknown[] | PromiseLike<readonly unknown[]> {
    const [kind, job, , , timed] = message;
    const starting = timed ? () => tellStarted(job) : undefined;
    if (kind === 'share') return fillShare(message[5], message[6], run, trailing, starting);
    if (kind === 'slice') {
      const [, , , , , range, slice] = message;
      return calls(
        1,
        () => run(slice, range, ...trailing),
        starting,
        progress,
        () => slice,
      );
    }
    const given = message[5];
    if (kind === 'tuples') {
      const tuples = given as readonly (readonly unknown[])[];
      return calls(
        tuples.length,
        (i) => run(...tuples[i]!, ...trailing),
        starting,
        progress,
        (result) => compact(result),
      );
    }
    const call =
      trailing.length === 0 ? (i: number) => run(given[i]) : (i: number) => run(given[i], ...trailing);
    if (kind === 'settled')
      return calls(
        given.length,
        (i) => settle(() => call(i)),
        starting,
        progress,
        (outcome) => outcome,
      );
    return calls(given.length, call, starting, progress, (result) => compact(result));
  }

  function tellStarted(job: number): void {
    if (cells) Atomics.store(cells.started, 0, BigInt(Math.round(clock() * 1000)));
    else post(['started', job]);
  }

  /** Fills slices of shared memory: first those in `first`, then those that this worker claims. */
  function fillShare(
    fill: SharedFill,
    first: readonly number[],
    run: Run,
    trailing: readonly unknown[],
    starting: (() => void) | undefined,
  ): never[] | PromiseLike<never[]> {
    const { target, rows, slices, order, counters, states, times } = fill;
    const width = target.length / rows;
    let given = 0;
    current.cancelled = () => Atomics.load(counters, stopped) !== 0;
    return claim();

    function claim(): never[] | PromiseLike<never[]> {
      while (Atomics.load(counters, stopped) === 0) {
        const isGiven = given < first.length;
        const claimed = isGiven ? first[given++]! : Atomics.add(counters, nextSlice, 1);
        if (claimed >= slices) break;
        const index = isGiven || !order ? claimed : order[claimed]!;
        const range = sliceRange(rows, slices, index);
        Atomics.store(states, index, worker + 1);
        times[2 * index] = clock();
        if (range.start < range.end) {
          const slice = target.subarray(range.start * width, range.end * width);
          starting?.();
          try {
            const pending = run(slice, range, ...trailing);
            if (isThenable(pending))
              return Promise.resolve(pending).then(() => {
                finish(index);
                return claim();
              }, stop);
          } catch (error) {
            stop(error);
          }
        }
        finish(index);
      }
      return [];
    }

    function finish(index: number): void {
      times[2 * index + 1] = clock();
      Atomics.store(states, index, -(worker + 1));
      Atomics.add(counters, doneSlices, 1);
    }

    /** Stops the other workers from claiming more before the pool learns of the error. */
    function stop(error: unknown): never {
      Atomics.store(counters, stopped, 1);
      throw error;
    }
  }

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
      if (!line.isLocal) current.importing = module;
      try {
        exported = await line.load(module);
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
