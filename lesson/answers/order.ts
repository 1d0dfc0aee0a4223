// Chapter 5: few slices of uneven work, begun from the top or from the bottom, where the work is.
//     npm run lesson -- answers/order 8 2
import { prepare } from 'mandoline';
import { Pool } from 'mandoline/pool';
import { repeat } from '../repeat.js';
import { readArguments } from '../stages.js';
import { unevenScene } from '../uneven.js';

const { nSlices, nWorkers, rounds, cells } = readArguments(
  { nSlices: 8, nWorkers: 2 },
  { cells: 800, rounds: 5 },
);
const { compute } = prepare(unevenScene(2 * cells));
await using pool = new Pool({ workers: nWorkers });
const given = { pool, slices: nSlices, exact: 'brute' } as const;

const times = await repeat(rounds, {
  'from the top': () => compute(given),
  'from the bottom': () =>
    compute({ ...given, order: (slices) => Array.from({ length: slices }, (_, i) => slices - 1 - i) }),
});
for (const [name, { median }] of times) console.log(`${name.padEnd(16)} ${median.toFixed(3)} s`);
