// A program that drops an argument, a result and an open pool, and tells what of it was collected.
import { isMainThread } from 'node:worker_threads';
import { Pool, tasks } from 'mandoline/pool';

export const echo = (value: object): object => value;

const self = tasks<typeof import('./dropped.js')>(new URL(import.meta.url));
if (isMainThread) await main();

async function main(): Promise<void> {
  const collected: string[] = [];
  const registry = new FinalizationRegistry((name: string) => collected.push(name));
  let pool: Pool | undefined = new Pool({ workers: 1 });
  await call(pool);
  for (let i = 0; i < 500 && collected.length < 2; i++) await turn();
  console.log(
    collected
      .sort()
      .map((name) => `${name} gone`)
      .join(', '),
  );
  pool = undefined;
  // Until the pool's own registry has been told.
  const warn = console.warn;
  let warned = false;
  console.warn = (text: string) => {
    warned = true;
    warn(text);
  };
  for (let i = 0; i < 500 && !warned; i++) await turn();

  async function call(pool: Pool): Promise<void> {
    const argument = { large: new Array(1000).fill(1) };
    registry.register(argument, 'argument');
    registry.register(await pool.apply(self.echo, [argument]), 'result');
  }
}

async function turn(): Promise<void> {
  globalThis.gc!();
  await new Promise((resolve) => setTimeout(resolve, 2));
}
