// `map` of an array and `map` of a pool: the same function, the same results in the same order.
//     npm run lesson -- maps
import { complexGrid } from 'mandoline';
import { Pool, tasks } from 'mandoline/pool';
import { sumOfCounts } from './sums.js';

const pooled = tasks<typeof import('./sums.js')>(new URL('./sums.js', import.meta.url));
const grids = [1, 2, 3, 4].map((extent) => complexGrid(extent, 50));

const pool = new Pool({ workers: 2 });
console.log('array:', grids.map(sumOfCounts));
console.log('pool: ', await pool.map(pooled.sumOfCounts, grids));

pool.close(); // No more calls; those under way are finished.
await pool.join(); // Until the workers are gone.
await pool.map(pooled.sumOfCounts, grids).catch((error) => console.log(String(error)));
console.log('and the program continues');
