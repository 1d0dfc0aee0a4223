// Chapter 3: results as they come, to say how far the work is.
//     npm run lesson -- answers/progress 8 2
import { arraySplit, complexGrid } from 'mandoline';
import { Pool, tasks } from 'mandoline/pool';
import { readArguments } from '../stages.js';

const { sumOfCounts } = tasks<typeof import('../sums.js')>(new URL('../sums.js', import.meta.url));
const { nSlices, nWorkers, cells } = readArguments({ nSlices: 8, nWorkers: 2 }, { cells: 500 });
const slices = arraySplit(complexGrid(2, cells), nSlices);

await using pool = new Pool({ workers: nWorkers });
let [done, sum] = [0, 0];
for await (const each of pool.imapUnordered(sumOfCounts, slices)) {
  sum += each;
  console.log(`${++done} of ${nSlices} slices: ${sum} so far`);
}
