// What a pool and its calls can be given besides tasks and their arguments. How it is checked is checks.ts's.
import type { ResourceLimits, WorkerLike } from './protocol.js';
import type { Task } from './tasks.js';

/** How many workers a pool has, how they begin, and what they may take. */
export interface PoolOptions<A extends readonly unknown[] = readonly unknown[]> {
  /** How many workers, from 1 on; default: as many as this machine runs at once. */
  readonly workers?: number | undefined;
  /** Run once in each worker before its first task. If it throws, every call rejects with its error. */
  readonly initializer?: Task<(...parameters: A) => unknown> | undefined;
  /** The initializer's arguments. */
  readonly initArgs?: NoInfer<A> | undefined;
  /** After so many jobs, from 1 on, a worker is replaced. A chunk counts as one, as in Python. */
  readonly maxTasksPerWorker?: number | undefined;
  /** How many times a chunk is tried again whose worker has ended. Default 0, and 2 for slices of `fill`. */
  readonly retries?: number | undefined;
  /** Milliseconds that one call of a task may take; where it takes longer, its worker is ended. Default: no limit. */
  readonly taskTimeout?: number | undefined;
  /** Limits of the workers' heaps. Node only; a browser has none, and there it is a TypeError. */
  readonly resourceLimits?: ResourceLimits | undefined;
  /** Makes a worker whose module calls `serve`: for bundled programs, whose modules cannot be imported by address. */
  readonly worker?: (() => WorkerLike) | undefined;
  /** Is told what workers throw outside of any task. Default: `console.error`. */
  readonly onStrayError?: ((error: unknown) => void) | undefined;
}

/** Of one call. */
export interface ApplyOptions {
  /** Ends the call, which rejects with the signal's reason. A task that has begun is ended with its worker. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that each call of the task may take, from when it begins; default: the pool's `taskTimeout`. */
  readonly timeout?: number | undefined;
  /** What is moved to the worker instead of copied, and is empty here afterwards. */
  readonly transfer?: readonly Transferable[] | undefined;
}

/** Of a call for many items. */
export interface MapOptions extends Omit<ApplyOptions, 'transfer'> {
  /** How many items are sent together, from 1 on; default as in CPython: about four chunks a worker. */
  readonly chunkSize?: number | undefined;
}

/** Of a call whose results are taken one by one. */
export interface ImapOptions extends Omit<ApplyOptions, 'transfer'> {
  /** How many items are sent together, from 1 on; default 1. Not more than `bufferSize`. */
  readonly chunkSize?: number | undefined;
  /** How many items at most are read and not handed out as results yet; default 32 chunks a worker. */
  readonly bufferSize?: number | undefined;
}

/** What calls of every kind can be given. */
const ofCalls = ['signal', 'timeout'];
/** The names of all options, by where they are given. */
export const known = {
  pool: [
    ...['workers', 'initializer', 'initArgs', 'maxTasksPerWorker', 'retries', 'taskTimeout'],
    ...['resourceLimits', 'worker', 'onStrayError'],
  ],
  apply: [...ofCalls, 'transfer'],
  map: [...ofCalls, 'chunkSize'],
  imap: [...ofCalls, 'chunkSize', 'bufferSize'],
  fill: [...ofCalls, 'slices', 'order', 'rows', 'onProgress'],
} as const;
