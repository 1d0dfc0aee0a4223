// Slices versus workers, second half: the same picture, the same slices, and more and more workers.
//     npm run lesson -- workers 100
import { availableParallelism } from 'node:os';
import { Pool } from 'mandoline/pool';
import { idleShare, tellLanes, unevenPicture } from './experiment.js';
import { tell } from './figures.js';
import { wantCores } from './load.js';
import { repeat } from './repeat.js';
import { readArguments } from './stages.js';

const { nSlices, rounds, cells } = readArguments({ nSlices: 100 }, { cells: 1000, rounds: 3 });
const cores = availableParallelism();
wantCores(cores);
const numbers = [1];
while (numbers.at(-1)! < 2 * cores) numbers.push(2 * numbers.at(-1)!);

const pools = numbers.map((workers) => new Pool({ workers }));
const works = pools.map(
  (pool, i) => [`${numbers[i]}`, () => unevenPicture(pool, nSlices, 2 * cells)] as const,
);
const times = await repeat(rounds, Object.fromEntries(works));
for (const pool of pools) pool.close();

console.log('workers   median s   speed-up   efficiency   workers idle');
const alone = times.get('1')!.median;
const rows = [];
for (const workers of numbers) {
  const { median, middle } = times.get(`${workers}`)!;
  const speedUp = alone / median;
  const [efficiency, idle] = [speedUp / workers, idleShare(middle, workers)].map(
    (share) => `${(100 * share).toFixed(0)}%`,
  );
  console.log(
    `${String(workers).padStart(7)} ${median.toFixed(3).padStart(10)} ${speedUp.toFixed(2).padStart(10)}` +
      `${efficiency!.padStart(13)}${idle!.padStart(15)}`,
  );
  rows.push({ name: 'uneven picture', slices: nSlices, workers, speedUp });
  tellLanes(middle, nSlices, workers);
}
tell({ kind: 'speedUp', title: 'The uneven picture by workers', rows, serial: undefined });
