// What the pool and its workers say to each other, as plain data that postMessage clones. Tuples, because an
// object's keys are written into every message. member.ts and worker.ts decide when to send what.
import type { ErrorData } from './error-data.js';
import type { SliceRange } from './slices.js';

/** Any typed array. */
export type TypedArray<B extends ArrayBufferLike = ArrayBufferLike> =
  | Int8Array<B>
  | Uint8Array<B>
  | Uint8ClampedArray<B>
  | Int16Array<B>
  | Uint16Array<B>
  | Int32Array<B>
  | Uint32Array<B>
  | Float32Array<B>
  | Float64Array<B>
  | BigInt64Array<B>
  | BigUint64Array<B>;

/** A function with its last arguments, sent to a worker once and called many times: its number stands for it. */
export type ContextMessage = readonly [
  'context',
  context: number,
  /** Address of the module; empty for a function that the worker itself serves. */
  module: string,
  name: string,
  /** What follows each call's own arguments. */
  trailing: readonly unknown[],
  /** Whether the module gives it to `define`; otherwise the module exports it. */
  defined: boolean,
];

/** Everything a job has in common: its number, its cell in `MemberCells.slots`, the function, whether it is timed. */
type JobHead = readonly [job: number, slot: number, context: number, timed: boolean];

export type JobMessage =
  /** One call for each item. */
  | readonly ['items', ...JobHead, items: readonly unknown[]]
  /** One call for each item; the values of the answer are `SettledCall`s. */
  | readonly ['settled', ...JobHead, items: readonly unknown[]]
  /** One call for each tuple, spread over the parameters. */
  | readonly ['tuples', ...JobHead, tuples: readonly (readonly unknown[])[]]
  /** Fill a copy of a slice, and send it back. */
  | readonly ['slice', ...JobHead, range: SliceRange, slice: TypedArray]
  /** Fill these slices of shared memory, then claim others until none is left. */
  | readonly ['share', ...JobHead, fill: SharedFill, first: readonly number[]];

/** How a call has ended; `path` is the part of its result that cannot be cloned. */
export type SettledCall =
  | readonly ['value', unknown]
  | readonly ['error', ErrorData, path?: string | undefined];

export type WorkerMessage =
  | readonly [
      'begin',
      worker: number,
      cells: MemberCells | undefined,
      initializer: ContextMessage | undefined,
    ]
  | ContextMessage
  /** A context will not be asked for again. */
  | readonly ['forget', context: number]
  | JobMessage
  /** This job's result is not wanted any more. */
  | readonly ['cancel', job: number]
  | readonly ['end'];

export type PoolMessage =
  /** The module runs. */
  | readonly ['hello']
  /** The initializer has run. */
  | readonly ['ready']
  /** The initializer failed. */
  | readonly ['broken', error: ErrorData]
  /** A timed call of this job begins; only where there is no shared memory to tell it. */
  | readonly ['started', job: number]
  /** `begin` in milliseconds since 1970, `milliseconds` how long it took. */
  | readonly ['done', job: number, values: readonly unknown[], begin: number, milliseconds: number]
  /** `call` is the number of the call in its job that failed; `path` the part of its result that cannot be cloned. */
  | readonly ['failed', job: number, error: ErrorData, call: number, path?: string | undefined]
  /** An error that no task was waiting for. */
  | readonly ['stray', error: ErrorData];

/**
 * What one worker shares with the pool, so that either knows what the other is doing while it is busy. Read and
 * written with Atomics only: a compiler may move a plain read out of a loop, which then never sees a change.
 */
export interface MemberCells {
  /**
   * One cell for each job on its way: the job's number while it waits, its negative once the worker has taken it.
   * Both sides change it by compare-and-exchange: the worker takes a job only if the pool has not taken it back.
   * The last cell holds the number of the running job if that is cancelled.
   */
  readonly slots: Int32Array<SharedArrayBuffer>;
  /** When the running timed call began, in microseconds since 1970; 0 before the first of a job. */
  readonly started: BigInt64Array<SharedArrayBuffer>;
}

