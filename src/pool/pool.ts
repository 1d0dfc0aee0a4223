// The pool: what a user calls. How requests reach workers is crew.ts's, how results come one by one imap.ts's, how
// an array is filled fill.ts's.
import { availableParallelism, startThread } from '#thread';
import { Crew, failureToError, type Job } from './crew.js';
import { cloneError } from './errors.js';
import { type FillOptions, type FillReport, fill, type SliceTime } from './fill.js';
import { type Items, mapChunks, type RunChunk, type SendChunk, sendAll } from './imap.js';
import type { FillTarget, ResourceLimits, TaskReference } from './protocol.js';
import { AsyncResult, type Callbacks } from './results.js';
import type { SliceRange } from './slices.js';
import { checkTask, type Task } from './tasks.js';

export interface PoolOptions<Setup extends readonly unknown[] = readonly unknown[]> {
  /** How many workers, at least 1; default: as many as this machine runs at once. */
  readonly workers?: number;
  /** Run once in each worker before its first task. If it throws, every call rejects with its error. */
  readonly initializer?: Task<(...parameters: Setup) => unknown>;
  /** The initializer's arguments. */
  readonly initArgs?: Setup;
  /** After so many chunks a worker is replaced by a new one; default: never. */
  readonly maxTasksPerWorker?: number;
  /** How often a task is tried again when its worker died; default 0. For the slices of `fill`: default 2. */
  readonly retries?: number;
  /** Milliseconds that a task may take, from when it begins; see `timeout` of a call. Default: any. */
  readonly taskTimeout?: number;
  /** Limits of each worker's memory (Node). */
  readonly resourceLimits?: ResourceLimits;
}

export interface CallOptions {
  /** Ends the call: what waits is dropped, workers that run it are replaced, the call rejects with the reason. */
  readonly signal?: AbortSignal;
  /**
   * Milliseconds that a task may take from when it begins; then its worker is ended and the call rejects with
   * TaskTimeoutError. A chunk may take as much for each of its items; the default chunk is then one item.
   */
  readonly timeout?: number;
}

export interface ApplyOptions extends CallOptions {
  /** What moves to the worker instead of being copied. */
  readonly transfer?: readonly Transferable[];
}

export interface MapOptions extends CallOptions {
  /** How many items are sent together; default as CPython's: about four chunks a worker for `map`, 1 for `imap`. */
  readonly chunkSize?: number;
}

export interface ImapOptions extends MapOptions {
  /** How many items at most are taken from the input and not handed out yet; default 4 chunks a worker. */
  readonly bufferSize?: number;
}

/** What a pool has done. */
export interface PoolStats {
  /** For each place of a worker. `busy` is in seconds, `slices` counts those of `fill`. */
  readonly workers: readonly {
    readonly tasks: number;
    readonly slices: number;
    readonly busy: number;
    readonly restarts: number;
  }[];
  /** Requests that no worker has yet, and those that a worker has and has not answered. */
  readonly queued: number;
  readonly sent: number;
  /** The latest `fill`: which worker filled which slice, and when, in seconds since it was called. */
  readonly timeline: readonly SliceTime[];
}

const dropped = new FinalizationRegistry<Crew>((crew) => {
  if (crew.open)
    console.warn('A Pool was dropped while it was open; close() or terminate() it, or say `await using`.');
  crew.terminate();
});

/**
 * Worker threads that run exported functions, as Python's `multiprocessing.Pool` runs them in processes.
 * Throws RangeError for an option that is out of its range.
 */
export class Pool<Setup extends readonly unknown[] = readonly unknown[]> implements AsyncDisposable {
  readonly workers: number;
  private readonly crew: Crew;
  private readonly retries: number | undefined;
  private readonly taskTimeout: number | undefined;
  private readonly slices: number[];
  private timeline: readonly SliceTime[] = [];

  constructor(options: PoolOptions<Setup> = {}) {
    const { workers = availableParallelism(), initializer, initArgs, maxTasksPerWorker, retries } = options;
    this.workers = whole('workers', workers, 1);
    this.slices = Array.from({ length: workers }, () => 0);
    this.retries = retries === undefined ? undefined : whole('retries', retries, 0);
    this.taskTimeout = checkTimeout('taskTimeout', options.taskTimeout);
    this.crew = new Crew({
      size: this.workers,
      initializer: initializer && checkTask(initializer),
      initArgs: initArgs ?? [],
      lifetime: maxTasksPerWorker === undefined ? Infinity : whole('maxTasksPerWorker', maxTasksPerWorker, 1),
      resourceLimits: options.resourceLimits,
      startThread,
      stray: (error) => console.error('An error outside of any task, in a worker of a Pool:', error),
    });
    dropped.register(this, this.crew, this.crew);
  }

