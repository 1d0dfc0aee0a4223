// How long each fault of a pool takes to settle, against the time that it is promised to take on an idle machine: the
// tests check what happens, this checks when.
//     npm run bench -- faults 20
// Prints the rounds' median and longest time as a Markdown table; the exit code is 1 if a median exceeds its promise.
import os from 'node:os';
import { median, Pool, tasks } from 'mandoline/pool';
import { settingOf } from '../test/pool/behaviours.js';
import { type Fault, faults } from '../test/pool/faults.js';

const rounds = Number(process.argv[2] ?? 20);
const jobs = tasks<typeof import('../test/pool/jobs.js')>(new URL('../test/pool/jobs.js', import.meta.url));
const pool = (options = {}) => new Pool({ workers: 2, ...options, onStrayError: () => {} });
const setting = settingOf({
  jobs,
  pool,
  worker: () => {
    throw new Error('not used here');
  },
  isNode: true,
  isolated: true,
  bundled: false,
});

/** Milliseconds of one round, in a pool that has started. */
async function measure({ options, cause }: Fault): Promise<number> {
  await using started = pool(options);
  await started.map(jobs.square, [1, 2], { chunkSize: 1 });
  const begun = performance.now();
  await cause(started, setting);
  return performance.now() - begun;
}

console.log(`${os.cpus()[0]?.model.trim()}, Node ${process.version}, 2 workers, ${rounds} rounds\n`);
console.log('| fault | median, ms | longest, ms | promised, ms |');
console.log('| --- | --- | --- | --- |');
for (const fault of faults) {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await measure(fault));
  const [middle, longest] = [median(times), Math.max(...times)].map((time) => time.toFixed(0));
  console.log(`| ${fault.name} | ${middle} | ${longest} | ${fault.within} |`);
  if (median(times) > fault.within) process.exitCode = 1;
}
