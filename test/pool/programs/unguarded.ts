// A program whose task is in the same file as the pool that runs it, without a guard.
import { isMainThread } from 'node:worker_threads';
import { Pool, tasks } from 'mandoline/pool';

export const addOne = (x: number): number => x + 1;

// A worker has other arguments, but the same environment.
if (isMainThread) process.env.GUARDED = process.argv[2] ?? '';
if (isMainThread || !process.env.GUARDED) {
  const { addOne: task } = tasks<typeof import('./unguarded.js')>(new URL(import.meta.url));
  const pool = new Pool({ workers: 1 });
  try {
    console.log(JSON.stringify(await pool.map(task, [1, 2])));
  } catch (error) {
    console.log((error as Error).message);
  }
  pool.terminate();
  await pool.join();
}
