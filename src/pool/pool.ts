// The pool's public class. Jobs are distributed to workers in crew.ts; calls are implemented in calls.ts, stream.ts
// and fill.ts.
/// <reference lib="esnext.disposable" preserve="true" />
import { warn } from '#thread';
import { type CallOptions, ListCall } from './calls.js';
import {
  checkArray,
  checkFunction,
  checkOptions,
  checkSignal,
  checkTimeout,
  checkTuples,
  isAsyncInput,
  told,
  wholeNumber,
} from './checks.js';
import { sendError } from './cloning.js';
import { Crew } from './crew.js';
import { crewOptions } from './crew-options.js';
import { startFill } from './fill.js';
import type { FillOptions, FillReport } from './fill-report.js';
import { type ApplyOptions, type ImapOptions, known, type MapOptions, type PoolOptions } from './options.js';
import type { TypedArray } from './protocol.js';
import { AsyncResult, type ResultCallbacks } from './result.js';
import type { SliceRange } from './slices.js';
import type { PoolStats } from './stats.js';
import { type Items, StreamCall, type StreamOptions } from './stream.js';
import { type AnyFunction, checkTask, type Task } from './tasks.js';

type Returned<F extends AnyFunction> = Awaited<ReturnType<F>>;

/** Once a Pool has been garbage-collected, only its crew can report that it was left open. */
const dropped = new FinalizationRegistry<Crew>((crew) => {
  if (!crew.open) return;
  warn('a Pool was dropped without close() or terminate(); use `await using`, or close it');
  crew.close();
});

/** Safari lacks these symbols; compiled `await using` needs both. `Symbol.for` gives those of esbuild's code. */
for (const name of ['dispose', 'asyncDispose'] as const)
  if (!Symbol[name]) Object.defineProperty(Symbol, name, { value: Symbol.for(`Symbol.${name}`) });

/**
 * Workers that run exported functions, as Python's `multiprocessing.Pool` does in processes. Methods that return a
 * promise never throw; they reject: with PoolClosedError once the pool is closed, TaskError if the task is not one,
 * TaskCloneError for values that cannot be sent, WorkerExitError if a worker dies, TaskTimeoutError, the signal's
 * reason, or the error that the task threw.
 */
export class Pool<A extends readonly unknown[] = readonly unknown[]> implements AsyncDisposable {
  /** Number of workers; 0 if tasks run in this thread. */
  readonly workers: number;
  private readonly crew: Crew;
  private readonly taskTimeout: number | undefined;
  private readonly retries: number | undefined;

  /** Starts the workers. Throws RangeError or TypeError for invalid options, and any error of starting a worker. */
  constructor(options?: PoolOptions<A>) {
    const given = checkOptions<PoolOptions<A>>('Pool', options, known.pool);
    const { retries, taskTimeout, initArgs = [] } = given;
    const crew = crewOptions(given);
    this.workers = crew.kind === 'local' ? 0 : crew.size;
    this.retries = retries === undefined ? retries : wholeNumber('retries', retries, 0);
    this.taskTimeout = checkTimeout('taskTimeout', taskTimeout);
    try {
      this.crew = new Crew(crew);
    } catch (error) {
      if (!crew.initializer) throw error;
      const named = (value: unknown, i: number) => ({
        name: i < initArgs.length ? `initArgs[${i}]` : 'options',
        value,
      });
      throw sendError(error, crew.initializer, crew.initializer.trailing.map(named));
    }
    dropped.register(this, this.crew, this);
  }

  /** Returns the task's result for these arguments, which are optional for a task without parameters. */
  apply<F extends AnyFunction>(
    task: Task<F>,
    ...given: [] extends Parameters<F>
      ? [args?: Parameters<F>, options?: ApplyOptions]
      : [args: Parameters<F>, options?: ApplyOptions]
  ): Promise<Returned<F>> {
    return this.call('apply', task, ...given);
  }

  /** Like `apply`, but returns an AsyncResult, which can be polled. */
  applyAsync<F extends AnyFunction>(
    task: Task<F>,
    ...given: [] extends Parameters<F>
      ? [args?: Parameters<F>, options?: ApplyOptions & ResultCallbacks<Returned<F>>]
      : [args: Parameters<F>, options?: ApplyOptions & ResultCallbacks<Returned<F>>]
  ): AsyncResult<Returned<F>> {
    const [args, options] = given;
    return later('applyAsync', options, (others) => this.call('applyAsync', task, args, others));
  }

  /**
   * The task's results for all items, in input order. Reads all items first. Rejects with the input's error, or, as in
   * Python, with the error of the first failed chunk once all are done.
   */
  map<I, R>(
    task: Task<(item: I) => R>,
    items: Items<NoInfer<I>>,
    options?: MapOptions,
  ): Promise<Awaited<R>[]> {
    return this.list('map', task, items, false, options);
  }

