// The serial program: one slice after the other, in this thread.
//     npm run lesson -- serial 1
import { arraySplit, complexGrid, concatenate } from 'mandoline';
import { juliaSet } from './julia.js';
import { readArguments, report, stage } from './stages.js';

const { nSlices, cells, slow } = readArguments({ nSlices: 1 }, { cells: 2000, slow: false });

const grid = await stage('grid', () => complexGrid(2, cells));
const slices = await stage('slices', () => arraySplit(grid, nSlices));
const fractals = await stage('compute', () =>
  slices.map((slice) => juliaSet(slice, { iterations: 80, c: [-0.83, -0.22], slow })),
);
const fractal = await stage('concatenate', () => concatenate(fractals));
report(fractal);
