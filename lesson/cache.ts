// One thread, and still the number of slices matters, if each step goes over the whole array as numpy's do.
//     npm run lesson -- cache
import { arraySplit, complexGrid } from 'mandoline';
import { tell } from './figures.js';
import { stepByStep } from './julia.js';
import { pointByPoint } from './point-by-point.js';
import { repeat } from './repeat.js';
import { readArguments } from './stages.js';

const { rounds, cells } = readArguments({}, { cells: 1000, rounds: 3 });
const grid = complexGrid(2, cells);
const parameters = { iterations: 20, c: [-0.83, -0.22] } as const;
const ways = { 'step by step': stepByStep, 'point by point': pointByPoint };
const cuts = [...[1, 2, 8, 100].filter((slices) => slices < grid.rows), grid.rows];

const works: Record<string, () => unknown> = {};
for (const nSlices of cuts) {
  const slices = arraySplit(grid, nSlices);
  for (const [name, way] of Object.entries(ways))
    works[`${name} ${nSlices}`] = () => slices.map((slice) => way(slice, parameters));
}
const times = await repeat(rounds, works);

console.log(`slices   MB each   ${Object.keys(ways).join('   ')}   (medians, s)`);
const rows = [];
for (const slices of cuts) {
  const medians = Object.keys(ways).map((name) => times.get(`${name} ${slices}`)!.median);
  rows.push(...Object.keys(ways).map((name, i) => ({ name, slices, seconds: medians[i]! })));
  // A complex number is 16 bytes, its count 2.
  const size = (18 * grid.rows * grid.columns) / slices / 1e6;
  const cells = medians.map((median, i) => median.toFixed(3).padStart([12, 17][i]!));
  console.log(`${String(slices).padStart(6)} ${size.toFixed(2).padStart(9)}   ${cells.join('')}`);
}
tell({ kind: 'lines', title: 'One thread, more and more slices', rows });
