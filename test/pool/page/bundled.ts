// A page for a bundler, whose modules have no address of their own: the worker has its functions built in.
import { tasks } from 'mandoline/pool';
import * as defined from '../defined-jobs.js';
import { offerChecks } from './checks.js';

const jobs = tasks<typeof import('../jobs.js')>();
offerChecks(
  jobs,
  true,
  () => new Worker(new URL('./bundled-worker.js', import.meta.url), { type: 'module' }),
  defined,
);
