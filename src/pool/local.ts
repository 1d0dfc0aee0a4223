// Runs the pool's calls in this thread, for `workers: 0`. Values are cloned as for any worker, so that a program
// behaves the same with and without workers.
import {
  type PoolMessage,
  sealed,
  type Thread,
  type ThreadEvents,
  unsealed,
  type WorkerMessage,
} from './protocol.js';
import { runWorker } from './worker.js';

/** Connects this thread to the pool in place of a worker. Ending it does not stop a running task. */
export function startLocal(events: ThreadEvents): Thread {
  const { port1: ours, port2: theirs } = new MessageChannel();
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    ours.close();
    queueMicrotask(() => events.onExit(0));
  };
  const { receive } = runWorker(
    {
      post: (message, transfer = []) => theirs.postMessage(sealed(message), [...transfer]),
      end,
      load: (address) => import(/* @vite-ignore */ /* webpackIgnore: true */ address),
      isLocal: true,
    },
    {},
  );
  ours.onmessage = ({ data }) => {
    const message = unsealed<PoolMessage>(data);
    if (message && !ended) events.onMessage(message);
  };
  theirs.onmessage = ({ data }) => receive(unsealed<readonly WorkerMessage[]>(data) ?? []);
  const keepAlive = (alive: boolean) => {
    // Only Node's ports keep a program alive; a browser's lack ref() and unref().
    for (const port of [ours, theirs] as { ref?(): void; unref?(): void }[])
      alive ? port.ref?.() : port.unref?.();
  };
  keepAlive(false);
  return {
    post: (messages, transfer) => ours.postMessage(sealed(messages), [...transfer]),
    terminate: end,
    keepAlive,
  };
}
