// Slices versus workers, first half: a picture whose work is uneven, the same workers, and more and more slices.
//     npm run lesson -- slices 2
import { Pool } from 'mandoline/pool';
import { busyTimes, idleShare, tellLanes, unevenPicture } from './experiment.js';
import { tell } from './figures.js';
import { repeat } from './repeat.js';
import { readArguments } from './stages.js';

const { nWorkers, rounds, cells } = readArguments({ nWorkers: 2 }, { cells: 1000, rounds: 3 });
const rows = 2 * cells;
const cuts = [1, 2, 8, 100, 2000].filter((slices) => slices <= rows);

await using pool = new Pool({ workers: nWorkers });
const works = cuts.map((slices) => [`${slices}`, () => unevenPicture(pool, slices, rows)] as const);
const times = await repeat(rounds, Object.fromEntries(works));

console.log('slices   median s   workers idle   busy s of each worker');
const points = [];
for (const slices of cuts) {
  const { median, middle } = times.get(`${slices}`)!;
  const idle = `${(100 * idleShare(middle, nWorkers)).toFixed(0)}%`;
  const busy = busyTimes(middle, nWorkers).map((each) => each.toFixed(3));
  console.log(
    `${String(slices).padStart(6)} ${median.toFixed(3).padStart(10)} ${idle.padStart(14)}   ${busy.join('  ')}`,
  );
  points.push({ name: 'uneven picture', slices, seconds: median });
  tellLanes(middle, slices, nWorkers);
}
tell({ kind: 'lines', title: 'The uneven picture by slices', rows: points });
