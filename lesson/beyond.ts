// The same counts by other means than workers: the cache, work that need not be done, vector instructions.
//     npm run lesson -- beyond 2
import { arraySplit, complexGrid, type Field, lessonScene, prepare } from 'mandoline';
import { Pool, partial, tasks } from 'mandoline/pool';
import { tell } from './figures.js';
import { juliaSet } from './julia.js';
import { repeat } from './repeat.js';
import { readArguments, several } from './stages.js';
import { sweeps } from './sweeps.js';
import { untilEscape } from './until-escape.js';

const { nWorkers, rounds, cells, iterations } = readArguments(
  { nWorkers: 2 },
  { cells: 1100, rounds: 3, iterations: 500 },
);
const pooled = tasks<typeof import('./julia.js')>(new URL('./julia.js', import.meta.url));
const c = [-0.83, -0.22] as const;
const grid = complexGrid(2, cells);
const slices = arraySplit(grid, Math.min(100, grid.rows));
const rowByRow = arraySplit(grid, grid.rows);
const { compute, counts } = prepare({ ...lessonScene, lattice: { extent: 2, cells }, iterations });
await using pool = new Pool({ workers: nWorkers });
const workers = several(nWorkers, 'worker');

const expected = untilEscape(grid, { iterations, c }).counts;
const isSame = (found: Field['counts']) => expected.every((count, i) => count === found[i]);
const times = await repeat<unknown>(rounds, {
  'sweeps, all points': () => void sweeps(grid, { iterations, c }),
  'sweeps, row by row': () => void rowByRow.map((row) => sweeps(row, { iterations, c })),
  'plain loop': () => void juliaSet(grid, { iterations, c }),
  [`plain loop, ${workers}`]: async () =>
    void (await pool.map(partial(pooled.juliaSet, { iterations, c }), slices, { chunkSize: 1 })),
  'until it escapes': () => void untilEscape(grid, { iterations, c }),
  'vector instructions': () => compute({ exact: 'brute' }),
  [`vectors, ${workers}`]: () => compute({ exact: 'brute', pool }),
  'tiles proved at once': () => compute(),
  [`tiles, ${workers}`]: () => compute({ pool }),
});
if (![juliaSet, sweeps].every((way) => isSame(way(grid, { iterations, c }).counts)) || !isSame(counts))
  throw new Error('the results differ');

const plain = times.get('plain loop')!.median;
console.log('                         median s   times as fast as the plain loop');
for (const [name, { median }] of times)
  console.log(
    `${name.padEnd(24)} ${median.toFixed(4).padStart(8)}   ${(plain / median).toFixed(2).padStart(8)}`,
  );
const bars = [...times].map(([name, { median }]) => ({ name, seconds: median }));
tell({ kind: 'bars', title: 'The same counts by other means', rows: bars });
