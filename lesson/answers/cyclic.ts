// Chapter 2: slices are dealt in blocks, or like cards, one to each rank in turn. How much work has each rank?
//     npm run lesson -- answers/cyclic 200 4
import { prepare } from 'mandoline';
import { Pool, sliceRange } from 'mandoline/pool';
import { readArguments } from '../stages.js';
import { unevenScene } from '../uneven.js';

const { nSlices, nWorkers, cells } = readArguments({ nSlices: 200, nWorkers: 4 }, { cells: 400 });
// One worker takes them all; its time line says how long each slice takes.
await using pool = new Pool({ workers: 1 });
const { compute } = prepare(unevenScene(2 * cells));
const { work } = await compute({ pool, slices: nSlices, exact: 'brute' });
const seconds = work.timeline!().map(({ start, end }) => end - start);

const ranks = Array.from({ length: nWorkers }, (_, rank) => rank);
const inBlocks = ranks.map((rank) => {
  const { start, end } = sliceRange(nSlices, nWorkers, rank);
  return seconds.slice(start, end);
});
const likeCards = ranks.map((rank) => seconds.filter((_, slice) => slice % nWorkers === rank));
for (const [name, shares] of Object.entries({ 'in blocks': inBlocks, 'like cards': likeCards })) {
  const sums = shares.map((share) => share.reduce((sum, each) => sum + each, 0));
  const longest = Math.max(...sums);
  const speedUp = sums.reduce((sum, each) => sum + each, 0) / longest;
  console.log(
    `${name.padEnd(10)}  ${sums.map((sum) => sum.toFixed(3)).join('  ')} s: ${speedUp.toFixed(2)} times as fast`,
  );
}
