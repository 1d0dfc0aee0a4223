// Chapter 1: workers speed up `compute` alone. How many times as fast can they make the whole?
//     npm run lesson -- answers/bound
import { arraySplit, complexGrid } from 'mandoline';
import { amdahl } from 'mandoline/pool';
import { juliaSet } from '../julia.js';
import { repeat } from '../repeat.js';
import { readArguments } from '../stages.js';

const { rounds, cells, iterations } = readArguments({}, { cells: 500, rounds: 3, iterations: 500 });
const grid = complexGrid(2, cells);
const times = await repeat<unknown>(rounds, {
  grid: () => complexGrid(2, cells),
  slices: () => arraySplit(grid, 1),
  compute: () => juliaSet(grid, { iterations, c: [-0.83, -0.22] }),
});

const whole = [...times.values()].reduce((sum, { median }) => sum + median, 0);
const serial = 1 - times.get('compute')!.median / whole;
for (const [name, { median }] of times) console.log(`${name.padEnd(8)} ${median.toFixed(3)} s`);
console.log(`serial   ${(100 * serial).toFixed(0)}%`);
for (const workers of [2, 4, 8, Infinity])
  console.log(`${String(workers).padStart(8)} workers: ${amdahl(serial, workers).toFixed(2)} times as fast`);
