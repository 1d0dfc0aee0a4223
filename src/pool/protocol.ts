// What the pool and its workers say to each other. Plain data, cloned by postMessage; shared memory tells what
// cannot wait for a message.
import type { ErrorData } from './errors.js';

/** An exported function, and the last argument where it is set. */
export interface TaskReference {
  readonly module: string;
  readonly name: string;
  readonly options?: object;
}

/** Several calls of one task that are sent, run and answered together: the arguments of each. */
export type RunRequest = readonly (readonly unknown[])[];

/** A share in filling one array: claim slices until none is left. */
export interface FillRequest {
  readonly target: FillTarget;
  readonly rows: number;
  readonly slices: number;
  /** The numbers of the slices to be claimed. */
  readonly open: Int32Array;
  readonly args: readonly unknown[];
  readonly control: FillControl;
}

export type FillTarget =
  | Int8Array<ArrayBufferLike>
  | Uint8Array<ArrayBufferLike>
  | Uint8ClampedArray<ArrayBufferLike>
  | Int16Array<ArrayBufferLike>
  | Uint16Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>
  | Uint32Array<ArrayBufferLike>
  | Float32Array<ArrayBufferLike>
  | Float64Array<ArrayBufferLike>
  | BigInt64Array<ArrayBufferLike>
  | BigUint64Array<ArrayBufferLike>;

/** Shared by all who fill one array. */
export interface FillControl {
  /** [how many of the open slices are claimed, 1 when no more may be claimed, how many slices are done]. */
  readonly counters: Int32Array<SharedArrayBuffer>;
  /** For each slice: the worker that claimed it, plus 1. */
  readonly claimedBy: Int32Array<SharedArrayBuffer>;
  /** For each slice: when it was begun and ended, in milliseconds since 1970; 0 before that. */
  readonly times: Float64Array<SharedArrayBuffer>;
}
export const nextOpen = 0;
export const stopped = 1;
export const doneSlices = 2;

export type Request = RunRequest | FillRequest;

/** Where in `status` stands what runs, and what of it is cancelled. */
export const running = 0;
export const cancelled = 1;

/** Limits of a worker's memory, as Node has them: in MB. They do not count array buffers. */
export interface ResourceLimits {
  readonly maxOldGenerationSizeMb?: number;
  readonly maxYoungGenerationSizeMb?: number;
  readonly codeRangeSizeMb?: number;
  readonly stackSizeMb?: number;
}

/**
 * A request with its number and the task's number; `task` says what that number means, the first time. A tuple of
 * little, since this is cloned for every small task.
 */
export type RequestMessage = readonly [
  id: number,
  taskNumber: number,
  request: Request,
  options?: object,
  task?: TaskReference,
];

/** To a worker: begin, once; then work. */
export type ToWorker =
  | {
      readonly type: 'begin';
      /** The worker's number, from 0. */
      readonly worker: number;
      /** [the number of the request that runs, or 0; the number of the latest that is cancelled]. */
      readonly status: Int32Array<SharedArrayBuffer>;
      readonly initializer: TaskReference | undefined;
      readonly initArgs: readonly unknown[];
    }
  | RequestMessage;

/** What the calls of a request gave, and how long they took. A tuple, as the request. */
export type Answer = readonly [id: number, milliseconds: number, values: readonly unknown[]];

/** From a worker. `stray` is an error outside of any task. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'broken'; readonly error: ErrorData }
  | Answer
  | { readonly type: 'failed'; readonly id: number; readonly error: ErrorData; readonly milliseconds: number }
  | { readonly type: 'stray'; readonly error: ErrorData };

/** One end of the line between the pool and a worker, whatever the platform. */
export interface Thread {
  /** Throws the platform's DataCloneError for what cannot be cloned. */
  post(message: ToWorker, transfer?: readonly Transferable[]): void;
  /** Ends the thread at once, whatever it does. `onExit` follows. */
  terminate(): void;
  /** Whether the thread keeps the program alive. */
  keepAlive(alive: boolean): void;
}

/** What a thread tells of itself. */
export interface ThreadEvents {
  onMessage(message: FromWorker): void;
  /** Once, after the last message; `error` is what ended it where that is known. */
  onExit(code: number, error?: unknown): void;
}

/** What a platform has to give; `#thread` picks the module. */
export interface ThreadPlatform {
  startThread(events: ThreadEvents, limits?: ResourceLimits): Thread;
  availableParallelism(): number;
}
