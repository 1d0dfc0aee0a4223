// What the workers run in the tests that are the same in Node and in a browser. No import that a browser's worker
// could not resolve without an import map.
import type { SliceRange } from 'mandoline/pool';
import { isCancelled } from '../../src/pool/current.js';

export * from './unreadable-jobs.js';

export const square = (x: number): number => x * x;
export const squareLater = async (x: number, milliseconds = 1): Promise<number> => {
  await sleep(milliseconds);
  return x * x;
};
export const answer = (): number => 42;
export const multiply = (x: number, y: number): number => x * y;
export const scale = (x: number, { by }: { by: number }): number => x * by;
export const callsWith = (_: number, state: { calls: number }): number => ++state.calls;
export const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
export const bytesBehind = (view: Uint8Array): number => view.buffer.byteLength;
export const bytesBehindField = ({ view }: { view: Uint8Array }): number => view.buffer.byteLength;
export const firstHalf = (x: number): Uint8Array => new Uint8Array(1000).fill(x).subarray(0, 500);
export const lengthOf = (buffer: ArrayBuffer): number => buffer.byteLength;

export class ColdError extends Error {
  override readonly name = 'ColdError';
  constructor(
    message: string,
    readonly degrees: number,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}
export const failAt = (x: number, { at }: { at: number }): number => {
  if (x === at) throw new ColdError(`${x} is too cold`, -7, new RangeError('below zero'));
  return x;
};
export const failLong = (_: number): never => {
  throw new Error('long '.repeat(200_000));
};
export const throwValue = (value: unknown): never => {
  throw value;
};
export const throwTypeError = (message: string): never => {
  throw new TypeError(message);
};
export const throwAggregate = (): never => {
  throw new AggregateError([new RangeError('one'), new TypeError('two')], 'several');
};
export const throwAbort = (): never => {
  throw new DOMException('enough', 'AbortError');
};
export const throwUncloneableField = (): never => {
  throw Object.assign(new Error('with a function'), { good: 1, bad: () => 1 });
};
export const returnFunction = (x: number): unknown => (x === 2 ? { list: [0, { handle: () => 1 }] } : x);
/** Adds to shared memory, then does what is asked; so that tests can count what was run. */
export const countAnd = (
  counter: Int32Array,
  what: 'return' | 'throw' | 'wait',
): Promise<number> | number => {
  const before = Atomics.add(counter, 0, 1);
  if (what === 'throw') throw new RangeError('counted');
  return what === 'wait' ? sleep(20).then(() => before) : before;
};

export const forever = (_?: number): never => {
  for (;;);
};
export const neverSettles = (_?: number): Promise<never> => new Promise(() => {});
/** Raises a flag, then runs for ever, or until it is cancelled where it asks. */
export const spin = (flag: Int32Array, asks: boolean): string => {
  Atomics.store(flag, 0, 1);
  while (!asks || !isCancelled());
  Atomics.store(flag, 0, 2);
  return 'cancelled';
};
/** Raises a flag, then blocks its worker until the flag is lowered. */
export const holdUntilLowered = (flag: Int32Array): string => {
  Atomics.store(flag, 0, 1);
  while (Atomics.load(flag, 0) === 1) Atomics.wait(flag, 0, 1);
  return 'lowered';
};
export const throwLater = (x: number): number => {
  setTimeout(() => {
    throw new Error('too late');
  }, 1);
  return x;
};
/** Waits for what never comes, because the callback throws. */
export const throwInCallback = (_: number): Promise<never> =>
  new Promise(() => {
    setTimeout(() => {
      throw new RangeError('in a callback');
    }, 5);
  });
export const rejectLater = (x: number): number => {
  void Promise.reject(new Error('too late'));
  return x;
};
/** Fails in each way that a call can, by its item: throws, gives what cannot be cloned, ends the worker. */
export const failInEveryWay = async (x: number): Promise<unknown> => {
  if (x % 10 === 3) throw new RangeError(`${x} is bad`);
  if (x % 10 === 5) return { list: [() => x] };
  return x === 7 ? leave(x, { at: 7, code: 3 }) : x * x;
};
/** Ends the worker from inside: the platform's way. */
export const leave = (x: number, { at, code }: { at: number; code: number }): number => {
  if (x === at) {
    if (typeof process === 'object') process.exit(code);
    else self.close();
    for (;;);
  }
  return x;
};
/** Ends the worker as often as `deaths` says. */
export const leaveWhile = (deaths: Int32Array): string => {
  if (Atomics.sub(deaths, 0, 1) > 0) process.exit(9);
  return 'done';
};
/** Ends the worker, and counts how often that was asked for. */
export const leaveWith = (_: ArrayBuffer, times: Int32Array): never => {
  Atomics.add(times, 0, 1);
  return process.exit(9);
};
export const leaveLater = (x: number): number => {
  setTimeout(() => process.exit(4), 5);
  return x;
};
export const exhaustHeap = (_?: number): number => {
  const held: number[][] = [];
  for (;;) held.push(Array.from({ length: 10_000 }, (_, i) => i + 0.5));
};

let initialized = 0;
let given: unknown;
export const initialize = (...values: unknown[]): void => {
  initialized++;
  given = values;
};
export const initializedTimes = (_: number): number => initialized;
export const initializedWith = (): unknown => given;
export const failToInitialize = (): void => {
  throw new RangeError('no such device');
};
export const neverInitialized = (): Promise<never> => new Promise(() => {});

let token = 0;
/** A number that every worker chooses for itself. */
export const whichWorker = (_?: number): number => {
  token ||= Math.random();
  return token;
};
/** Maps in a pool of its own; `served` where the functions are built into this worker's script. */
export const poolInside = async (limit: number, served: boolean): Promise<number[]> => {
  const { Pool, tasks } = await import('mandoline/pool');
  const worker = () => new Worker(self.location.href, { type: 'module' });
  await using pool = new Pool({ workers: 2, ...(served && { worker }) });
  const inner = tasks<typeof import('./jobs.js')>(served ? undefined : new URL(import.meta.url));
  return await pool.map(
    inner.square,
    Array.from({ length: limit }, (_, i) => i),
  );
};

export const fillRows = (slice: Float64Array, { start, end }: SliceRange, offset: number): void => {
  const width = slice.length / (end - start);
  for (let i = 0; i < slice.length; i++) slice[i]! += offset + start + Math.floor(i / width);
};
export const fillLater = async (slice: Uint8Array): Promise<void> => {
  await sleep(1);
  for (let i = 0; i < slice.length; i++) slice[i]!++;
};
export const fillFailing = (slice: Uint8Array, { index }: SliceRange, at: number): void => {
  if (index === at) throw new ColdError(`slice ${index}`, index);
  slice.fill(1);
};
export const fillNeverSettling = (slice: Uint8Array, { index }: SliceRange, at: number): Promise<void> => {
  if (index === at) return new Promise(() => {});
  slice.fill(1);
  return Promise.resolve();
};
export const fillForever = (slice: Uint8Array, { index }: SliceRange, at: number): void => {
  while (index === at);
  slice.fill(1);
};
/** At one slice waits until the flag is raised. */
export const fillAfterFlag = (
  slice: Uint8Array,
  { index }: SliceRange,
  at: number,
  flag: Int32Array,
): void => {
  while (index === at && Atomics.load(flag, 0) === 0) Atomics.wait(flag, 0, 0);
  slice.fill(1);
};
/** Fails at one slice; at every other one waits until it is told to stop. */
export const fillUntilOneFails = (slice: Uint8Array, { index }: SliceRange, at: number): void => {
  slice.fill(1);
  if (index === at) throw new ColdError(`slice ${index}`, index);
  while (!isCancelled());
};
export const fillUntilCancelled = (_: Uint8Array, __: SliceRange, flag: Int32Array): void => {
  Atomics.store(flag, 0, 1);
  while (!isCancelled());
};
const seen = new WeakMap<object, number>();
/** Counts into the slice how many slices this worker has filled for these very arguments. */
export const fillWithIdentity = (slice: Uint8Array, _: SliceRange, job: { name: string }): void => {
  seen.set(job, (seen.get(job) ?? 0) + 1);
  slice[0] = seen.get(job)!;
};
/** Fills a slice with its turn among those that this worker has begun for these very arguments. */
export const fillInTurn = async (slice: Uint8Array, _: SliceRange, job: object): Promise<void> => {
  const turn = (seen.get(job) ?? 0) + 1;
  seen.set(job, turn);
  await sleep(1);
  slice.fill(turn);
};
/** Ends the worker at a slice, as often as `deaths` says. */
export const fillDying = (slice: Uint8Array, { index }: SliceRange, at: number, deaths: Int32Array): void => {
  if (index === at && Atomics.sub(deaths, 0, 1) > 0) process.exit(9);
  for (let i = 0; i < slice.length; i++) slice[i]!++;
};

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
