// How far a job scales, simulated: what its slices take is measured here, one after the other on one thread, and so is
// what handing out, sending and keeping them costs; the times are replayed over 4 to 4096 workers.
//     npm run bench -- cluster simulation [FILE.svg]
// Needs mpirun (Debian: apt install openmpi-bin). It says what would be if every worker were as fast as this thread and
// every wire like this machine's memory: a cluster's network is slower, and its disks may be slower or faster.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gallery, inPixels, lessonScene, type Scene } from 'mandoline';
import { median } from 'mandoline/pool';
import { chartHeight, chartPage, chartWidth, describeMachine } from '../../src/cli/bench-outputs.js';
import { sceneShape } from '../../src/render/job.js';
import { openStore } from '../../src/render/store.node.js';
import { type StreamOptions, streamScene } from '../../src/render/stream.js';
import { sum } from '../shared/sum.js';
import { whole } from '../shared/whole.js';
import type { MpiCosts } from './mpi-costs.js';
import { type Costs, replay, replayShares } from './replay.js';

const jobs: Readonly<Record<string, Scene>> = {
  'the lesson, 20,000 x 20,000': { ...lessonScene, lattice: { extent: 2, cells: 10_000 } },
  'Mandelbrot set, 8000 x 8000, 50,000 iterations': {
    ...inPixels(gallery.mandelbrot!.scene, 8000, 8000),
    iterations: 50_000,
  },
};
/** Rows of a slice: a tile's, and lower ones, of which there are more. */
const heights = [64, 16, 4];
const workers = Array.from({ length: 11 }, (_, i) => 4 * 2 ** i);

interface Cut {
  readonly rows: number;
  readonly slices: Float64Array;
}

/** Seconds that each slice takes, on this thread. */
async function timeSlices(scene: Scene, slices: number, more: Partial<StreamOptions> = {}) {
  const stream = await streamScene(scene, { isPainted: false, slices, ...more });
  const seconds: number[] = [];
  for await (const { milliseconds } of stream.bands) seconds.push(milliseconds / 1000);
  return Float64Array.from(seconds);
}

async function timeCuts(scene: Scene): Promise<Cut[]> {
  const [rows] = sceneShape(scene);
  // What is compiled gets faster while it runs.
  await timeSlices(scene, Math.ceil(rows / 64), { numbers: Array.from({ length: 20 }, (_, i) => i) });
  const cuts: Cut[] = [];
  for (const height of heights)
    cuts.push({ rows: height, slices: await timeSlices(scene, Math.ceil(rows / height)) });
  return cuts;
}

/** Seconds to put a slice of a job into a store and to read and check it there, for each cut, and to start a program. */
async function storeCosts(scene: Scene, folder: string) {
  const [rows] = sceneShape(scene);
  const numbers = Array.from({ length: 60 }, (_, i) => i);
  const costs = new Map<number, { readonly write: number; readonly read: number }>();
  for (const height of heights) {
    const slices = Math.ceil(rows / height);
    const store = openStore(join(folder, `store-${height}`), scene, { otherwise: slices });
    const options = { numbers, via: store.work };
    const plain = await timeSlices(scene, slices, { numbers });
    const written = await timeSlices(scene, slices, options);
    const read = await timeSlices(scene, slices, options);
    costs.set(height, {
      write: Math.max(0, median(Array.from(written, (seconds, i) => seconds - plain[i]!))),
      read: median([...read]),
    });
  }
  return costs;
}

function mpiCosts(): MpiCosts {
  const program = fileURLToPath(new URL('./mpi-costs.js', import.meta.url));
  const env = { ...process.env, OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };
  const given = ['-n', '2', '--oversubscribe', process.execPath, program];
  return JSON.parse(execFileSync('mpirun', given, { env }).toString());
}

interface Row {
  readonly job: string;
  readonly way: string;
  readonly workers: number;
  readonly speedup: number;
  readonly rows: number;
  readonly seconds: number;
  readonly bound: string;
}

/** The best cut for so many workers, and what is most of the time that it does not share. */
function best(
  job: string,
  way: string,
  serial: number,
  cuts: readonly Cut[],
  count: number,
  costsOf: (cut: Cut) => Costs,
): Row {
  const replayed = way === 'MPI' ? replay : replayShares;
  const all = cuts.map((cut) => ({ cut, costs: costsOf(cut), ...replayed(cut.slices, count, costsOf(cut)) }));
  const { cut, costs, seconds, makespan } = all.reduce((a, b) => (b.seconds < a.seconds ? b : a));
  const even = (sum(cut.slices) + cut.slices.length * costs.keep) / count;
  const parts: Readonly<Record<string, number>> = {
    'reading the store': costs.end,
    'rows that arrive at rank 0': seconds - makespan - costs.end,
    'starting a program': costs.start,
    'waiting for the last slice': makespan - costs.start - even,
  };
  const [largest] = Object.entries(parts).sort(([, a], [, b]) => b - a);
  const bound = even > seconds / 2 ? 'computing' : largest![0];
  return { job, way, workers: count, speedup: serial / seconds, rows: cut.rows, seconds, bound };
}

