// The first module of the pool's own workers on Node. The work is worker.ts's.
import { serveHere } from './thread.node.js';

serveHere({});
