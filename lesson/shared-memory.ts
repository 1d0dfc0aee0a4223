// The same counts with less and less copying: points sent and counts sent back; only counts sent back; nothing sent.
//     npm run lesson -- shared-memory 100 2
import { arraySplit, complexGrid, concatenate } from 'mandoline';
import { Pool, partial, tasks } from 'mandoline/pool';
import { tell } from './figures.js';
import { repeat } from './repeat.js';
import { readArguments, several } from './stages.js';

const { juliaSet } = tasks<typeof import('./julia.js')>(new URL('./julia.js', import.meta.url));
const { juliaPoints } = tasks<typeof import('./julia-rows.js')>(new URL('./julia-rows.js', import.meta.url));
const { nSlices, nWorkers, rounds, cells, iterations } = readArguments(
  { nSlices: 100, nWorkers: 2 },
  { cells: 1000, rounds: 5, iterations: 1 },
);
const parameters = { iterations, c: [-0.83, -0.22] } as const;
await using pool = new Pool({ workers: nWorkers });

const grid = complexGrid(2, cells);
const { rows, columns } = grid;
const slices = arraySplit(grid, nSlices);
const points = new Float64Array(new SharedArrayBuffer(grid.values.byteLength));
points.set(grid.values);
const newMemory = () => new Uint16Array(new SharedArrayBuffer(2 * rows * columns));
const [shared, copied] = [newMemory(), new Uint16Array(rows * columns)];
const fill = (counts: Uint16Array) =>
  pool.fill(juliaPoints, counts, [points, parameters], { slices: nSlices, rows });

const times = await repeat<unknown>(rounds, {
  'points and counts copied': async () =>
    void concatenate(await pool.map(partial(juliaSet, parameters), slices, { chunkSize: 1 })),
  'counts copied': () => fill(copied),
  'nothing copied': () => fill(shared),
  'only copying the points': () => void structuredClone(slices),
  'new shared memory': () => void newMemory().fill(1),
});
if (!copied.every((count, i) => count === shared[i])) throw new Error('the results differ');

for (const [name, { median }] of times) console.log(`${name.padEnd(26)} ${median.toFixed(3)} s`);
const bars = [...times].map(([name, { median }]) => ({ name, seconds: median }));
tell({
  kind: 'bars',
  title: `${several(iterations, 'step')} for each point, with less and less copying`,
  rows: bars,
});
