// A program that drops a pool which is open, and one that it has closed. Run with --expose-gc.
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, tasks } from 'mandoline/pool';

const { squareLater } = tasks<typeof import('../jobs.js')>(new URL('../jobs.js', import.meta.url));
const warnings: string[] = [];
process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`));

async function drop(close: boolean): Promise<Promise<number[]>> {
  const pool = new Pool({ workers: 1 });
  await pool.map(squareLater, [1]);
  // A call that is under way is finished, whoever holds the pool.
  const last = Promise.all([pool.apply(squareLater, [3, 200])]);
  if (close) pool.close();
  return last;
}
const lasts = [drop(true), drop(false)];
// Each time something is dropped is collected; how soon depends on when the workers have ended their tasks.
while (warnings.length === 0) {
  await sleep(10);
  globalThis.gc!();
}
console.log(JSON.stringify({ warnings, values: await Promise.all(lasts) }));
