// The first module of the pool's own workers in a browser. The work is worker.ts's.
import { serveHere } from './thread.web.js';

serveHere(undefined);
