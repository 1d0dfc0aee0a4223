// Threads on Node: worker_threads. What runs in them is worker.ts.
import { availableParallelism as cores } from 'node:os';
import { type TransferListItem, Worker } from 'node:worker_threads';
import type { FromWorker, ResourceLimits, Thread, ThreadEvents } from './protocol.js';

export const availableParallelism = (): number => cores();

export function startThread({ onMessage, onExit }: ThreadEvents, resourceLimits?: ResourceLimits): Thread {
  const worker = new Worker(
    new URL('./worker.node.js', import.meta.url),
    resourceLimits && { resourceLimits },
  );
  let cause: unknown;
  worker.on('message', (message: FromWorker) => onMessage(message));
  worker.on('error', (error) => {
    cause = error;
  });
  worker.on('exit', (code) => onExit(code, cause));
  worker.unref();
  return {
    post: (message, transfer) => worker.postMessage(message, transfer as TransferListItem[] | undefined),
    terminate: () => void worker.terminate(),
    keepAlive: (alive) => (alive ? worker.ref() : worker.unref()),
  };
}
