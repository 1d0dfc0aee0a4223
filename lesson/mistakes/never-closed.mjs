import { Pool, tasks } from 'mandoline/pool';

const { square } = tasks(new URL('./squares.mjs', import.meta.url));
const pool = new Pool({ workers: 2 });
console.log(await pool.map(square, [1, 2, 3]));
await pool.join().catch((error) => console.log(String(error)));
console.log('the program ends');
