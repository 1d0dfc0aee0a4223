// What a worker does: takes requests in the order in which they come, one at a time, and answers each. The
// platform's own part is in worker.node.ts and worker.web.ts.
import { cloneError, errorToData, TaskError } from './errors.js';
import {
  cancelled,
  doneSlices,
  type FillRequest,
  type FromWorker,
  nextOpen,
  type RequestMessage,
  type RunRequest,
  running,
  stopped,
  type TaskReference,
  type ToWorker,
} from './protocol.js';
import { sliceRange } from './slices.js';

type AnyFunction = (...parameters: unknown[]) => unknown;

/** What runs in this worker and what of it is cancelled, shared with the pool; see protocol.ts. */
let status: Int32Array<ArrayBufferLike> = new Int32Array(2);

/** In a task: whether its call was aborted. A task that then returns soon spares its worker from being ended. */
export const isCancelled = (): boolean =>
  status[running] !== 0 && Atomics.load(status, cancelled) === status[running];

/** Joins a worker to its line: give `receive` every message, and `stray` every error that nobody caught. */
export function serveRequests(post: (message: FromWorker) => void) {
  let worker = 0;
  let last: Promise<void> = Promise.resolve();
  const modules = new Map<string, Record<string, unknown>>();
  /** The tasks that were sent so far, under their numbers. */
  const known: TaskReference[] = [];

  return {
    receive(message: ToWorker): void {
      last = last.then(() => ('type' in message ? begin(message) : answer(message)));
    },
    stray(error: unknown): void {
      post({ type: 'stray', error: errorToData(error) });
    },
  };

  async function begin(message: Extract<ToWorker, { type: 'begin' }>): Promise<void> {
    ({ worker, status } = message);
    try {
      if (message.initializer)
        await call(await resolve(message.initializer), message.initializer, message.initArgs);
      post({ type: 'ready' });
    } catch (error) {
      post({ type: 'broken', error: errorToData(error) });
    }
  }

  async function answer([id, number, request, options, reference]: RequestMessage): Promise<void> {
    Atomics.store(status, running, id);
    const start = performance.now();
    if (reference) known[number] = reference;
    const task: TaskReference = options ? { ...known[number]!, options } : known[number]!;
    try {
      // Nothing is awaited that need not be: a turn of the event loop costs more than a small task.
      const exported = modules.get(task.module)?.[task.name];
      const run = typeof exported === 'function' ? (exported as AnyFunction) : await resolve(task);
      const pending = 'control' in request ? fillSlices(run, task, request) : runCalls(run, task, request);
      const values = pending instanceof Promise ? await pending : pending;
      Atomics.store(status, running, 0);
      postValues(id, task, values, performance.now() - start);
    } catch (error) {
      Atomics.store(status, running, 0);
      post({ type: 'failed', id, error: errorToData(error), milliseconds: performance.now() - start });
    }
  }

  function postValues(
    id: number,
    task: TaskReference,
    values: readonly unknown[],
    milliseconds: number,
  ): void {
    try {
      post([id, milliseconds, values]);
    } catch (error) {
      throw cloneError(error, task, values, 'results');
    }
  }

  function fillSlices(
    run: AnyFunction,
    task: TaskReference,
    request: FillRequest,
  ): unknown[] | Promise<unknown[]> {
    const { target, rows, slices, open, args, control } = request;
    const width = target.length / rows;
    const { counters, claimedBy, times } = control;
    const now = () => performance.timeOrigin + performance.now();

    return claim();

    function claim(): unknown[] | Promise<unknown[]> {
      while (Atomics.load(counters, stopped) === 0) {
        const claimed = Atomics.add(counters, nextOpen, 1);
        if (claimed >= open.length) break;
        const range = sliceRange(rows, slices, open[claimed]!);
        Atomics.store(claimedBy, range.index, worker + 1);
        times[2 * range.index] = now();
        if (range.start < range.end) {
          const slice = target.subarray(range.start * width, range.end * width);
          const pending = call(run, task, [slice, range, ...args]);
          if (pending instanceof Promise) return pending.then(() => finish(range.index)).then(claim);
        }
        finish(range.index);
      }
      return [];
    }

    function finish(index: number): void {
      times[2 * index + 1] = now();
      Atomics.add(counters, doneSlices, 1);
    }
  }

  async function resolve({ module, name }: TaskReference): Promise<AnyFunction> {
    const exported: Record<string, unknown> = modules.get(module) ?? (await import(module));
    modules.set(module, exported);
    const run = exported[name];
    if (typeof run === 'function') return run as AnyFunction;
    const names = Object.keys(exported).filter((key) => typeof exported[key] === 'function');
    throw new TaskError(`${module} exports no function ${name}; it exports ${names.join(', ') || 'none'}`);
  }
}

function call(run: AnyFunction, { options }: TaskReference, args: readonly unknown[]): unknown {
  return options === undefined ? run(...args) : run(...args, options);
}

/** The values of the calls, in order; a promise of them from the first call on that returns one. */
function runCalls(run: AnyFunction, task: TaskReference, calls: RunRequest): unknown[] | Promise<unknown[]> {
  const values: unknown[] = [];
  for (const args of calls) {
    const value = call(run, task, args);
    if (value instanceof Promise) return finishCalls(run, task, calls, values, value);
    values.push(value);
  }
  return values;
}

async function finishCalls(
  run: AnyFunction,
  task: TaskReference,
  calls: RunRequest,
  values: unknown[],
  pending: Promise<unknown>,
): Promise<unknown[]> {
  values.push(await pending);
  while (values.length < calls.length) values.push(await call(run, task, calls[values.length]!));
  return values;
}
