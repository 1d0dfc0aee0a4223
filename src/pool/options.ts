// What a pool and its calls can be given besides tasks and their arguments. How it is checked is checks.ts's.
import type { ResourceLimits, WorkerLike } from './protocol.js';
import type { Task } from './tasks.js';

/** How many workers a pool has, how they begin, and what they may take. */
export interface PoolOptions<A extends readonly unknown[] = readonly unknown[]> {
  /**
   * How many workers; default: as many as this machine, or the container's quota of it, runs at once. 0: tasks run in this
   * thread, one after the other, with everything copied as for workers; a task that does not return cannot be ended, and
   * other options of workers have no effect.
   */
  readonly workers?: number | undefined;
  /**
   * What workers are: threads by default. Processes, on Node, cost more to start and to send to, and share no memory; but a
   * crash of native code, the kernel or `kill -9` ends one of them, not the program.
   */
  readonly kind?: 'thread' | 'process' | undefined;
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
  /** Limits of the workers' heaps. Node only: in a browser it is a TypeError, as are `execArgv` and `env`. */
  readonly resourceLimits?: ResourceLimits | undefined;
  /** Flags of Node for the workers; default: the program's. */
  readonly execArgv?: readonly string[] | undefined;
  /** The workers' `process.env`; default: a copy of the program's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** What debuggers and lists of processes call the workers. */
  readonly name?: string | undefined;
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
  /** What is moved to the worker instead of copied, and is empty here afterwards: ArrayBuffers, ports and the like. */
  readonly transfer?: readonly object[] | undefined;
}

/** Of a call for many items. */
export interface MapOptions extends Omit<ApplyOptions, 'transfer'> {
  /** How many items are sent together, from 1 on; default as in CPython: about four chunks a worker. */
  readonly chunkSize?: number | undefined;
  /** Told now and then how many items are done, and at last that all are. What it throws ends the call. */
  readonly onProgress?: ((progress: MapProgress) => void) | undefined;
}

/** How far a call for many items has come. */
export interface MapProgress {
  /** How many items have a result or an error. */
  readonly done: number;
  /** How many there are. */
  readonly items: number;
}

/** Of a call whose results are taken one by one. */
export interface ImapOptions<Settled extends boolean = boolean> extends Omit<ApplyOptions, 'transfer'> {
  /** How many items are sent together, from 1 on; default 1. Not more than `bufferSize`. */
  readonly chunkSize?: number | undefined;
  /** How many items at most are read and not handed out as results yet; default 32 chunks a worker. */
  readonly bufferSize?: number | undefined;
  /**
   * Whether results come as those of `Promise.allSettled`, `{ status: 'fulfilled', value }` or `{ status: 'rejected', reason }`,
   * so that the error of an item does not end the call. An error of the input does. Default false.
   */
  readonly settled?: Settled | undefined;
}

/** What calls of every kind can be given. */
const ofCalls = ['signal', 'timeout'];
/** The names of all options, by where they are given. */
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
