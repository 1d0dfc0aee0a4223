// Threads on Node (worker_threads): from the pool's side and, in `serveHere`, from the worker's.
import { AsyncLocalStorage } from 'node:async_hooks';
import { isMainThread, parentPort, type TransferListItem, Worker } from 'node:worker_threads';
import { checkWorker } from './checks.js';
import { current } from './current.js';
import { hasFlag, load } from './load.node.js';
import { processPort, startProcess } from './process.node.js';
import {
  type PoolMessage,
  sealed,
  type Thread,
  type ThreadEvents,
  type ThreadOptions,
  unsealed,
  type WorkerMessage,
} from './protocol.js';
import { runWorker } from './worker.js';
import type { Functions } from './worker-functions.js';
import { workerText } from './worker-text.js';

export { availableParallelism } from './cores.node.js';

export const onMainThread = isMainThread;

/** A program passed as text has an `--input-type` flag, which Node does not accept for a worker's file. */
const isText = process.execArgv.some((flag) => flag.startsWith('--input-type'));

/**
 * A worker that starts from text does not run the modules that a program requests with `--import`; one that starts from
 * a module does, but starts some milliseconds later.
 */
const hasImports = hasFlag('--import', '--loader', '--experimental-loader');
const workerModule = () => {
  const require = "const require = process.getBuiltinModule('module').createRequire(process.execPath);";
  return new URL(`data:text/javascript,${encodeURIComponent(`${require}\n${workerText}`)}`);
};

/**
 * Node 20 and 22 end the whole process if a worker is terminated while `require` links an ES module. The pool and its
 * own workers therefore share a state: the worker is loading a module, being terminated, or neither.
 */
const [neither, loading, ending] = [0, 1, 2];
/** Linking takes less; a worker still loading after this runs slow code of the module, and may be terminated. */
const longestLinking = 1000;

/**
 * Deno searches each value that arrives for ports, key by key: a second for an array of five million numbers. It does not
 * search a Map, so messages without ports travel in one.
 */
const isDeno = process.versions.deno !== undefined;
const packed = (message: unknown, transfer: readonly object[]) =>
  isDeno && !transfer.some((part) => part instanceof MessagePort)
    ? new Map([[0, sealed(message)]])
    : sealed(message);
const unpacked = <M>(data: unknown) => unsealed<M>(isDeno && data instanceof Map ? data.get(0) : data);

/** Starts a worker. Throws if it cannot be made. */
export function startThread(options: ThreadOptions, events: ThreadEvents): Thread {
  if (options.kind === 'process') return startProcess(options, events);
  const { worker: make, resourceLimits, env, name } = options;
  const execArgv = options.execArgv ?? (isText ? [] : undefined);
  const state = new Int32Array(new SharedArrayBuffer(4));
  const worker = make
    ? checkWorker(make() as Worker, 'on')
    : new Worker(hasImports ? workerModule() : workerText, {
        eval: !hasImports,
        workerData: state,
        ...(resourceLimits && { resourceLimits }),
        ...(execArgv && { execArgv: [...execArgv] }),
        ...(env && { env }),
        ...(name !== undefined && { name }),
      });
  if (worker.threadId < 0)
    throw new TypeError(
      'worker: returned a Worker that has already ended; return a new Worker from each call',
    );
  const terminate = (until = performance.now() + longestLinking) => {
    const isLoading = Atomics.compareExchange(state, 0, neither, ending) === loading;
    if (isLoading && performance.now() < until) setTimeout(terminate, 1, until);
    else void worker.terminate();
  };
  let cause: unknown;
  worker.on('message', (data) => {
    const message = unpacked<PoolMessage>(data);
    if (message) events.onMessage(message);
  });
  worker.on('messageerror', (error) => {
    cause = error;
    terminate();
  });
  worker.on('error', (error) => {
    cause = error;
  });
  worker.on('exit', (code) => events.onExit(code, cause));
  worker.unref();
  return {
    post: (messages, transfer) =>
      worker.postMessage(packed(messages, transfer), transfer as TransferListItem[]),
    terminate: () => terminate(),
    keepAlive: (alive) => (alive ? worker.ref() : worker.unref()),
  };
}

/** Runs an action that must not be interrupted by termination; undefined if this thread is being terminated. */
function undisturbed<T>(state: Int32Array, action: () => T): T | undefined {
  if (Atomics.compareExchange(state, 0, neither, loading) === ending) return undefined;
  try {
    return action();
  } finally {
    Atomics.compareExchange(state, 0, loading, neither);
  }
}

/** The worker's connection to the pool. */
interface Port {
  post(message: PoolMessage, transfer: readonly object[]): void;
  listen(receive: (messages: readonly WorkerMessage[]) => void, broken: (error: unknown) => void): void;
}

function threadPort(): Port | undefined {
  const port = parentPort;
  return port
    ? {
        post: (message, transfer) =>
          port.postMessage(packed(message, transfer), transfer as TransferListItem[]),
        listen(receive, broken) {
          port.on('message', (data) => receive(unpacked<readonly WorkerMessage[]>(data) ?? []));
          port.on('messageerror', broken);
        },
      }
    : undefined;
}

/** Makes this thread or process one of the pool's own workers; a thread gets `state` from its pool. */
export const serveOwn = (state: Int32Array | null): void =>
  serveHere(undefined, state ?? new Int32Array(1), isMainThread ? processPort() : threadPort());

/** Makes this thread a worker of the pool that started it; the pool's own have `state`. Throws on the main thread. */
export function serveHere(
  served: Functions | undefined,
  state?: Int32Array,
  port: Port | undefined = threadPort(),
): void {
  if (!port)
    throw new Error('serve: must be called in a worker, by the module that `worker` of a Pool starts');
  const post = (message: PoolMessage, transfer: readonly object[] = []) => port.post(message, transfer);
  /** The job that an action belongs to; code that a module runs while it is imported for job n has -1 - n. */
  const running = new AsyncLocalStorage<number>();
  const within = <T>(job: number, action: () => T): T => running.run(job, action);
  const jobOf = (stored: number | undefined) => (stored !== undefined && stored < 0 ? -1 - stored : stored);
  const linking = state && (<T>(link: () => T) => undisturbed(state, link));
  const loadHere = (address: string) =>
    running.run(-1 - (jobOf(running.getStore()) ?? 0), () => load(address, linking));
  current.inTask = () => (running.getStore() ?? -1) >= 0;
  const { receive, stray } = runWorker({ post, end: () => process.exit(), within, load: loadHere }, served);
  port.listen(receive, (error) => {
    stray(error);
    process.exit(1);
  });
  // An error thrown after its task has ended is reported and does not affect other tasks.
  process.on('uncaughtException', (error) => stray(error, jobOf(running.getStore())));
  process.on('unhandledRejection', (error) => stray(error));
}

/** Warns about a problem that no call can report. */
export const warn = (message: string): void => process.emitWarning(message, 'ResourceWarning');
