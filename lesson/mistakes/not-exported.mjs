import { Pool, tasks } from 'mandoline/pool';

const { cube } = tasks(new URL('./squares.mjs', import.meta.url));
const pool = new Pool({ workers: 2 });
await pool.map(cube, [1, 2, 3]).catch((error) => console.log(String(error)));
pool.close();
