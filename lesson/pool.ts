// A pool of workers: each takes a slice, computes it, hands it back, and takes the next.
//     npm run lesson -- pool 2000 2
import { arraySplit, complexGrid, concatenate } from 'mandoline';
import { Pool, partial, tasks } from 'mandoline/pool';
import { readArguments, report, reportWorkers, stage } from './stages.js';

const { juliaSet } = tasks<typeof import('./julia.js')>(new URL('./julia.js', import.meta.url));
const { nSlices, nWorkers, cells, iterations } = readArguments(
  { nSlices: 2000, nWorkers: 2 },
  { cells: 1100, iterations: 500 },
);

const pool = new Pool({ workers: nWorkers });
const grid = await stage('grid', () => complexGrid(2, cells));
const slices = await stage('slices', () => arraySplit(grid, nSlices));
const job = partial(juliaSet, { iterations, c: [-0.83, -0.22] });
const fractals = await stage('compute', () => pool.map(job, slices, { chunkSize: 1 }));
pool.close();
await stage('join', () => pool.join());

// The pool is closed; the program continues.
reportWorkers(pool.stats());
const fractal = await stage('concatenate', () => concatenate(fractals));
report(fractal);
