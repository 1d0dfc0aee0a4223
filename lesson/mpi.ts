// Message passing between processes, which may be on many machines: the ranks are started by mpirun.
//     mpirun -n 2 npx mandoline lesson mpi 2000
import { arraySplit, complexGrid, concatenate } from 'mandoline';
import { world } from 'mandoline/mpi';
import { sliceRange } from 'mandoline/pool';
import { juliaSet } from './julia.js';
import { readArguments, report, stage, stop } from './stages.js';

const { nSlices, cells, iterations } = readArguments({ nSlices: 2000 }, { cells: 1100, iterations: 500 });
const { rank, size, scatter, gather } = await world().catch(stop);
// All ranks run this same program; rank 0 alone has the grid, and tells of the times.
const timed: typeof stage = rank === 0 ? stage : async (_, work) => await work();

function slicesOfRanks() {
  const slices = arraySplit(complexGrid(2, cells), nSlices);
  return Array.from({ length: size }, (_, i) => {
    const { start, end } = sliceRange(nSlices, size, i);
    return slices.slice(start, end);
  });
}

const all = rank === 0 ? await timed('slices', slicesOfRanks) : undefined;
const mine = await timed('scatter', () => scatter(all));
const fractals = await timed('compute', () =>
  mine.map((slice) => juliaSet(slice, { iterations, c: [-0.83, -0.22] })),
);
const gathered = await timed('gather', () => gather(fractals));
if (gathered) {
  console.log(`ranks        ${size}`);
  report(await timed('concatenate', () => concatenate(gathered.flat())));
}
