// The same counts with less and less copying: points sent and counts sent back; only the counts; nothing at all.
//     npm run lesson -- shared-memory 100 2
import { arraySplit, complexGrid, concatenate, latticeAxis } from 'mandoline';
import { Pool, partial, tasks } from 'mandoline/pool';
import { tell } from './figures.js';
import { repeat } from './repeat.js';
import { readArguments } from './stages.js';

const { juliaSet } = tasks<typeof import('./julia.js')>(new URL('./julia.js', import.meta.url));
const { juliaRows } = tasks<typeof import('./julia-rows.js')>(new URL('./julia-rows.js', import.meta.url));
const { nSlices, nWorkers, rounds, cells, slow } = readArguments(
  { nSlices: 100, nWorkers: 2 },
  { cells: 1000, rounds: 3, slow: false },
);
const parameters = { iterations: 80, c: [-0.83, -0.22], slow } as const;
await using pool = new Pool({ workers: nWorkers });

const axis = latticeAxis({ extent: 2, cells });
const rows = axis.length;
const shared = new Uint16Array(new SharedArrayBuffer(2 * rows * rows));
const copied = new Uint16Array(rows * rows);
const fill = (counts: Uint16Array) =>
  pool.fill(juliaRows, counts, [axis, parameters], { slices: nSlices, rows });
const slices = arraySplit(complexGrid(2, cells), nSlices);

const times = await repeat(rounds, {
  'points and counts copied': async () =>
    concatenate(await pool.map(partial(juliaSet, parameters), slices, { chunkSize: 1 })),
  'counts copied': () => fill(copied),
  'nothing copied': () => fill(shared),
  'only copying, points': () => structuredClone(slices),
  'new shared memory': () => new Uint16Array(new SharedArrayBuffer(2 * rows * rows)).fill(1),
});
if (!copied.every((count, i) => count === shared[i])) throw new Error('the ways differ');

for (const [name, { median }] of times) console.log(`${name.padEnd(26)} ${median.toFixed(3)} s`);
const bars = [...times].map(([name, { median }]) => ({ name, seconds: median }));
tell({ kind: 'bars', title: 'The same counts, with less and less copying', rows: bars });
