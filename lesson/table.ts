// The whole program, from its start to its end, for numbers of slices and workers, compared with the serial program.
//     npm run lesson -- table
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { amdahl, summarizeSpeedUp } from 'mandoline/pool';
import { tell } from './figures.js';
import { addChild, wantCores } from './load.js';
import { repeat } from './repeat.js';
import { readArguments } from './stages.js';

const { rounds, cells, iterations } = readArguments({}, { cells: 1100, rounds: 3, iterations: 500 });
const cores = availableParallelism();
wantCores(cores);
const workers = [...new Set([1, 2, cores, 2 * cores])].sort((a, b) => a - b);
// No more than there are rows.
const cuts = [2, 100, 2000].filter((slices) => slices <= 2 * cells);
const serial = { name: 'serial', slices: 1, workers: 0 };
const asked = ['pool', 'shared'].flatMap((name) =>
  workers.flatMap((n) => cuts.map((slices) => ({ name, slices, workers: n }))),
);
type Row = typeof serial;

/** Runs a program in its own process. */
async function run({ name, slices, workers }: Row): Promise<void> {
  const given = [slices, ...(workers > 0 ? [workers] : []), '--cells', cells, '--iterations', iterations];
  const path = fileURLToPath(new URL(`${name}.js`, import.meta.url));
  const child = fork(path, given.map(String), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  child.on('message', (message: { kind: string }) => {
    if (message.kind === 'load') addChild(message as Parameters<typeof addChild>[0]);
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${name} ${given.join(' ')}: ended with exit code ${code}`);
}

const key = ({ name, slices, workers }: Row) => `${name} ${slices} ${workers}`;
// Each program starts afresh, so there is nothing to warm up.
const works = [serial, ...asked].map((row) => [key(row), () => run(row)]);
const times = await repeat(rounds, Object.fromEntries(works), 0);
const timed = (row: Row) => times.get(key(row))!;
const speedUp = (row: Row) => timed(serial).median / timed(row).median;

console.log('program   slices  workers    best s  median s  speed-up  efficiency');
for (const row of [serial, ...asked]) {
  const { best, median } = timed(row);
  const efficiency = row.workers > 0 ? `${((100 * speedUp(row)) / row.workers).toFixed(0)}%` : '-';
  const numbers = [best.toFixed(3), median.toFixed(3), speedUp(row).toFixed(2)].map((text) =>
    text.padStart(10),
  );
  const names = `${row.name.padEnd(8)} ${String(row.slices).padStart(7)} ${String(row.workers).padStart(8)}`;
  console.log(`${names}${numbers.join('')}${efficiency.padStart(12)}`);
}

for (const name of ['pool', 'shared']) {
  const rows = asked.filter((row) => row.name === name);
  const [best] = rows.filter((row) => row.workers === 2).sort((one, other) => speedUp(other) - speedUp(one));
  console.log(
    `${name}: 2 workers and ${best!.slices} slices: ${speedUp(best!).toFixed(2)} times as fast as serial`,
  );
  // More workers than cores take turns, which is not what the law is about.
  const within = rows.filter(({ workers }) => workers <= cores);
  const summary = summarizeSpeedUp(within.map((row) => ({ ...row, times: timed(row).seconds })));
  const title = `${name}: speed-up over the serial program`;
  const drawn = rows.map((row) => ({ ...row, speedUp: speedUp(row) }));
  tell({ kind: 'speedUp', title, rows: drawn, serial: summary?.serial });
  // One core: nothing to compare.
  if (summary) console.log(`${name}: ${summary.text}${useless(summary.serial)}`);
}

/** The number of workers beyond which there is little to gain. */
function useless(serial: number | undefined): string {
  if (!serial) return '';
  const gain = (n: number) => amdahl(serial, n + 1) / amdahl(serial, n);
  let enough = 1;
  while (gain(enough) > 1.05) enough++;
  return `; beyond ${enough === 1 ? 'one worker' : `${enough} workers`}, each additional one adds less than 5%`;
}
