// The pool against its peers, everything in one run on two warm workers: starting, tiny tasks, slices of a shared
// array. Peers get the shared array as an argument, which is the fastest that they offer.
//     npm run bench -- pool
// Installs the peers beside itself at the first time (bench/pool/package.json). Prints medians as a Markdown table.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import os from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { median, Pool, type SliceRange, tasks } from 'mandoline/pool';
import { ended, folder, loadPeers, type Peer, runtime, workerFunctions } from './pool/contenders.js';

interface Functions {
  increment(x: number): number;
  fillShared(job: { buffer: SharedArrayBuffer; index: number }): void;
  fillSlice(slice: Float64Array, range: SliceRange): void;
}
interface Row {
  readonly name: string;
  /** Seconds: from nothing to the first result; for one task; for all slices. */
  readonly start: number;
  readonly one: number;
  readonly many: number;
  readonly slices: number;
}

const workers = 2;
const taskCount = 20_000;
const sliceCount = 2000;
/** In numbers; worker-functions.js and pool.py have it too. */
const sliceLength = 4000;
const startRounds = 25;
const rounds = 9;

const functions = tasks<Functions>(workerFunctions);
const peers = await loadPeers<Functions>();
const items = Array.from({ length: taskCount }, (_, i) => i);
const shared = new SharedArrayBuffer(sliceCount * sliceLength * 8);
const numbers = new Float64Array(shared);

/** A pool as it is measured. */
interface Contender {
  readonly name: string;
  /** Makes a pool and waits for its first result; gives what ends it. */
  start(): Promise<() => unknown>;
  /** What is measured on a pool that is there already, by its name in the table. */
  warm(): { readonly work: Readonly<Record<string, () => Promise<unknown>>>; end(): unknown };
}

const ours: Contender = {
  name: '**mandoline/pool**',
  async start() {
    const pool = new Pool({ workers });
    await pool.apply(functions.increment, [1]);
    return () => {
      pool.terminate();
      return pool.join();
    };
  },
  warm() {
    const pool = new Pool({ workers });
    const work = {
      one: () => pool.map(functions.increment, items, { chunkSize: 1 }),
      many: () => pool.map(functions.increment, items),
      slices: () => pool.fill(functions.fillSlice, numbers, [], { slices: sliceCount, rows: sliceCount }),
    };
    return { work, end: () => pool.terminate() };
  },
};

function peer(name: string, make: (workers: number) => Peer<Functions>): Contender {
  const indices = Array.from({ length: sliceCount }, (_, i) => i);
  return {
    name,
    async start() {
      const pool = make(workers);
      await pool.run('increment', 1);
      return () => pool.end();
    },
    warm() {
      const pool = make(workers);
      const work = {
        one: () => Promise.all(items.map((x) => pool.run('increment', x))),
        slices: () => Promise.all(indices.map((index) => pool.run('fillShared', { buffer: shared, index }))),
      };
      return { work, end: () => pool.end() };
    },
  };
}

/** Two bare threads that fill one half each as soon as they are told: what the machine's memory allows. */
function bare(): Contender {
  const script = `const { parentPort, workerData: { numbers, half } } = require('node:worker_threads');
    parentPort.on('message', (slices) => {
      for (let i = half * slices; i < half * slices + slices; i++)
        numbers.subarray(i * ${sliceLength}, i * ${sliceLength} + ${sliceLength}).fill(i);
      parentPort.postMessage(0);
    });`;
  const make = () => [0, 1].map((half) => new Worker(script, { eval: true, workerData: { numbers, half } }));
  /** Asks each to fill so many slices; gives the promises of their answers. */
  const ask = (threads: readonly Worker[], slices: number) =>
    threads.map((thread) => {
      thread.postMessage(slices);
      return once(thread, 'message');
    });
  const end = (threads: readonly Worker[]) => Promise.all(threads.map((thread) => thread.terminate()));
  return {
    name: 'no pool: two bare threads',
    async start() {
      const threads = make();
      await Promise.race(ask(threads, 0));
      return () => end(threads);
    },
    warm() {
      const threads = make();
      const slices = () => Promise.all(ask(threads, sliceCount / 2));
      return { work: { slices }, end: () => end(threads) };
    },
  };
}

