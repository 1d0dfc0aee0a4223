// A program in an engine without Symbol.dispose and Symbol.asyncDispose, as Safari's is: imports the pool once they are
// gone, and prints what a block with `await using` did.
const plain = Symbol;
const lacking = (description?: string) => plain(description);
const statics = Object.getOwnPropertyDescriptors(plain) as Record<string, PropertyDescriptor>;
const { dispose: _, asyncDispose: __, ...others } = statics;
Object.defineProperties(lacking, others);
Object.defineProperty(globalThis, 'Symbol', { value: lacking });
console.log(typeof Symbol.dispose, typeof Symbol.asyncDispose);

const { Pool, PoolClosedError, tasks } = await import('mandoline/pool');
const { square } = tasks<typeof import('../jobs.js')>(new URL('../jobs.js', import.meta.url));
const kept: InstanceType<typeof Pool>[] = [];
{
  await using pool = new Pool({ workers: 1 });
  kept.push(pool);
  console.log(await pool.apply(square, [3]));
}
console.log((await kept[0]!.apply(square, [3]).catch((error) => error)) instanceof PoolClosedError);
console.log(typeof Symbol.dispose, typeof Symbol.asyncDispose);
