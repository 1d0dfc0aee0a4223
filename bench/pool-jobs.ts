// Three real jobs by the pool and by its peers, everything in one run on two warm workers: smoothing 100 MB, parsing 200
// files of numbers, counting random points. Every pool gets the same pieces; what comes out is compared.
//     npm run bench -- pool-jobs [rounds]
// Installs the peers beside itself at the first time (bench/pool/package.json). Prints medians as a Markdown table.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { median, Pool, type SliceRange, sliceRange, tasks } from 'mandoline/pool';
import { ended, loadPeers, runtime, workerFunctions } from './pool/contenders.js';

interface Piece {
  readonly from: SharedArrayBuffer;
  readonly to: SharedArrayBuffer;
  readonly start: number;
  readonly end: number;
}
interface Functions {
  convolve(piece: Piece): void;
  convolveSlice(slice: Float32Array, range: SliceRange, from: SharedArrayBuffer): void;
  sumColumns(path: string): number[];
  countInside(batch: { seed: number; points: number }): number;
}

const workers = 2;
const rounds = Number(process.argv[2] ?? 7);
const pieces = 64;
const numbers = 25_000_000;
const fileCount = 200;
const linesInFile = 2000;
const pointsInBatch = 1_000_000;
const compared = ['piscina', 'tinypool', 'workerpool', 'poolifier'];

const functions = tasks<Functions>(workerFunctions);
const peers = await loadPeers<Functions>();

const [from, to] = [0, 1].map(() => new SharedArrayBuffer(4 * numbers)) as [
  SharedArrayBuffer,
  SharedArrayBuffer,
];
const source = new Float32Array(from);
for (let i = 0; i < numbers; i++) source[i] = (i * 7919) % 1000;
const target = new Float32Array(to);
const files = mkdtempSync(join(os.tmpdir(), 'mandoline-bench-'));
const paths = Array.from({ length: fileCount }, (_, file) => {
  const line = (i: number) => Array.from({ length: 8 }, (_, k) => (file + i * k) / 8).join(',');
  const path = join(files, `${file}.csv`);
  writeFileSync(path, `${Array.from({ length: linesInFile }, (_, i) => line(i)).join('\n')}\n`);
  return path;
});
const ranges = Array.from({ length: pieces }, (_, i) => sliceRange(numbers, pieces, i));
const batches = ranges.map((_, i) => ({ seed: i + 1, points: pointsInBatch }));

const jobs = ['smoothing 100 MB', `parsing ${fileCount} files`, 'counting random points'] as const;
type Work = Readonly<Record<(typeof jobs)[number], () => Promise<unknown>>>;

const sumOf = (values: Iterable<number>): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
};

function ours(): { name: string; work: Work; end(): unknown } {
  const pool = new Pool({ workers });
  const work: Work = {
    'smoothing 100 MB': () => pool.fill(functions.convolveSlice, target, [from], { slices: pieces }),
    [jobs[1]]: () => pool.map(functions.sumColumns, paths, { chunkSize: 1 }),
    'counting random points': () => pool.map(functions.countInside, batches, { chunkSize: 1 }),
  } as Work;
  return { name: '**mandoline/pool**', work, end: () => pool.terminate() };
}

function peer(name: string): { name: string; work: Work; end(): unknown } {
  const pool = peers[name]!(workers);
  const all = (task: keyof Functions, values: readonly unknown[]) => () =>
    Promise.all(values.map((value) => pool.run(task, value)));
  const work: Work = {
    'smoothing 100 MB': all(
      'convolve',
      ranges.map(({ start, end }) => ({ from, to, start, end })),
    ),
    [jobs[1]]: all('sumColumns', paths),
    'counting random points': all('countInside', batches),
  } as Work;
  return { name, work, end: () => pool.end() };
}

// Some peers let the program end while it waits for them.
const awake = setInterval(() => {}, 1000);
const contenders = [ours(), ...compared.filter((name) => peers[name]).map(peer)];
const times = contenders.map((): Record<string, number[]> => ({}));
for (const job of jobs) {
  const outcomes = new Set<string>();
  for (const { work } of contenders) {
    target.fill(-1);
    const values = (await work[job]()) as number[] | number[][];
    outcomes.add(String(job === jobs[0] ? sumOf(target) : sumOf(values.flat() as number[])));
  }
  if (outcomes.size !== 1) throw new Error(`${job}: the pools differ: ${[...outcomes].join(', ')}`);
  // Every pool has its turn in every round, so that all of them meet the same moods of the machine.
  for (let round = 0; round < rounds; round++)
    for (const [index, { work }] of contenders.entries()) {
      const begun = performance.now();
      await work[job]();
      times[index]![job] ??= [];
      times[index]![job].push(performance.now() - begun);
    }
}
for (const { end } of contenders) await ended(end);
clearInterval(awake);
rmSync(files, { recursive: true });

const medians = times.map((each) => jobs.map((job) => median(each[job]!)));
console.log(`${os.cpus()[0]?.model.trim()}, ${runtime}, ${workers} workers, medians of ${rounds} runs, ms\n`);
console.log(`| | ${jobs.join(' | ')} |\n|${' --- |'.repeat(jobs.length + 1)}`);
for (const [index, { name }] of contenders.entries())
  console.log(`| ${[name, ...medians[index]!.map((each) => each.toFixed(0))].join(' | ')} |`);
const against = jobs.map((_, job) => {
  const [own, ...others] = medians.map((each) => each[job]!);
  return (own! / Math.min(...others)).toFixed(3);
});
console.log(`\nof the fastest other's time: ${against.join(', ')} (sum of the source: ${sumOf(source)})`);
process.exit(); // whatever a pool has left behind
