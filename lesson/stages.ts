// What the three programs share beside the lesson: their arguments, a clock for each stage, and the result's
// fingerprint, by which one sees that all three made the same array.
import { createHash } from 'node:crypto';
import type { Field } from 'mandoline';

/** `nSlices` and `nWorkers` from the command line. */
export function readArguments(): { nSlices: number; nWorkers: number } {
  const given = process.argv.slice(2);
  const [nSlices = 1, nWorkers = 2] = given.map(Number);
  const fine =
    given.length <= 2 && [nSlices, nWorkers].every((n) => Number.isInteger(n) && n >= 1 && n <= 1e6);
  if (!fine) {
    console.error(
      `${given.join(' ')}: must be N_SLICES N_WORKERS, two whole numbers from 1 on, such as 2000 2`,
    );
    process.exit(2);
  }
  return { nSlices, nWorkers };
}

/** Runs one stage and prints how long it took. */
export async function stage<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  console.log(`${name.padEnd(12)} ${((performance.now() - start) / 1000).toFixed(3)} s`);
  return result;
}

/** Prints what came out, and how long the whole program took. */
export function report({ rows, columns, counts }: Field): void {
  let sum = 0;
  for (const count of counts) sum += count;
  const hash = createHash('sha256').update(counts).digest('hex');
  console.log(`whole        ${(performance.now() / 1000).toFixed(3)} s`);
  console.log(`${rows} x ${columns} counts, sum ${sum}, sha256 ${hash}`);
}
