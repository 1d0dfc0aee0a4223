// Chapter 2: slices are dealt in blocks, or like cards, one to each rank in turn. How much work does each rank get?
//     npm run lesson -- answers/cyclic 200 4
import { Pool, sliceRange } from 'mandoline/pool';
import { unevenPicture } from '../experiment.js';
import { readArguments } from '../stages.js';

const { nSlices, nWorkers, cells } = readArguments({ nSlices: 200, nWorkers: 4 }, { cells: 400 });
// One worker computes them all, once to warm up; its timeline shows how long each slice takes.
await using pool = new Pool({ workers: 1 });
await unevenPicture(pool, nSlices, 2 * cells);
const times = await unevenPicture(pool, nSlices, 2 * cells);
const seconds = new Array<number>(nSlices);
for (const { slice, start, end } of times) seconds[slice] = end - start;

const ranks = Array.from({ length: nWorkers }, (_, rank) => rank);
const inBlocks = ranks.map((rank) => {
  const { start, end } = sliceRange(nSlices, nWorkers, rank);
  return seconds.slice(start, end);
});
const likeCards = ranks.map((rank) => seconds.filter((_, slice) => slice % nWorkers === rank));
for (const [name, shares] of Object.entries({ 'in blocks': inBlocks, 'like cards': likeCards })) {
  const sums = shares.map((share) => share.reduce((sum, each) => sum + each, 0));
  const speedUp = sums.reduce((sum, each) => sum + each, 0) / Math.max(...sums);
  console.log(
    `${name.padEnd(10)}  ${sums.map((sum) => sum.toFixed(3)).join('  ')} s: ${speedUp.toFixed(2)} times as fast`,
  );
}