/**
 * A task may post messages over the same line, and so may the program, which made the worker. Those are not the pool's:
 * only sealed messages are.
 */
const seal = 'mandoline.pool';
export const sealed = (message: unknown): readonly unknown[] => [seal, message];
/** The message of the pool's that has arrived, or undefined for any other. */
export const unsealed = <M>(data: unknown): M | undefined =>
  Array.isArray(data) && data.length === 2 && data[0] === seal ? data[1] : undefined;

/** So many jobs can be on their way to one worker. */
export const slotCount = 32;

/** One array over shared memory, and who is filling which slice of it. */
export interface SharedFill {
  readonly target: TypedArray<SharedArrayBuffer>;
  readonly rows: number;
  readonly slices: number;
  /** The slices in the order in which they are claimed; undefined: as they are numbered. */
  readonly order: readonly number[] | undefined;
  /** [how many slices have been claimed, 1 when no more may be claimed, how many slices are done]. */
  readonly counters: Int32Array<SharedArrayBuffer>;
  /** For each slice: 0, then the worker that fills it plus 1, then the negative of that when it is done. */
  readonly states: Int32Array<SharedArrayBuffer>;
  /**
   * For each slice: when it was begun and ended, in milliseconds since 1970. Valid once its state, read by
   * Atomics.load, says that it is done.
   */
  readonly times: Float64Array<SharedArrayBuffer>;
}

/** The state of a fill before it begins. Throws RangeError if there is no memory for it. */
export const sharedFill = (
  target: TypedArray<SharedArrayBuffer>,
  rows: number,
  slices: number,
  order: readonly number[] | undefined,
): SharedFill => ({
  target,
  rows,
  slices,
  order,
  counters: new Int32Array(new SharedArrayBuffer(12)),
  states: new Int32Array(new SharedArrayBuffer(4 * slices)),
  times: new Float64Array(new SharedArrayBuffer(16 * slices)),
});

export const nextSlice = 0;
export const stopped = 1;
export const doneSlices = 2;

/** Milliseconds since 1970 by a clock that never goes back, comparable between threads. */
export const clock = (): number => origin + performance.now();
const origin = performance.timeOrigin;

/** One end of the line between the pool and a worker, whatever the platform. */
export interface Thread {
  post(messages: readonly WorkerMessage[], transfer: readonly object[]): void;
  /** Ends the thread at once, whatever it does. `onExit` follows. */
  terminate(): void;
  /** Whether the thread keeps the program alive. */
  keepAlive(alive: boolean): void;
}

/** What a thread tells of itself. */
export interface ThreadEvents {
  onMessage(message: PoolMessage): void;
  /** Once, after the last message; `error` is what ended it where that is known. */
  onExit(code: number, error?: unknown): void;
}

/** What every platform's workers have in common. */
export interface WorkerLike {
  /** Sends a message. */
  postMessage(message: unknown): void;
  /** Ends the worker at once. */
  terminate(): unknown;
}

/** Limits of a worker's heap, as Node's `worker_threads` has them. They do not count array buffers. */
export interface ResourceLimits {
  /** MB of the heap's main part, at least 8. */
  readonly maxOldGenerationSizeMb?: number;
  /** MB of the part for objects that are new. */
  readonly maxYoungGenerationSizeMb?: number;
  /** MB set aside for generated code. */
  readonly codeRangeSizeMb?: number;
  /** MB of the thread's stack. */
  readonly stackSizeMb?: number;
}

export interface ThreadOptions {
  /** What a worker is; `local`: none, its tasks run in this thread. */
  readonly kind: 'thread' | 'process' | 'local';
  /** Node's flags, the environment and a name for people; default: the program's own. */
  readonly execArgv: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
  readonly name: string | undefined;
  /** Makes a worker whose module calls `serve`; default: a worker of the pool's own. */
  readonly worker: (() => WorkerLike) | undefined;
  readonly resourceLimits: ResourceLimits | undefined;
}

/** Whether workers of this kind see memory that is shared. */
export const sharesMemory = ({ kind }: Pick<ThreadOptions, 'kind'>): boolean =>
  kind !== 'process' && typeof SharedArrayBuffer === 'function';
