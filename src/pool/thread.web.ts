// Threads in a browser (module workers): from the pool's side and, in `serveHere`, from the worker's.
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
import { runWorker } from './worker.js';
import type { Functions } from './worker-functions.js';

/** How many threads this machine runs at once. */
export const availableParallelism = (): number => navigator.hardwareConcurrency;

export const onMainThread: boolean = typeof document !== 'undefined';

/** Posted by a worker in place of an exit event, which browsers lack. */
const closed = 'closed';

/** Starts a worker. Throws if it cannot be made, and TypeError for options that browsers lack. */
export function startThread(options: ThreadOptions, events: ThreadEvents): Thread {
  const { worker: make, kind, resourceLimits, execArgv, env, name } = options;
  for (const [option, value] of Object.entries({ resourceLimits, execArgv, env }))
    if (value !== undefined) throw new TypeError(`${option}: not available in browsers; omit it`);
  if (kind === 'process') throw new TypeError("kind 'process': browsers have only threads; omit it");
  const worker = make
    ? checkWorker(make() as Worker, 'postMessage')
    : new Worker(new URL('./worker.web.js', import.meta.url), { type: 'module', name: name ?? '' });
  let ended = false;
  const end = (code: number, error?: unknown) => {
    if (ended) return;
    ended = true;
    worker.terminate();
    // After the messages that have arrived by now, as an exit event would be.
    setTimeout(() => events.onExit(code, error));
  };
  worker.onmessage = ({ data }: MessageEvent<unknown>) => {
    const message = unsealed<PoolMessage | typeof closed>(data);
    if (message === closed) end(0);
    else if (message) events.onMessage(message);
  };
  worker.onmessageerror = () => end(1, new Error('a message from a worker could not be read'));
  // Errors in a running worker are caught there; an error event here means that its script could not be loaded.
  worker.onerror = (event) => {
    event.preventDefault();
    end(1, new Error(event.message || 'the script of a worker could not be loaded'));
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

/** Words in engines' errors for a module that could not be fetched, and globals of a page that workers lack. */
const unfetched = /import|fetch|module/i;
const pages = /\b(document|window)\b/;

/** Imports a module. Throws TaskError, with the engine's error as its cause, if a worker cannot import it. */
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
      `${address}: cannot be imported by a worker: ${message}; in a bundle give the pool your own worker, ` +
        '`worker: () => new Worker(...)`, whose module imports the tasks and calls serve()',
      { cause: error },
    );
  }
}

/** Makes this thread a worker of the pool that started it. Throws on a page's main thread. */
export function serveHere(served: Functions | undefined): void {
  if (typeof document !== 'undefined')
    throw new Error('serve: must be called in a worker, by the module that `worker` of a Pool starts');
  const scope = self as unknown as WorkerScope;
  // If a task closed its worker, no event would tell the pool, which would wait for ever. The pool ends it instead.
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

/** Warns about a problem that no call can report. */
export const warn = (message: string): void => console.warn(message);
