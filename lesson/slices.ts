// A picture whose work is uneven, cut into more and more slices: who is busy, and for how long.
//     npm run lesson -- slices 2
import { gallery, inPixels, prepare } from 'mandoline';
import { Pool } from 'mandoline/pool';
import { tell } from './figures.js';
import { repeat } from './repeat.js';
import { readArguments } from './stages.js';

const { nWorkers, rounds, cells } = readArguments({ nWorkers: 2 }, { cells: 800 });
// The upper part of the Mandelbrot set: at its top all points escape at once, below many stay for all 500 steps.
const whole = inPixels(gallery.mandelbrot!.scene, 2 * cells, 2 * cells);
const view = { ...whole.view, center: ['-0.6', '0.7'] as const, width: 2.6 };
const picture = { ...whole, view, iterations: 500 };
const { compute, rows } = prepare(picture);
const cuts = [nWorkers, 4 * nWorkers, 16 * nWorkers, 64 * nWorkers, rows];

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
  const drawn = inPixels(picture, 320, 320);
  const title = `${slices} slices, ${nWorkers} workers`;
  if (slices <= 16 * nWorkers) tell({ kind: 'lanes', title, slices, times: work.timeline!(), scene: drawn });
}
tell({ kind: 'lines', title: 'The uneven picture by slices', rows: points });
