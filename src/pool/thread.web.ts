// Threads in a browser: module workers, from the pool's side and, in `serveHere`, from the worker's.
import { checkWorker } from './checks.js';
import { TaskError } from './errors.js';
import {
  type PoolMessage,
  sealed,
  type Thread,
  type ThreadEvents,
  type ThreadOptions,
  unsealed,
  type WorkerMessage,
} from './protocol.js';
import { type Functions, runWorker } from './worker.js';

/** How many threads this machine runs at once. */
export const availableParallelism = (): number => navigator.hardwareConcurrency;

export const onMainThread: boolean = typeof document !== 'undefined';

/** What a worker posts in place of an exit event, which browsers lack. */
const closed = 'closed';

/** Starts a worker. Throws where it cannot be made, and TypeError for limits, which no browser has. */
export function startThread(options: ThreadOptions, events: ThreadEvents): Thread {
  const { worker: make, kind, resourceLimits, execArgv, env, name } = options;
  for (const [option, value] of Object.entries({ resourceLimits, execArgv, env }))
    if (value !== undefined) throw new TypeError(`${option}: browsers have none; leave it out`);
  if (kind === 'process') throw new TypeError("kind 'process': browsers have threads only; leave it out");
  const worker = make
    ? checkWorker(make() as Worker, 'postMessage')
    : new Worker(new URL('./worker.web.js', import.meta.url), { type: 'module', name: name ?? '' });
  let ended = false;
  const end = (code: number, error?: unknown) => {
    if (ended) return;
    ended = true;
    worker.terminate();
    // Behind the messages that have arrived by now, as an exit event would come.
    setTimeout(() => events.onExit(code, error));
  };
  worker.onmessage = ({ data }: MessageEvent<unknown>) => {
    const message = unsealed<PoolMessage | typeof closed>(data);
    if (message === closed) end(0);
    else if (message) events.onMessage(message);
  };
  worker.onmessageerror = () => end(1, new Error('a message from a worker could not be read'));
  // Errors inside a worker that runs are caught there; what comes here is that its script could not be loaded.
  worker.onerror = (event) => {
    event.preventDefault();
    end(1, new Error(event.message || 'the script of the worker could not be loaded'));
  };
  return {
    post: (messages, transfer) => worker.postMessage(sealed(messages), transfer as Transferable[]),
    terminate: () => end(1),
    keepAlive: () => {},
  };
}

interface WorkerScope {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
  close(): void;
  onmessage: (event: MessageEvent<unknown>) => void;
  onmessageerror: () => void;
}

/** What engines call a module that could not be fetched, and what code of a page lacks in a worker. */
const unfetched = /import|fetch|module/i;
const pages = /\b(document|window)\b/;

/** Imports a module. Throws TaskError, with the engine's error as its cause, where it is not one for workers. */
async function load(address: string): Promise<Functions> {
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ address);
  } catch (error) {
    const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
    const isKnown =
      (name === 'TypeError' && unfetched.test(String(message))) ||
      (name === 'ReferenceError' && pages.test(String(message)));
    if (!isKnown) throw error;
    throw new TaskError(
      `${address}: cannot be imported by a worker: ${message}; in a bundle give the pool a worker of your own, ` +
        '`worker: () => new Worker(...)`, whose module imports the tasks and calls serve()',
      { cause: error },
    );
  }
}

/** Makes this thread a worker of the pool that started it. Throws on a page's own thread. */
export function serveHere(served: Functions | undefined): void {
  if (typeof document !== 'undefined')
    throw new Error('serve: must be called in a worker, by the module that `worker` of a Pool starts');
  const scope = self as unknown as WorkerScope;
  // A task that closes its worker would leave the pool waiting: nobody is told. The pool ends it instead.
  const end = () => scope.postMessage(sealed(closed));
  scope.close = end;
  const { receive, stray } = runWorker(
    {
      post: (message, transfer = []) => scope.postMessage(sealed(message), transfer as Transferable[]),
      end,
      load,
    },
    served,
  );
  scope.onmessage = ({ data }) => receive(unsealed<readonly WorkerMessage[]>(data) ?? []);
  scope.onmessageerror = end;
  const report = (event: Event, error: unknown) => {
    event.preventDefault();
    stray(error);
  };
  addEventListener('error', (event) => report(event, event.error ?? new Error(event.message)));
  addEventListener('unhandledrejection', (event) => report(event, event.reason));
}

/** Says what a program should hear that called nothing. */
export const warn = (message: string): void => console.warn(message);
