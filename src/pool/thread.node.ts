// Threads on Node: worker_threads. What runs in them is worker.ts.
import { availableParallelism as cores } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FromWorker, Thread, ThreadEvents } from './protocol.js';

export const availableParallelism = (): number => cores();

export function startThread({ onMessage, onExit }: ThreadEvents): Thread {
  const worker = new Worker(new URL('./worker.node.js', import.meta.url));
  let cause: unknown;
  worker.on('message', (message: FromWorker) => onMessage(message));
  worker.on('error', (error) => {
    cause = error;
  });
  worker.on('exit', (code) => onExit(code, cause));
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    terminate: () => void worker.terminate(),
    keepAlive: (alive) => (alive ? worker.ref() : worker.unref()),
  };
}
