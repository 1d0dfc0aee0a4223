// The first module of the pool's own workers on Node, which start from a bundle of it (scripts/setup.js). The work is
// worker.ts's.
import { workerData } from 'node:worker_threads';
import { serveHere } from './thread.node.js';

serveHere({}, workerData as Int32Array);