  /** The task's result for these arguments. */
  async apply<A extends readonly unknown[], R>(
    task: Task<(...parameters: A) => R>,
    args: A,
    options: ApplyOptions = {},
  ): Promise<Awaited<R>> {
    const call = this.begin('apply', task, options);
    try {
      return (await call.run([args], 0))[0] as Awaited<R>;
    } finally {
      call.end();
    }
  }

  /** As `apply`, without waiting. */
  applyAsync<A extends readonly unknown[], R>(
    task: Task<(...parameters: A) => R>,
    args: A,
    options: ApplyOptions & Callbacks<Awaited<R>> = {},
  ): AsyncResult<Awaited<R>> {
    return new AsyncResult(this.apply(task, args, options), options);
  }

  /**
   * The task's results for all items, in their order. Rejects with the error of the first item that failed, after
   * all are done, or with what the input threw.
   */
  async map<I, R>(
    task: Task<(item: I) => R>,
    items: Items<I>,
    options: MapOptions = {},
  ): Promise<Awaited<R>[]> {
    return this.mapCalls('map', task, items, (item) => [item], options);
  }

  /** As `map`, without waiting. */
  mapAsync<I, R>(
    task: Task<(item: I) => R>,
    items: Items<I>,
    options: MapOptions & Callbacks<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    return new AsyncResult(this.map(task, items, options), options);
  }

  /** As `map`, with each item spread over the task's parameters. */
  async starmap<A extends readonly unknown[], R>(
    task: Task<(...parameters: A) => R>,
    tuples: Items<A>,
    options: MapOptions = {},
  ): Promise<Awaited<R>[]> {
    return this.mapCalls('starmap', task, tuples, (tuple) => [...tuple], options);
  }

  /** As `starmap`, without waiting. */
  starmapAsync<A extends readonly unknown[], R>(
    task: Task<(...parameters: A) => R>,
    tuples: Items<A>,
    options: MapOptions & Callbacks<Awaited<R>[]> = {},
  ): AsyncResult<Awaited<R>[]> {
    return new AsyncResult(this.starmap(task, tuples, options), options);
  }

  /**
   * The task's results one by one, in order. Reads the input only as results are taken: at most `bufferSize` items
   * are under way, so the input may be endless. Leaving the loop drops what waits.
   */
  imap<I, R>(
    task: Task<(item: I) => R>,
    items: Items<I>,
    options: ImapOptions = {},
  ): AsyncIterableIterator<Awaited<R>> {
    return this.iterate('imap', task, items, options);
  }

  /** As `imap`, but the results come as they are there. */
  imapUnordered<I, R>(
    task: Task<(item: I) => R>,
    items: Items<I>,
    options: ImapOptions = {},
  ): AsyncIterableIterator<Awaited<R>> {
    return this.iterate('imapUnordered', task, items, options);
  }

  /**
   * Fills an array over shared memory: the workers claim its slices one after the other and write straight into
   * them. `target` is cut by rows as numpy's `array_split` cuts; the task gets its slice (a view of the shared
   * memory), the rows it holds, and `args`, which are cloned once for each worker. A slice whose worker died is
   * given out again. Rejects with the error of a task that threw.
   */
  async fill<T extends FillTarget, A extends readonly unknown[]>(
    task: Task<(slice: T, range: SliceRange, ...args: A) => void | Promise<void>>,
    target: T,
    args: A,
    options: FillOptions = {},
  ): Promise<FillReport> {
    const checked = checkTask(task);
    this.crew.enter('fill');
    try {
      const report = await fill(this.crew, checked, target, args, { ...options, retries: this.retries ?? 2 });
      report.workers.forEach((share, worker) => {
        this.slices[worker]! += share.slices;
      });
      this.timeline = report.timeline;
      return report;
    } finally {
      this.crew.leave();
    }
  }

  /** What the workers have done so far, and what waits. */
  stats(): PoolStats {
    const workers = this.crew.stats.map((place, worker) => ({ ...place, slices: this.slices[worker]! }));
    return { workers, ...this.crew.load, timeline: this.timeline };
  }

  /** No more calls; those that were made are finished. */
  close(): void {
    dropped.unregister(this.crew);
    this.crew.close();
  }