function print(rows: readonly Row[]): void {
  for (const { job, way } of rows.filter(({ workers }) => workers === 4)) {
    console.log(`\n${job}; ${way}`);
    console.log('workers  seconds  speed-up  efficiency  rows per slice  most of the time');
    for (const row of rows.filter((each) => each.job === job && each.way === way))
      console.log(
        [
          String(row.workers).padStart(7),
          row.seconds.toFixed(row.seconds < 1 ? 4 : 2).padStart(8),
          row.speedup.toFixed(1).padStart(9),
          `${((100 * row.speedup) / row.workers).toFixed(0)}%`.padStart(11),
          String(row.rows).padStart(15),
          ` ${row.bound}`,
        ].join(' '),
      );
  }
}

async function chart(rows: readonly Row[], notes: readonly string[]): Promise<string> {
  const [Plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom')]);
  const names = Object.keys(jobs);
  const colors = ['#1f9e89', '#d1495b'];
  const ideal = workers.map((count) => ({ workers: count, speedup: count }));
  const axis = { type: 'log', base: 2, tickFormat: String } as const;
  const at = { x: 'workers', y: 'speedup' } as const;
  const ways = [...new Set(rows.map(({ way }) => way))];
  const plot = Plot.plot({
    document: parseHTML('<html></html>').document,
    width: chartWidth,
    height: chartHeight,
    marginBottom: 44,
    marginLeft: 52,
    marginRight: 60,
    style: { background: 'none' },
    x: { ...axis, label: 'workers', ticks: workers, inset: 10 },
    y: { ...axis, label: 'speed-up against one thread, simulated', grid: true, domain: [0.5, 4096] },
    color: { domain: names, range: colors },
    marks: [
      Plot.line(ideal, { ...at, stroke: 'currentColor', strokeDasharray: '4 4', strokeOpacity: 0.6 }),
      Plot.text(ideal.slice(-1), { ...at, text: () => 'ideal', dx: 10, textAnchor: 'start' }),
      ...ways.flatMap((way, i) => {
        const some = rows.filter((row) => row.way === way);
        return [
          Plot.line(some, {
            ...at,
            z: 'job',
            stroke: 'job',
            strokeWidth: 2,
            ...(i > 0 && { strokeDasharray: '1 5', strokeLinecap: 'round' }),
          }),
          Plot.dot(some, { ...at, fill: 'job', r: 3 }),
        ];
      }),
    ],
  });
  const legend = names.map((name, i) => [name, colors[i]] as const);
  return chartPage(plot, { title: 'How far it scales, simulated from measured slices', legend, notes });
}

export async function run([path]: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(os.tmpdir(), 'mandoline-bench-'));
  try {
    const { cpu, cores, node } = describeMachine();
    const mpi = mpiCosts();
    const command = fileURLToPath(new URL('../../command/mandoline.js', import.meta.url));
    const starts: number[] = [];
    for (let i = 0; i < 5; i++) {
      const given = [command, 'render', '--cells', '1', '--workers', '0', '-o', 'a.npy', '--quiet'];
      starts.push((await whole(process.execPath, given, folder)).seconds);
    }
    const start = median(starts);
    console.log(`${cpu}, ${cores} cores, Node ${node}, ${mpi.version}`);
    console.log(
      `asking for a slice ${(mpi.next * 1e6).toFixed(1)} µs, bringing rows to rank 0 ` +
        `${(1 / mpi.byte / 1e9).toFixed(2)} GB/s, starting a program ${start.toFixed(2)} s`,
    );
    const rows: Row[] = [];
    for (const [job, scene] of Object.entries(jobs)) {
      const cuts = await timeCuts(scene);
      const costs = await storeCosts(scene, mkdtempSync(join(folder, 'job-')));
      const serial = Math.min(...cuts.map(({ slices }) => sum(slices)));
      const [height, width] = sceneShape(scene);
      const gathering = height * width * 2 * mpi.byte;
      console.log(`\n${job}: ${serial.toFixed(2)} s on one thread`);
      for (const { rows: high, slices } of cuts) {
        const { write, read } = costs.get(high)!;
        console.log(
          `${String(slices.length).padStart(6)} slices of ${String(high).padStart(2)} rows: ` +
            `${(1e3 * median([...slices])).toFixed(2)} ms each, the longest ${(1e3 * Math.max(...slices)).toFixed(2)} ms, ` +
            `all ${sum(slices).toFixed(2)} s; kept in ${(1e3 * write).toFixed(2)} ms, read in ${(1e3 * read).toFixed(2)} ms`,
        );
      }
      for (const count of workers) {
        rows.push(
          // Rank 0 computes less, since it takes rows too: as if all had that work.
          best(job, 'MPI', serial, cuts, count, ({ slices }) => {
            const collect = gathering / slices.length;
            return { start: 0, hand: mpi.next, keep: collect, collect, end: 0 };
          }),
          best(job, 'parts', serial, cuts, count, ({ rows: high, slices }) => {
            const { write, read } = costs.get(high)!;
            return { start, hand: 0, keep: write, collect: 0, end: start + slices.length * read };
          }),
        );
      }
    }
    rows.sort((a, b) => a.job.localeCompare(b.job) || a.way.localeCompare(b.way) || a.workers - b.workers);
    print(rows);
    if (path === undefined) return;
    const notes = [
      'Lines: MPI, slices handed out one by one, rows gathered at rank 0. Dots: parts in a store, then read.',
      'Slices, handing out, sending and keeping are measured; that many workers are not.',
      `${cpu}, Node ${node}: npm run bench -- cluster simulation FILE.svg`,
    ];
    writeFileSync(path, await chart(rows, notes));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
