// The whole program, from its start to its end, for numbers of slices and workers, against the serial program.
//     npm run lesson -- table
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { amdahl, summarizeSpeedUp } from 'mandoline/pool';
import { tell } from './figures.js';
import { repeat } from './repeat.js';
import { readArguments } from './stages.js';

const { rounds, cells, slow } = readArguments({}, { cells: 1000, rounds: 3, slow: false });
const cores = availableParallelism();
const workers = [...new Set([1, 2, cores, 2 * cores])].sort((a, b) => a - b);
// No more than there are rows.
const cuts = [2, 100, 2000].filter((slices) => slices <= 2 * cells);
const asked = ['pool', 'shared'].flatMap((name) =>
  workers.flatMap((n) => cuts.map((slices) => ({ name, slices, workers: n }))),
);

const start = promisify(execFile);
const flags = ['--cells', String(cells), ...(slow ? ['--slow'] : [])];
const run = (name: string, ...given: number[]) =>
  start(process.execPath, [
    fileURLToPath(new URL(`${name}.js`, import.meta.url)),
    ...given.map(String),
    ...flags,
  ]);
const serial = { name: 'serial', slices: 1, workers: 0 };
const works = [serial, ...asked].map(({ name, slices, workers }) => [
  `${name} ${slices} ${workers}`,
  () => (workers === 0 ? run(name, slices) : run(name, slices, workers)),
]);
const times = await repeat(rounds, Object.fromEntries(works));
const timed = ({ name, slices, workers }: typeof serial) => times.get(`${name} ${slices} ${workers}`)!;

console.log('program   slices  workers    best s  median s  speed-up  efficiency');
for (const row of [serial, ...asked]) {
  const { best, median } = timed(row);
  const speedUp = timed(serial).median / median;
  const efficiency = row.workers > 0 ? `${((100 * speedUp) / row.workers).toFixed(0)}%` : '-';
  const numbers = [best.toFixed(3), median.toFixed(3), speedUp.toFixed(2)].map((text) => text.padStart(10));
  const names = `${row.name.padEnd(8)} ${String(row.slices).padStart(7)} ${String(row.workers).padStart(8)}`;
  console.log(`${names}${numbers.join('')}${efficiency.padStart(12)}`);
}

for (const name of ['pool', 'shared']) {
  const rows = asked.filter((row) => row.name === name);
  // More workers than cores take turns, which is not what the law is about.
  const within = rows.filter(({ workers }) => workers <= cores);
  const summary = summarizeSpeedUp(within.map((row) => ({ ...row, times: timed(row).seconds })));
  const alone = Math.min(...rows.filter((row) => row.workers === 1).map((row) => timed(row).median));
  const drawn = rows.map((row) => ({ ...row, speedUp: alone / timed(row).median }));
  tell({
    kind: 'speedUp',
    title: `${name}: over one worker at its best`,
    rows: drawn,
    serial: summary?.serial,
  });
  if (!summary) continue; // One core: nothing to compare.
  console.log(`${name}: ${summary.text}${useless(summary.serial)}`);
}

/** From how many workers on there is little to gain. */
function useless(serial: number | undefined): string {
  if (!serial) return '';
  const gain = (n: number) => amdahl(serial, n + 1) / amdahl(serial, n);
  let enough = 1;
  while (gain(enough) > 1.05) enough++;
  return `; beyond ${enough === 1 ? 'one worker' : `${enough} workers`}, each additional one adds less than 5%`;
}
