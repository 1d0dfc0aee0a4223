// Entry module of the pool's own workers on Node, which start from the text of its bundle (worker-text.d.ts). The work
// is done in worker.ts.
import { workerData } from 'node:worker_threads';
import { serveOwn } from './thread.node.js';

serveOwn(workerData as Int32Array | null);
