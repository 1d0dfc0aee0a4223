// Whether arguments and results can be collected once they have been used. Run with --expose-gc.
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, partial, tasks } from 'mandoline/pool';

const { bytesBehind, lengthOf, sum, scale } = tasks<typeof import('../jobs.js')>(
  new URL('../jobs.js', import.meta.url),
);
await using pool = new Pool({ workers: 2 });
const watched: WeakRef<object>[] = [];
const watch = <T extends object>(value: T): T => {
  watched.push(new WeakRef(value));
  return value;
};

async function use(): Promise<void> {
  await pool.map(bytesBehind, [watch(new Uint8Array(1000)), watch(new Uint8Array(1000))], { chunkSize: 1 });
  await pool.apply(lengthOf, [watch(new ArrayBuffer(1000))]);
  await pool.map(partial(scale, watch({ by: 3 })), [1, 2, 3]);
  watch(await pool.map(sum, [watch(new Float64Array(100))]));
  const results = pool.imap(bytesBehind, [watch(new Uint8Array(10)), watch(new Uint8Array(20))]);
  for await (const _ of watch(results));
  const left = pool.imap(bytesBehind, [watch(new Uint8Array(10)), watch(new Uint8Array(20))]);
  for await (const _ of left) break;
  await pool.map(bytesBehind, [watch(new Uint8Array(10)), 5 as unknown as Uint8Array]).catch(() => {});
  const controller = new AbortController();
  const aborted = pool.map(bytesBehind, [watch(new Uint8Array(10))], { signal: watch(controller).signal });
  controller.abort();
  await aborted.catch(() => {});
  const target = watch(new Uint8Array(100));
  await pool.fill(
    tasks<typeof import('../jobs.js')>(new URL('../jobs.js', import.meta.url)).fillLater,
    target,
    [],
  );
}
await use();
const left = () => watched.filter((each) => each.deref() !== undefined).length;
for (let round = 0; round < 100 && left() > 0; round++) {
  await sleep(10);
  globalThis.gc!();
}
console.log(JSON.stringify({ watched: watched.length, left: left() }));
