// Chapter 5: few slices of an uneven picture, from the top or from the bottom, where the work is.
//     npm run lesson -- answers/order 8 2
import { Pool, partial, sliceRange, tasks } from 'mandoline/pool';
import { repeat } from '../repeat.js';
import { readArguments } from '../stages.js';

const { nSlices, nWorkers, rounds, cells } = readArguments(
  { nSlices: 8, nWorkers: 2 },
  { cells: 1000, rounds: 3 },
);
const { unevenRows } = tasks<typeof import('../uneven.js')>(new URL('../uneven.js', import.meta.url));
const job = partial(unevenRows, 2 * cells);
const fromTheTop = Array.from({ length: nSlices }, (_, i) => sliceRange(2 * cells, nSlices, i));
await using pool = new Pool({ workers: nWorkers });

const times = await repeat<unknown>(rounds, {
  'from the top': () => pool.map(job, fromTheTop, { chunkSize: 1 }),
  // The results are reversed as well; put them back before you join them.
  'from the bottom': async () =>
    (await pool.map(job, fromTheTop.toReversed(), { chunkSize: 1 })).toReversed(),
});
for (const [name, { median }] of times) console.log(`${name.padEnd(16)} ${median.toFixed(3)} s`);
