// The behaviours that are the same everywhere, on Node.
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { Pool, tasks } from 'mandoline/pool';
import { patience } from '../patience.js';
import { behaviours, settingOf } from './behaviours.js';
import * as defined from './defined-jobs.js';
import { faultBehaviours } from './faults.js';
import { fillBehaviours } from './fills.js';

const setting = settingOf({
  defined,
  jobs: tasks<typeof import('./jobs.js')>(new URL('./jobs.js', import.meta.url)),
  pool: (options) => new Pool({ workers: 2, ...options }),
  worker: () => new Worker(new URL('../../src/pool/worker.node.js', import.meta.url)),
  isNode: true,
  isolated: true,
  bundled: false,
});

for (const { name, where, check } of [...behaviours, ...faultBehaviours, ...fillBehaviours]) {
  test(name, { skip: !(where?.(setting) ?? true), timeout: patience }, () => check(setting));
}
