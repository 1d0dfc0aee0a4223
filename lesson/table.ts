// The whole program, from its start to its end, for numbers of slices and workers, against the serial program.
//     npm run lesson -- table
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { amdahl, serialPart, speedUps } from 'mandoline/pool';
import { tell } from './figures.js';
import { repeat } from './repeat.js';
import { readArguments } from './stages.js';

const { rounds, cells, slow } = readArguments({}, { cells: 1000 });
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
  const points = speedUps(rows.map((row) => ({ ...row, median: timed(row).median })));
  // More workers than cores take turns, which is not what the law is about.
  const part = serialPart(points.filter(({ workers }) => workers <= cores));
  const alone = Math.min(...rows.filter((row) => row.workers === 1).map((row) => timed(row).median));
  const drawn = rows.map((row) => ({ ...row, speedUp: alone / timed(row).median }));
  tell({
    kind: 'speedUp',
    title: `${name}: over one worker at its best`,
    rows: drawn,
    serial: part,
  });
  if (part === undefined) continue; // One core: nothing to compare.
  const gain = (n: number) => amdahl(part, n + 1) / amdahl(part, n);
  let enough = 1;
  while (enough < 1000 && gain(enough) > 1.05) enough++;
  console.log(
    `${name}: ${(100 * part).toFixed(0)}% of it is serial by Amdahl's law: ${(1 / part).toFixed(1)} times at most; ` +
      `from ${enough} workers on one more gains less than 5%`,
  );
}
