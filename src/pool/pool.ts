// The pool: what a user calls. How requests reach workers is crew.ts's, how an array is filled fill.ts's.
import { availableParallelism } from '#thread';
import { Crew, failureToError, type Job } from './crew.js';
import { cloneError } from './errors.js';
import { type FillOptions, type FillReport, fill } from './fill.js';
import type { FillTarget, TaskReference } from './protocol.js';
import type { SliceRange } from './slices.js';
import { checkTask, type Task } from './tasks.js';

export interface PoolOptions {
  /** How many workers, at least 1; default: as many as this machine runs at once. */
  readonly workers?: number;
  /** Run once in each worker before its first task. If it throws, every call rejects with its error. */
  readonly initializer?: Task<() => unknown>;
}

export interface MapOptions {
  /** How many items are sent together; default as in CPython: about four chunks a worker for `map`, 1 for `imap`. */
  readonly chunkSize?: number;
  /** Ends the call: what waits is dropped, workers that run it are replaced, the call rejects with the reason. */
  readonly signal?: AbortSignal;
}

export interface ImapOptions extends MapOptions {
  /** How many items at most are taken from the input and not handed out yet; default 4 chunks a worker. */
  readonly bufferSize?: number;
}

type Items<T> = Iterable<T> | AsyncIterable<T>;

/**
 * Worker threads that run exported functions, as Python's `multiprocessing.Pool` runs them in processes.
 * Throws RangeError where `workers` is no whole number from 1 on.
 */
export class Pool implements AsyncDisposable {
  readonly workers: number;
  private readonly crew: Crew;

  constructor({ workers = availableParallelism(), initializer }: PoolOptions = {}) {
    this.workers = atLeastOne('workers', workers);
    this.crew = new Crew(this.workers, initializer && checkTask(initializer), (error) => {
      console.error('An error outside of any task, in a worker of a Pool:', error);
    });
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
    const call = this.begin('map', task, options);
    try {
      const calls: (readonly [I])[] = [];
      for await (const item of items) calls.push([item]);
      const chunkSize = options.chunkSize ?? Math.max(1, Math.ceil(calls.length / (4 * this.workers)));
      const starts = Array.from({ length: Math.ceil(calls.length / chunkSize) }, (_, i) => i * chunkSize);
      const chunks = starts.map((start) => call.run(calls.slice(start, start + chunkSize), start));
      for (const each of await Promise.allSettled(chunks)) if (each.status === 'rejected') throw each.reason;
      return (await Promise.all(chunks)).flat(1) as Awaited<R>[];
    } finally {
      call.end();
    }
  }

  /**
   * The task's results as they come, in whatever order. Reads the input only as results are taken: at most
   * `bufferSize` items are under way. Leaving the loop drops what waits.
   */
  async *imapUnordered<I, R>(
    task: Task<(item: I) => R>,
    items: Items<I>,
    options: ImapOptions = {},
  ): AsyncIterableIterator<Awaited<R>> {
    const { chunkSize = 1, bufferSize = 4 * this.workers * chunkSize } = options;
    atLeastOne('bufferSize', bufferSize);
    const left = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, left.signal]) : left.signal;
    const call = this.begin('imapUnordered', task, { chunkSize, signal });
    const underWay = new Map<number, Promise<{ start: number; values: readonly unknown[] }>>();
    const size = Math.min(chunkSize, bufferSize);
    let held = 0;
    const first = async () => {
      const { start, values } = await Promise.race(underWay.values());
      underWay.delete(start);
      held -= values.length;
      return values as Awaited<R>[];
    };
    try {
      let start = 0;
      for await (const calls of chunked(items, size)) {
        const chunk = { start, values: call.run(calls, start) };
        const settled = chunk.values.then((values) => ({ start: chunk.start, values }));
        settled.catch(() => {}); // It is told when it is raced for.
        underWay.set(start, settled);
        start += calls.length;
        held += calls.length;
        // Before the next chunk is read, there must be room for it.
        while (held + size > bufferSize) yield* await first();
      }
      while (underWay.size > 0) yield* await first();
    } finally {
      left.abort();
      call.end();
    }
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
      return await fill(this.crew, checked, target, args, options);
    } finally {
      this.crew.leave();
    }
  }

  /** No more calls; those that were made are finished. */
  close(): void {
    this.crew.close();
  }

  /** Ends all workers at once; calls that are not finished reject with PoolClosedError. */
  terminate(): void {
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

  /** Begins a call of one task: `run` sends a chunk, whose first item has the number `start`. */
  private begin(operation: string, given: TaskReference, { chunkSize, signal }: MapOptions) {
    const task = checkTask(given);
    if (chunkSize !== undefined) atLeastOne('chunkSize', chunkSize);
    signal?.throwIfAborted();
    const crew = this.crew;
    crew.enter(operation);
    const caller = new Error(operation);
    const jobs = new Map<Job, (reason: unknown) => void>();
    const abort = () => {
      const dropped = new Set(jobs.keys());
      for (const reject of jobs.values()) reject(signal?.reason);
      jobs.clear();
      if (dropped.size > 0) crew.cancel((job) => dropped.has(job));
    };
    signal?.addEventListener('abort', abort);

    const run = (calls: readonly (readonly unknown[])[], start: number): Promise<readonly unknown[]> =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const job: Job = {
          task,
          request: { kind: 'run', calls },
          done(values) {
            jobs.delete(job);
            resolve(values);
          },
          failed(failure) {
            jobs.delete(job);
            const items = Object.fromEntries(calls.map(([item], i) => [start + i, item]));
            reject(cloneError(failureToError(failure, caller), task, items, 'items'));
          },
        };
        jobs.set(job, reject);
        crew.submit(job);
      });
    const end = () => {
      signal?.removeEventListener('abort', abort);
      crew.leave();
    };
    return { run, end };
  }
}

async function* chunked<T>(items: Items<T>, size: number): AsyncGenerator<(readonly [T])[]> {
  let chunk: (readonly [T])[] = [];
  for await (const item of items) {
    chunk.push([item]);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

function atLeastOne(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${name} ${value}: must be a whole number from 1 on`);
}
