// How much memory a million items take on their way through a bounded buffer. Run with --expose-gc
// and a small --max-semi-space-size, for each thread's garbage counts as well.
import { Pool, tasks } from 'mandoline/pool';

const { square } = tasks<typeof import('../jobs.js')>(new URL('../jobs.js', import.meta.url));
const items = Number(process.argv[2]);
await using pool = new Pool({ workers: 2 });
function* upTo(length: number): Generator<number> {
  for (let i = 0; i < length; i++) yield i;
}
const used = (): number => process.memoryUsage().rss / 2 ** 20;
let sum = 0;
for await (const value of pool.imap(square, upTo(20_000), { chunkSize: 50, bufferSize: 1000 })) sum += value;
globalThis.gc!();
const before = used();
let peak = before;
let count = 0;
sum = 0;
for await (const value of pool.imap(square, upTo(items), { chunkSize: 50, bufferSize: 1000 })) {
  sum += Math.sqrt(value);
  if (++count % 1000 === 0) peak = Math.max(peak, used());
}
console.log(JSON.stringify({ count, sum, growth: Math.round(peak - before) }));
