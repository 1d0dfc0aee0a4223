// Each peer as its documentation uses it: a pool of so many workers, `run(name, value)`, `end()`.

import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { Piscina } from 'piscina';
import { FixedThreadPool } from 'poolifier';
import { Tinypool } from 'tinypool';
import workerpool from 'workerpool';

const worker = (name) => fileURLToPath(new URL(`./${name}-worker.js`, import.meta.url));

export const peers = {
  piscina(workers) {
    const pool = new Piscina({ filename: worker('plain'), minThreads: workers, maxThreads: workers });
    return { run: (name, value) => pool.run(value, { name }), end: () => pool.destroy() };
  },
  tinypool(workers) {
    const pool = new Tinypool({
      filename: worker('plain'),
      minThreads: workers,
      maxThreads: workers,
      runtime: 'worker_threads',
    });
    return { run: (name, value) => pool.run(value, { name }), end: () => pool.destroy() };
  },
  workerpool(workers) {
    const pool = workerpool.pool(worker('workerpool'), {
      minWorkers: workers,
      maxWorkers: workers,
      workerType: 'thread',
    });
    return { run: (name, value) => pool.exec(name, [value]), end: () => pool.terminate() };
  },
  poolifier(workers) {
    const pool = new FixedThreadPool(workers, worker('poolifier'));
    return { run: (name, value) => pool.execute(value, name), end: () => pool.destroy() };
  },
  'comlink, round robin'(workers) {
    const threads = Array.from({ length: workers }, () => new Worker(worker('comlink')));
    const proxies = threads.map((thread) => comlink.wrap(nodeEndpoint(thread)));
    let next = 0;
    return {
      run: (name, value) => proxies[next++ % workers][name](value),
      end: () => Promise.all(threads.map((thread) => thread.terminate())),
    };
  },
};
