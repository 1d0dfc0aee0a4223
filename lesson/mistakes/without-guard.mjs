import { Pool, tasks } from 'mandoline/pool';

export function square(x) {
  return x * x;
}

const { square: pooled } = tasks(new URL(import.meta.url));
const pool = new Pool({ workers: 2 });
await pool.map(pooled, [1, 2, 3]).catch((error) => console.log(String(error)));
pool.close();
