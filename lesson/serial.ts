// The serial program: one slice after the other, in this thread.
//     npm run lesson -- serial 1
import { arraySplit, complexGrid, concatenate } from 'mandoline';
import { juliaSet } from './julia.js';
import { readArguments, report, stage } from './stages.js';

const { nSlices, cells, iterations } = readArguments({ nSlices: 1 }, { cells: 1100, iterations: 500 });

const grid = await stage('grid', () => complexGrid(2, cells));
const slices = await stage('slices', () => arraySplit(grid, nSlices));
const fractals = await stage('compute', () =>
  slices.map((slice) => juliaSet(slice, { iterations, c: [-0.83, -0.22] })),
);
const fractal = await stage('concatenate', () => concatenate(fractals));
report(fractal);
