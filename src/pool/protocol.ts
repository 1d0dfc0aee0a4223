// The messages between the pool and its workers, as plain data that postMessage clones. They are tuples, because an
// object's keys would be written into every message. member.ts and worker.ts decide when to send which.
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

/** A function with its trailing arguments: sent to a worker once, then called many times by its number. */
export type ContextMessage = readonly [
  'context',
  context: number,
  /** Address of the module; empty for a function that the worker itself serves. */
  module: string,
  name: string,
  /** The values after each call's own arguments. */
  trailing: readonly unknown[],
  /** Whether the module passes it to `define`; otherwise, the module exports it. */
  defined: boolean,
];

/** Common to all jobs: the number, the cell in `MemberCells.slots`, the function, whether it is timed. */
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

/** The outcome of a call; `path` is the part of its result that cannot be cloned. */
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
  /** A context is no longer needed. */
  | readonly ['forget', context: number]
  | JobMessage
  /** This job's result is no longer wanted. */
  | readonly ['cancel', job: number]
  | readonly ['end'];

export type PoolMessage =
  /** The module is running. */
  | readonly ['hello']
  /** The initializer has run. */
  | readonly ['ready']
  /** The initializer failed. */
  | readonly ['broken', error: ErrorData]
  /** A timed call of this job begins; sent only without shared memory. */
  | readonly ['started', job: number]
  /** `begin` is in milliseconds since 1970; `milliseconds` is the duration. */
  | readonly ['done', job: number, values: readonly unknown[], begin: number, milliseconds: number]
  /** `call` is the index of the failed call in its job; `path` the part of its result that cannot be cloned. */
  | readonly ['failed', job: number, error: ErrorData, call: number, path?: string | undefined]
  /** An error outside of any task. */
  | readonly ['stray', error: ErrorData];

/**
 * Memory shared by one worker and the pool, so that each sees the other's state while it is busy. Accessed with Atomics
 * only: a compiler may move a plain read out of a loop, which would then never see a change.
 */
export interface MemberCells {
  /**
   * One cell for each job sent: the job's number while it waits, negated once the worker has taken it. Both sides
   * change it by compare-and-exchange: the worker takes a job only if the pool has not taken it back. The last cell
   * holds the number of the running job if that is cancelled.
   */
  readonly slots: Int32Array<SharedArrayBuffer>;
  /** When the running timed call began, in microseconds since 1970; 0 before a job's first call. */
  readonly started: BigInt64Array<SharedArrayBuffer>;
}

/**
 * Marks the pool's messages: a task, or the program if it made the worker, may post other messages over the same
 * channel.
 */
const seal = 'mandoline.pool';
export const sealed = (message: unknown): readonly unknown[] => [seal, message];
/** The received message if it is the pool's; otherwise undefined. */
export const unsealed = <M>(data: unknown): M | undefined =>
  Array.isArray(data) && data.length === 2 && data[0] === seal ? data[1] : undefined;

/** Maximum number of unanswered jobs at one worker. */
export const slotCount = 32;

/** An array in shared memory, and which worker fills which slice of it. */
export interface SharedFill {
  readonly target: TypedArray<SharedArrayBuffer>;
  readonly rows: number;
  readonly slices: number;
  /** The slices in the order in which they are claimed; undefined: by index. */
  readonly order: readonly number[] | undefined;
  /** [number of slices claimed, 1 once no more may be claimed, number of slices done]. */
  readonly counters: Int32Array<SharedArrayBuffer>;
  /** For each slice: 0 at first, then the index plus 1 of the worker that fills it, negated when done. */
  readonly states: Int32Array<SharedArrayBuffer>;
  /**
   * For each slice: its start and end, in milliseconds since 1970. Valid once its state, read with Atomics.load, says
   * that it is done.
   */
  readonly times: Float64Array<SharedArrayBuffer>;
}

/** The initial state of a fill. Throws RangeError if there is not enough memory. */
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

/** Milliseconds since 1970 from a monotonic clock, comparable between threads. */
export const clock = (): number => origin + performance.now();
const origin = performance.timeOrigin;

/** The pool's connection to a worker, on any platform. */
export interface Thread {
  post(messages: readonly WorkerMessage[], transfer: readonly object[]): void;
  /** Terminates the thread at once, even if it is busy. `onExit` follows. */
  terminate(): void;
  /** Whether the thread keeps the program alive. */
  keepAlive(alive: boolean): void;
}

/** Events of a thread. */
export interface ThreadEvents {
  onMessage(message: PoolMessage): void;
  /** Called once, after the last message; `error` is the cause of the exit, if known. */
  onExit(code: number, error?: unknown): void;
}

/** The interface common to all platforms' workers. */
export interface WorkerLike {
  /** Sends a message. */
  postMessage(message: unknown): void;
  /** Terminates the worker at once. */
  terminate(): unknown;
}

/** Heap limits of a worker, as in Node's `worker_threads`. Array buffers do not count towards them. */
export interface ResourceLimits {
  /** MB of the old generation, at least 8. */
  readonly maxOldGenerationSizeMb?: number;
  /** MB of the young generation, for new objects. */
  readonly maxYoungGenerationSizeMb?: number;
  /** MB set aside for generated code. */
  readonly codeRangeSizeMb?: number;
  /** MB of the thread's stack. */
  readonly stackSizeMb?: number;
}

export interface ThreadOptions {
  /** Kind of worker; `local`: tasks run in this thread, without a worker. */
  readonly kind: 'thread' | 'process' | 'local';
  /** Node flags, environment, and a name for debuggers; default: the program's. */
  readonly execArgv: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string | undefined>> | undefined;
  readonly name: string | undefined;
  /** Makes a worker whose module calls `serve`; default: one of the pool's own workers. */
  readonly worker: (() => WorkerLike) | undefined;
  readonly resourceLimits: ResourceLimits | undefined;
}

/** Whether workers of this kind can share memory with the pool. */
export const sharesMemory = ({ kind }: Pick<ThreadOptions, 'kind'>): boolean =>
  kind !== 'process' && typeof SharedArrayBuffer === 'function';
