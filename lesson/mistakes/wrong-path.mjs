import { Pool, tasks } from 'mandoline/pool';

const { square } = tasks(new URL('./square.mjs', import.meta.url));
const pool = new Pool({ workers: 2 });
await pool.map(square, [1, 2, 3]).catch((error) => console.log(String(error)));
pool.close();