  /** Like `map`, but returns an AsyncResult, which can be polled. */
  mapAsync<I, R>(
    task: Task<(item: I) => R>,
    items: Items<NoInfer<I>>,
    options?: MapOptions & ResultCallbacks<Awaited<R>[]>,
  ): AsyncResult<Awaited<R>[]> {
    return later('mapAsync', options, (others) =>
      this.list<Awaited<R>>('mapAsync', task, items, false, others),
    );
  }

  /** Like `map`, with each tuple spread over the task's parameters. */
  starmap<F extends AnyFunction>(
    task: Task<F>,
    tuples: Items<Readonly<Parameters<NoInfer<F>>>>,
    options?: MapOptions,
  ): Promise<Returned<F>[]> {
    return this.list('starmap', task, tuples, true, options);
  }

  /** Like `starmap`, but returns an AsyncResult, which can be polled. */
  starmapAsync<F extends AnyFunction>(
    task: Task<F>,
    tuples: Items<Readonly<Parameters<NoInfer<F>>>>,
    options?: MapOptions & ResultCallbacks<Returned<F>[]>,
  ): AsyncResult<Returned<F>[]> {
    return later('starmapAsync', options, (others) =>
      this.list<Returned<F>>('starmapAsync', task, tuples, true, others),
    );
  }

  /**
   * The task's results one by one, in input order. Starts at once and reads ahead at most `bufferSize` items, so the
   * input may be endless. The first error ends the call, after the results of earlier chunks; with `settled`, an item's
   * error is a result like any other. Leaving the loop drops pending items and closes the input.
   */
  imap<I, R, S extends boolean = false>(
    task: Task<(item: I) => R>,
    items: Items<NoInfer<I>>,
    options?: ImapOptions<S>,
  ): AsyncIterableIterator<S extends true ? PromiseSettledResult<Awaited<R>> : Awaited<R>> {
    return this.stream('imap', task, items, options) as never;
  }

  /** Like `imap`, with results in the order in which they are completed. */
  imapUnordered<I, R, S extends boolean = false>(
    task: Task<(item: I) => R>,
    items: Items<NoInfer<I>>,
    options?: ImapOptions<S>,
  ): AsyncIterableIterator<S extends true ? PromiseSettledResult<Awaited<R>> : Awaited<R>> {
    return this.stream('imapUnordered', task, items, options) as never;
  }

  /**
   * Fills an array: cuts its rows as numpy's `array_split` does, and calls the task for each non-empty slice with the
   * slice, its range of rows, and `args`. In a SharedArrayBuffer the workers claim one slice after another and write
   * directly into it; with other memory, each slice is copied to a worker and back. `args` are cloned once per worker,
   * so that the task can cache data by their identity. A dead worker's slice is reassigned after its termination is
   * confirmed. Rejects, once no worker writes any more, with the error that a task threw, the signal's reason,
   * WorkerExitError after `retries`, or RangeError for invalid rows, slices or order.
   */
  fill<T extends TypedArray, P extends readonly unknown[]>(
    task: Task<(slice: T, range: SliceRange, ...args: P) => void | Promise<void>>,
    target: T,
    args: NoInfer<P>,
    options?: FillOptions,
  ): Promise<FillReport> {
    return promised(() => {
      const given = this.begin('fill', task, options, known.fill);
      checkTarget(target);
      checkArray('fill', 'args', args, "give the task's other arguments as an array, [] for none");
      const { slices = 8 * this.crew.size, order, rows = target.length, onProgress } = options ?? {};
      checkFunction('fill', 'order', order);
      checkFunction('fill', 'onProgress', onProgress);
      const context = this.crew.contextOf(checkTask(task), args);
      const of = { target, rows, slices, order, args: args.length, onProgress };
      return startFill(this.crew, { ...given, ...of, context, retries: this.retries ?? 2 });
    });
  }

  /** Accepts no more calls; the workers end once all calls have finished. */
  close(): void {
    this.crew.close();
  }

  /** Terminates all workers at once; unfinished calls reject with PoolClosedError. */
  terminate(): void {
    this.crew.terminate();
  }

  /** Resolves when all workers have ended, after `close` or `terminate`. Rejects while the pool is open. */
  async join(): Promise<void> {
    if (this.crew.open) throw new Error('join: the pool is still open; call close() or terminate() first');
    await this.crew.ended();
  }

  /** Closes and joins: `await using pool = new Pool()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.join();
  }

  /** Work done by the workers so far, and jobs still waiting. */
  stats(): PoolStats {
    return this.crew.ledger.stats(this.crew.lengths);
  }

  private call<F extends AnyFunction>(
    operation: 'apply' | 'applyAsync',
    task: Task<F>,
    args: unknown = [],
    options?: ApplyOptions,
  ): Promise<Returned<F>> {
    return promised(() => {
      const tuple = checkArray(
        operation,
        'args',
        args,
        'give the arguments as an array, such as [1, 2], or [] for none',
      );
      const given = { ...this.begin(operation, task, options, known.apply), spread: true, single: true };
      const { transfer = [] } = options ?? {};
      checkArray(operation, 'transfer', transfer, 'give the values to transfer as an array');
      const call = new ListCall(this.crew, given, transfer);
      call.start([tuple], 1);
      return call.promise as Promise<Returned<F>>;
    });
  }

