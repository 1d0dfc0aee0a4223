// A picture whose work is uneven, cut into more and more slices: who is busy, and for how long.
//     npm run lesson -- slices 2
import { prepare } from 'mandoline';
import { Pool } from 'mandoline/pool';
import { tell } from './figures.js';
import { repeat } from './repeat.js';
import { readArguments, several } from './stages.js';
import { unevenScene } from './uneven.js';

const { nWorkers, rounds, cells } = readArguments({ nWorkers: 2 }, { cells: 800, rounds: 7 });
const { compute, rows } = prepare(unevenScene(2 * cells));
const cuts = [1, 4, 16, 64].map((n) => n * nWorkers).filter((slices) => slices < rows);
cuts.push(rows); // A slice for each row.

await using pool = new Pool({ workers: nWorkers });
// Point by point, so that work is what it looks like.
const run = (slices: number) => compute({ pool, slices, exact: 'brute' });
const works = Object.fromEntries(cuts.map((slices) => [`${slices} slices`, () => run(slices)]));
const times = await repeat(rounds, works);

console.log('slices   median s   busy s of each worker');
const points = [];
for (const slices of cuts) {
  const { median } = times.get(`${slices} slices`)!;
  const { work } = await run(slices);
  const busy = work.shares.map((share) => share.busy.toFixed(3)).join('  ');
  console.log(`${String(slices).padStart(6)} ${median.toFixed(3).padStart(10)}   ${busy}`);
  points.push({ name: 'uneven picture', slices, seconds: median });
  const drawn = unevenScene(320);
  const title = `${several(slices, 'slice')}, ${several(nWorkers, 'worker')}`;
  if (slices <= 16 * nWorkers) tell({ kind: 'lanes', title, slices, times: work.timeline!(), scene: drawn });
}
tell({ kind: 'lines', title: 'The uneven picture by slices', rows: points });
