import { Pool, tasks } from 'mandoline/pool';

const { square } = tasks(new URL('./squares.mjs', import.meta.url));
const pool = new Pool({ workers: 2 });
const squares = pool.map(square, [1, 2, 3]);
console.log(squares);
console.log(squares.length);
pool.close();
