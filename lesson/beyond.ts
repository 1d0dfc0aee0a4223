// The same counts by other means than workers: vector instructions, and work that need not be done.
//     npm run lesson -- beyond 2
import { complexGrid, lessonScene, prepare } from 'mandoline';
import { Pool } from 'mandoline/pool';
import { tell } from './figures.js';
import { stepByStep } from './julia.js';
import { pointByPoint } from './point-by-point.js';
import { repeat } from './repeat.js';
import { readArguments, several } from './stages.js';

const { nWorkers, rounds, cells } = readArguments({ nWorkers: 2 }, { cells: 1000, rounds: 3 });
const { c, iterations } = lessonScene;
const grid = complexGrid(2, cells);
const { compute, counts } = prepare({ ...lessonScene, lattice: { extent: 2, cells } });
await using pool = new Pool({ workers: nWorkers });

const times = await repeat(rounds, {
  'step by step': () => stepByStep(grid, { iterations, c: c as [number, number] }),
  'point by point': () => pointByPoint(grid, { iterations, c: c as [number, number] }),
  'vector instructions': () => compute({ exact: 'brute' }),
  [`the same, ${several(nWorkers, 'worker')}`]: () => compute({ exact: 'brute', pool }),
  enclosures: () => compute(),
  [`enclosures, ${several(nWorkers, 'worker')}`]: () => compute({ pool }),
});
const expected = pointByPoint(grid, { iterations, c: c as [number, number] }).counts;
if (!expected.every((count, i) => count === counts[i])) throw new Error('the ways differ');

const slowest = times.get('step by step')!.median;
for (const [name, { median }] of times)
  console.log(
    `${name.padEnd(24)} ${median.toFixed(4)} s  ${(slowest / median).toFixed(1).padStart(6)} times as fast`,
  );
const bars = [...times].map(([name, { median }]) => ({ name, seconds: median }));
tell({ kind: 'bars', title: 'The same counts by other means', rows: bars });