  private list<T>(
    operation: 'map' | 'mapAsync' | 'starmap' | 'starmapAsync',
    task: unknown,
    items: Items<unknown>,
    spread: boolean,
    options: MapOptions | undefined,
  ): Promise<T[]> {
    return promised(() => {
      const given = { ...this.begin(operation, task, options, known.map), spread };
      const { chunkSize, onProgress } = options ?? {};
      checkFunction(operation, 'onProgress', onProgress);
      if (chunkSize !== undefined) wholeNumber('chunkSize', chunkSize, 1);
      const checked = (all: readonly unknown[]) => (spread ? checkTuples(operation, all) : all);
      const start = (call: ListCall, all: readonly unknown[]) =>
        call.start(all, chunkSize ?? Math.max(1, Math.ceil(all.length / (4 * this.crew.size))));
      if (isAsyncInput(operation, items)) {
        const call = new ListCall(this.crew, given, [], onProgress);
        const all = collect(items, call).then(checked);
        all.then((all) => start(call, all)).catch((error) => call.interrupt(error));
        return call.promise as Promise<T[]>;
      }
      const all = checked([...items]);
      const call = new ListCall(this.crew, given, [], onProgress);
      start(call, all);
      return call.promise as Promise<T[]>;
    });
  }

  private stream(
    operation: 'imap' | 'imapUnordered',
    task: unknown,
    items: Items<unknown>,
    options: ImapOptions<boolean> | undefined,
  ): AsyncIterableIterator<unknown> {
    try {
      const given = this.begin(operation, task, options, known.imap);
      const { chunkSize = 1, bufferSize = 32 * this.crew.size * chunkSize, settled = false } = options ?? {};
      wholeNumber('chunkSize', chunkSize, 1);
      wholeNumber('bufferSize', bufferSize, 1);
      if (typeof settled !== 'boolean')
        throw new TypeError(`${operation}: settled ${told(settled)}: must be true or false`);
      const ordered = operation === 'imap';
      const of: StreamOptions = { ...given, chunkSize, bufferSize, ordered, settled };
      const isAsync = isAsyncInput(operation, items);
      const input = isAsync ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
      return iterator(new StreamCall(this.crew, of, input, isAsync));
    } catch (error) {
      const thrown = Promise.reject(error);
      thrown.catch(() => {}); // Reported to the first reader.
      return failing(thrown);
    }
  }

  /** Checks what is common to all calls, and returns their options. */
  private begin(
    operation: keyof Pool & string,
    task: unknown,
    options: ApplyOptions | undefined,
    known: readonly string[],
  ): CallOptions {
    const { signal, timeout = this.taskTimeout } = checkOptions<ApplyOptions>(operation, options, known);
    const context = this.crew.contextOf(checkTask(task));
    checkTimeout('timeout', timeout);
    checkSignal(operation, signal);
    this.crew.check(operation);
    const entry = Pool.prototype[operation] as CallOptions['entry'];
    const retries = this.retries ?? 0;
    return { operation, entry, context, timeout, retries, signal, spread: false, single: false };
  }
}

/** Turns an error thrown before the promise exists into a rejection. */
function promised<T>(begin: () => Promise<T>): Promise<T> {
  try {
    return begin();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Reads all items, or stops when the call has ended. */
async function collect(items: AsyncIterable<unknown>, call: ListCall): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) {
    if (call.ended) break;
    all.push(item);
  }
  return all;
}

function iterator(call: StreamCall): AsyncIterableIterator<unknown> {
  return {
    next: () => call.next(),
    async return(value?: unknown) {
      call.leave();
      return { done: true, value };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** An iterator that rejects once, as a generator that throws does. */
async function* failing(thrown: Promise<never>): AsyncGenerator<never> {
  yield await thrown;
}

/** The AsyncResult of `start`'s promise, with the callbacks attached; never throws. */
function later<T, O extends ResultCallbacks<T>>(
  operation: string,
  options: O | undefined,
  start: (others: Omit<O, keyof ResultCallbacks<T>> | undefined) => Promise<T>,
): AsyncResult<T> {
  try {
    if (typeof options !== 'object' || options === null) return new AsyncResult(start(options));
    const { callback, errorCallback, ...others } = options;
    checkFunction(operation, 'callback', callback);
    checkFunction(operation, 'errorCallback', errorCallback);
    return new AsyncResult(start(others), { callback, errorCallback });
  } catch (error) {
    return new AsyncResult(Promise.reject(error));
  }
}

function checkTarget(target: TypedArray): void {
  if (ArrayBuffer.isView(target) && 'BYTES_PER_ELEMENT' in target) return;
  throw new TypeError(`fill: target ${told(target)}: not a typed array; give one, such as a Float64Array`);
}