/**
 * Medians. Every pool has its turn in every round, so that all of them meet the same moods of the machine; what is
 * to be warm runs once more before it is timed, so that none pays for what its neighbour left behind.
 */
async function measure(contenders: readonly Contender[]): Promise<Row[]> {
  const times = contenders.map((): Record<string, number[]> => ({}));
  const timed = async <T>(index: number, what: string, work: () => Promise<T>): Promise<T> => {
    const begun = performance.now();
    const result = await work();
    times[index]![what] ??= [];
    times[index]![what].push((performance.now() - begun) / 1000);
    return result;
  };
  for (const contender of contenders) await ended(await contender.start());
  for (let round = 0; round < startRounds; round++)
    for (const [index, contender] of contenders.entries()) {
      const end = await timed(index, 'start', () => contender.start());
      await ended(end);
    }
  const open = contenders.map((contender) => contender.warm());
  for (const [index, { work }] of open.entries()) {
    numbers.fill(-1);
    await work.slices!();
    if (numbers.some((number, i) => number !== Math.floor(i / sliceLength)))
      throw new Error(`${contenders[index]!.name}: the slices were not filled`);
  }
  for (const what of ['one', 'many', 'slices'])
    for (let round = 0; round < rounds; round++)
      for (const [index, { work }] of open.entries()) {
        if (!work[what]) continue;
        await work[what]();
        await timed(index, what, work[what]);
      }
  for (const { end } of open) await ended(end);
  return contenders.map(({ name }, index) => {
    const seconds = (what: string) => median(times[index]![what] ?? [Number.NaN]);
    return {
      name,
      start: seconds('start'),
      one: seconds('one') / taskCount,
      many: seconds('many') / taskCount,
      slices: seconds('slices'),
    };
  });
}

function python(): Row[] {
  try {
    const given = [join(folder, 'pool.py'), workers, taskCount, sliceCount, rounds].map(String);
    return [{ name: "Python's Pool (fork)", ...JSON.parse(execFileSync('python3', given).toString()) }];
  } catch {
    console.error('python3 is missing or failed: no row for it');
    return [];
  }
}

/** How much the memory of this process grows while a million items go through a bounded buffer, in MB. */
async function memory(): Promise<number> {
  const pool = new Pool({ workers });
  await pool.map(functions.increment, items, { chunkSize: 1 });
  const before = process.memoryUsage().rss;
  let most = before;
  let sum = 0;
  function* million() {
    for (let i = 0; i < 1_000_000; i++) yield i;
  }
  for await (const value of pool.imap(functions.increment, million(), { chunkSize: 100, bufferSize: 1000 })) {
    if (value % 10_000 === 0) most = Math.max(most, process.memoryUsage().rss);
    sum += value;
  }
  if (sum !== 500_000_500_000) throw new Error(`the sum is ${sum}`);
  pool.terminate();
  return (most - before) / 1e6;
}

// Some peers let the program end while it waits for them.
const awake = setInterval(() => {}, 1000);
const grown = await memory();
const rows = [
  ...(await measure([ours, ...Object.entries(peers).map(([name, make]) => peer(name, make)), bare()])),
  ...python(),
];
clearInterval(awake);

console.log(
  `${os.cpus()[0]?.model.trim()}, ${os.availableParallelism()} cores, ${runtime}, medians of ${startRounds} starts and ${rounds} runs\n`,
);
console.log('| pool, 2 workers | start, ms | a tiny task, µs | in default chunks, µs | 2000 slices, ms |');
console.log('| --- | --- | --- | --- | --- |');
for (const { name, start, one, many, slices } of rows) {
  const cells = [start * 1e3, one * 1e6, many * 1e6, slices * 1e3];
  console.log(
    `| ${[name, ...cells.map((cell) => (Number.isNaN(cell) ? '-' : cell.toPrecision(3)))].join(' | ')} |`,
  );
}
console.log(`\n1,000,000 items through imap, 1000 in the buffer: peak growth ${grown.toFixed(0)} MB`);
process.exit(); // whatever a pool has left behind
