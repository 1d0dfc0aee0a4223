// Entry module of the pool's own workers in a browser. The work is done in worker.ts.
import { serveHere } from './thread.web.js';

serveHere(undefined);
