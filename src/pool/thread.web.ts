// Threads in a browser: module workers. What runs in them is worker.ts.
import type { FromWorker, Thread, ThreadEvents } from './protocol.js';

export const availableParallelism = (): number => navigator.hardwareConcurrency;

export function startThread({ onMessage, onExit }: ThreadEvents): Thread {
  const worker = new Worker(new URL('./worker.web.js', import.meta.url), { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => onMessage(data);
  const end = (code: number, error?: unknown) => {
    worker.terminate();
    // A browser's worker has no exit event: what ends it is told here, after the messages that are on their way.
    setTimeout(() => onExit(code, error));
  };
  worker.onerror = (event) => end(1, new Error(event.message));
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    terminate: () => end(1),
    keepAlive: () => {},
  };
}
