import { Pool } from 'mandoline/pool';

const pool = new Pool({ workers: 2 });
const factor = 3;
await pool.map((x) => factor * x, [1, 2, 3]).catch((error) => console.log(String(error)));
pool.close();
