// The pool: what a user calls. How jobs reach workers is crew.ts's; what a call is, calls.ts's, stream.ts's and
// fill.ts's.
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

/** Pools that were dropped while open cannot tell their owner any more; their crews can. */
const dropped = new FinalizationRegistry<Crew>((crew) => {
  if (!crew.open) return;
  warn('a Pool was dropped without close() or terminate(); use `await using`, or close it');
  crew.close();
});

/** Safari lacks these symbols, and compiled `await using` asks for both. `Symbol.for` gives what esbuild's code uses. */
for (const name of ['dispose', 'asyncDispose'] as const)
  if (!Symbol[name]) Object.defineProperty(Symbol, name, { value: Symbol.for(`Symbol.${name}`) });

/**
 * Workers that run exported functions, as Python's `multiprocessing.Pool` runs them in processes. Every method that
 * gives a promise rejects, and never throws: with PoolClosedError once the pool is closed, with TaskError for what is
 * no task, TaskCloneError for what cannot be sent, WorkerExitError where a worker dies, TaskTimeoutError, a
 * signal's reason, or what the task threw.
 */
export class Pool<A extends readonly unknown[] = readonly unknown[]> implements AsyncDisposable {
  /** How many workers there are; 0 if tasks run in this thread. */
  readonly workers: number;
  private readonly crew: Crew;
  private readonly taskTimeout: number | undefined;
  private readonly retries: number | undefined;

  /** Starts the workers. Throws RangeError or TypeError for options that are none, and what starting a worker threw. */
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

  /** The task's result for these arguments; a task without parameters needs none. */
  apply<F extends AnyFunction>(
    task: Task<F>,
    ...given: [] extends Parameters<F>
      ? [args?: Parameters<F>, options?: ApplyOptions]
      : [args: Parameters<F>, options?: ApplyOptions]
  ): Promise<Returned<F>> {
    return this.call('apply', task, ...given);
  }

  /** As `apply`; the result can be asked whether it is there. */
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
   * The task's results for all items, in their order. Reads all items first. Rejects with what the input threw, or
   * with the error of the first chunk that failed, once all are done, as in Python.
   */
  map<I, R>(
    task: Task<(item: I) => R>,
    items: Items<NoInfer<I>>,
    options?: MapOptions,
  ): Promise<Awaited<R>[]> {
    return this.list('map', task, items, false, options);
  }

  /** As `map`; the result can be asked whether it is there. */
  mapAsync<I, R>(
    task: Task<(item: I) => R>,
    items: Items<NoInfer<I>>,
    options?: MapOptions & ResultCallbacks<Awaited<R>[]>,
  ): AsyncResult<Awaited<R>[]> {
    return later('mapAsync', options, (others) =>
      this.list<Awaited<R>>('mapAsync', task, items, false, others),
    );
  }

  /** As `map`, with each tuple spread over the task's parameters. */
  starmap<F extends AnyFunction>(
    task: Task<F>,
    tuples: Items<Readonly<Parameters<NoInfer<F>>>>,
    options?: MapOptions,
  ): Promise<Returned<F>[]> {
    return this.list('starmap', task, tuples, true, options);
  }

  /** As `starmap`; the result can be asked whether it is there. */
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
   * The task's results one by one, in the order of the items. Begins at once; reads ahead at most `bufferSize` items,
   * so that the input may be endless. The first error ends it, after the results of the chunks before; with `settled` the
   * error of an item is a result as any other. Leaving the loop drops what waits and closes the input.
   */
  imap<I, R, S extends boolean = false>(
    task: Task<(item: I) => R>,
    items: Items<NoInfer<I>>,
    options?: ImapOptions<S>,
  ): AsyncIterableIterator<S extends true ? PromiseSettledResult<Awaited<R>> : Awaited<R>> {
    return this.stream('imap', task, items, options) as never;
  }

  /** As `imap`, with results as they come, in whatever order. */
  imapUnordered<I, R, S extends boolean = false>(
    task: Task<(item: I) => R>,
    items: Items<NoInfer<I>>,
    options?: ImapOptions<S>,
  ): AsyncIterableIterator<S extends true ? PromiseSettledResult<Awaited<R>> : Awaited<R>> {
    return this.stream('imapUnordered', task, items, options) as never;
  }

  /**
   * Fills an array: cuts it by rows as numpy's `array_split` cuts, and calls the task for each slice that is not
   * empty with the slice, the rows it holds, and `args`. Over a SharedArrayBuffer the workers claim one slice after
   * the other and write straight into it; over other memory each slice is copied to a worker and back. `args` are
   * cloned once for each worker, so that the task may keep things by their identity. A slice whose worker died is
   * given out again, once the worker is gone. Rejects, when nobody writes any more, with the error of a task that
   * threw, the signal's reason, WorkerExitError after `retries`, or RangeError for rows, slices or an
   * order that do not fit.
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
      checkArray('fill', 'args', args, "give the task's further arguments as an array, [] for none");
      const { slices = 8 * this.crew.size, order, rows = target.length, onProgress } = options ?? {};
      checkFunction('fill', 'order', order);
      checkFunction('fill', 'onProgress', onProgress);
      const context = this.crew.contextOf(checkTask(task), args);
      const of = { target, rows, slices, order, args: args.length, onProgress };
      return startFill(this.crew, { ...given, ...of, context, retries: this.retries ?? 2 });
    });
  }

  /** No more calls; those that were made are finished, then the workers end. */
  close(): void {
    this.crew.close();
  }

  /** Ends all workers at once; calls that have not ended reject with PoolClosedError. */
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

  /** What the workers have done so far, and what waits. */
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
      checkArray(operation, 'transfer', transfer, 'give what is moved as an array');
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
      thrown.catch(() => {}); // It is told to whoever asks for the first result.
      return failing(thrown);
    }
  }

  /** Checks what all calls are given. */
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

/** What is thrown on the way to a promise rejects it. */
function promised<T>(begin: () => Promise<T>): Promise<T> {
  try {
    return begin();
  } catch (error) {
    return Promise.reject(error);
  }
}

/** All items, unless the call that wants them ends before. */
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

/** An iterator that rejects once, as a generator does that throws. */
async function* failing(thrown: Promise<never>): AsyncGenerator<never> {
  yield await thrown;
}

/** As `start` gives it, and the callbacks are told; never throws. */
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
