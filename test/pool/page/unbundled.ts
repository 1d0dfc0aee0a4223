// A page that imports the pool as it is compiled: an import map stands for the package's `imports`.
import { tasks } from 'mandoline/pool';
import { offerChecks } from './checks.js';

const jobs = tasks<typeof import('../jobs.js')>(new URL('../jobs.js', import.meta.url));
const address = new URL('../../../src/pool/worker.web.js', import.meta.url);
offerChecks(jobs, false, () => new Worker(address, { type: 'module' }));