  /** Ends all workers at once; calls that are not finished reject with PoolClosedError. */
  terminate(): void {
    dropped.unregister(this.crew);
    this.crew.terminate();
  }

  /** Waits until all workers have ended, after `close` or `terminate`. */
  async join(): Promise<void> {
    if (this.crew.open) throw new Error('join: the pool is still open; call close() or terminate() first');
    await this.crew.ended();
  }

  /** Closes and waits: `await using pool = new Pool()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    await this.join();
  }

  private async mapCalls<I, R>(
    operation: string,
    task: TaskReference,
    items: Items<I>,
    toCall: (item: I) => readonly unknown[],
    options: MapOptions,
  ): Promise<Awaited<R>[]> {
    const call = this.begin(operation, task, options);
    try {
      const calls: (readonly unknown[])[] = [];
      // An iterator that waits costs more than a small task.
      if (Symbol.iterator in items) for (const item of items) calls.push(toCall(item));
      else for await (const item of items) calls.push(toCall(item));
      const usual = call.timeout === undefined ? Math.ceil(calls.length / (4 * this.workers)) : 1;
      const chunkSize = options.chunkSize ?? Math.max(1, usual);
      return (await sendAll(call.send, calls, chunkSize)) as Awaited<R>[];
    } finally {
      call.end();
    }
  }

  private async *iterate<I, R>(
    operation: string,
    task: TaskReference,
    items: Items<I>,
    { chunkSize = 1, bufferSize = 4 * this.workers * chunkSize, ...options }: ImapOptions,
  ): AsyncIterableIterator<Awaited<R>> {
    whole('bufferSize', bufferSize, 1);
    const left = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, left.signal]) : left.signal;
    const call = this.begin(operation, task, { ...options, chunkSize, signal });
    try {
      const results = mapChunks(call.run, items, chunkSize, bufferSize, operation === 'imap');
      yield* results as AsyncGenerator<Awaited<R>>;
    } finally {
      left.abort();
      call.end();
    }
  }

  /** Begins a call of one task: `run` sends a chunk, whose first item has the number `start`. */
  private begin(operation: string, given: TaskReference, options: ApplyOptions & MapOptions) {
    const { chunkSize, signal, transfer } = options;
    const task = checkTask(given);
    const timeout = checkTimeout('timeout', options.timeout) ?? this.taskTimeout;
    if (chunkSize !== undefined) whole('chunkSize', chunkSize, 1);
    signal?.throwIfAborted();
    const { crew, retries = 0 } = this;
    crew.enter(operation);
    const caller = new Error(operation);
    const jobs = new Map<Job, (reason: unknown) => void>();
    const abort = () => {
      const aborted = new Set(jobs.keys());
      for (const reject of jobs.values()) reject(signal?.reason);
      jobs.clear();
      if (aborted.size > 0) crew.cancel(aborted);
    };
    signal?.addEventListener('abort', abort);

    const send: SendChunk = (calls, start, done, failed) => {
      if (signal?.aborted) return failed(signal.reason);
      const job: Job = {
        task,
        request: calls,
        timeout: timeout === undefined ? undefined : timeout * calls.length,
        transfer,
        retries,
        done(values) {
          jobs.delete(job);
          done(values);
        },
        failed(failure) {
          if (!jobs.delete(job)) return;
          const [value, name] = operation === 'apply' ? [calls[0], 'args'] : [itemsOf(calls, start), 'items'];
          failed(cloneError(failureToError(failure, caller), task, value, name));
        },
      };
      jobs.set(job, failed);
      crew.submit(job);
    };
    const run: RunChunk = (calls, start) => new Promise((done, failed) => send(calls, start, done, failed));
    const end = () => {
      signal?.removeEventListener('abort', abort);
      crew.leave();
    };
    return { send, run, end, timeout };
  }
}

/** The items of a chunk under their numbers among all items, for the path in an error. */
const itemsOf = (calls: readonly (readonly unknown[])[], start: number) =>
  Object.fromEntries(calls.map((call, i) => [start + i, call.length === 1 ? call[0] : call]));

function whole(name: string, value: number, smallest: number): number {
  if (Number.isSafeInteger(value) && value >= smallest) return value;
  throw new RangeError(`${name} ${value}: must be a whole number from ${smallest} on`);
}

function checkTimeout(name: string, value: number | undefined): number | undefined {
  if (value === undefined || (value > 0 && value < 2 ** 31)) return value;
  throw new RangeError(`${name} ${value}: must be a number of milliseconds above 0 and below 2^31`);
}
