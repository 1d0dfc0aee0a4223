// The first module of a worker on Node: joins worker.ts to the thread's port.
import { parentPort } from 'node:worker_threads';
import { serveRequests } from './worker.js';

const port = parentPort!;
const { receive, stray } = serveRequests((message) => port.postMessage(message));
port.on('message', receive);
// What is thrown after a task has ended is told and hurts no other task.
process.on('uncaughtException', stray);
process.on('unhandledRejection', stray);
