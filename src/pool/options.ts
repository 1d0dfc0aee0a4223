// Options of a pool and its calls. checks.ts validates them.
import type { ResourceLimits, WorkerLike } from './protocol.js';
import type { Task } from './tasks.js';

/** Number, kind and limits of a pool's workers. */
export interface PoolOptions<A extends readonly unknown[] = readonly unknown[]> {
  /**
   * Number of workers; default: as many as this machine, or the container's quota, runs at once. With 0, tasks run in
   * this thread, one after the other, and all values are copied as for workers; a task that does not return cannot be
   * terminated, and other options for workers have no effect.
   */
  readonly workers?: number | undefined;
  /**
   * Kind of workers; default: threads. Processes, on Node only, cost more to start and to send to, and share no memory;
   * but a crash in native code, the kernel or `kill -9` ends only one of them, not the program.
   */
  readonly kind?: 'thread' | 'process' | undefined;
  /** Runs once in each worker before its first task. If it throws, every call rejects with its error. */
  readonly initializer?: Task<(...parameters: A) => unknown> | undefined;
  /** Arguments of the initializer. */
  readonly initArgs?: NoInfer<A> | undefined;
  /** Number of jobs, from 1, after which a worker is replaced. A chunk counts as one job, as in Python. */
  readonly maxTasksPerWorker?: number | undefined;
  /** How many times a chunk is retried after its worker died. Default 0; for slices of `fill`, 2. */
  readonly retries?: number | undefined;
  /** Milliseconds that one call of a task may take; if exceeded, its worker is terminated. Default: no limit. */
  readonly taskTimeout?: number | undefined;
  /** Heap limits of the workers. Node only: in a browser, this option, `execArgv` and `env` are TypeErrors. */
  readonly resourceLimits?: ResourceLimits | undefined;
  /** Node flags for the workers; default: the program's. */
  readonly execArgv?: readonly string[] | undefined;
  /** The workers' `process.env`; default: a copy of the program's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Name of the workers in debuggers and process lists. */
  readonly name?: string | undefined;
  /** Makes a worker whose module calls `serve`: for bundled programs, whose modules cannot be imported by address. */
  readonly worker?: (() => WorkerLike) | undefined;
  /** Called with errors that workers throw outside of any task. Default: `console.error`. */
  readonly onStrayError?: ((error: unknown) => void) | undefined;
}

/** Options of a single call. */
export interface ApplyOptions {
  /** Aborts the call, which rejects with the signal's reason. A running task is terminated with its worker. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that each call of the task may take, from its start; default: the pool's `taskTimeout`. */
  readonly timeout?: number | undefined;
  /** Values to move to the worker instead of copying, and left empty here: ArrayBuffers, ports and the like. */
  readonly transfer?: readonly object[] | undefined;
}

/** Options of a call for many items. */
export interface MapOptions extends Omit<ApplyOptions, 'transfer'> {
  /** Number of items sent together, from 1; default as in CPython: about four chunks per worker. */
  readonly chunkSize?: number | undefined;
  /** Called at intervals with the progress, and once all items are done. An error that it throws aborts the call. */
  readonly onProgress?: ((progress: MapProgress) => void) | undefined;
}

/** Progress of a call for many items. */
export interface MapProgress {
  /** Number of items that have a result or an error. */
  readonly done: number;
  /** Total number of items. */
  readonly items: number;
}

/** Options of a call whose results are taken one by one. */
export interface ImapOptions<Settled extends boolean = boolean> extends Omit<ApplyOptions, 'transfer'> {
  /** Number of items sent together, from 1; default 1. At most `bufferSize`. */
  readonly chunkSize?: number | undefined;
  /** Maximum number of items read but not yet handed out as results; default 32 chunks per worker. */
  readonly bufferSize?: number | undefined;
  /**
   * Whether results have the form of `Promise.allSettled`, `{ status: 'fulfilled', value }` or
   * `{ status: 'rejected', reason }`, so that an item's error does not end the call. An error of the input still does.
   * Default false.
   */
  readonly settled?: Settled | undefined;
}

/** Options of all calls. */
const ofCalls = ['signal', 'timeout'];
/** Names of all options, by the method that accepts them. */
export const known = {
  pool: [
    ...['workers', 'initializer', 'initArgs', 'maxTasksPerWorker', 'retries', 'taskTimeout'],
    ...['kind', 'resourceLimits', 'execArgv', 'env', 'name', 'worker', 'onStrayError'],
  ],
  apply: [...ofCalls, 'transfer'],
  map: [...ofCalls, 'chunkSize', 'onProgress'],
  imap: [...ofCalls, 'chunkSize', 'bufferSize', 'settled'],
  fill: [...ofCalls, 'slices', 'order', 'rows', 'onProgress'],
} as const;
