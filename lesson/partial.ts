// Parameters that are the same for every item, three ways: `partial`, a function written for them, and what one would
// write first, a lambda, which no worker can be given.
//     npm run lesson -- partial
import { complexGrid } from 'mandoline';
import { Pool, partial, tasks } from 'mandoline/pool';

const { sumFor, sumOfCounts } = tasks<typeof import('./sums.js')>(new URL('./sums.js', import.meta.url));
const grids = [1, 2, 3, 4].map((extent) => complexGrid(extent, 50));
await using pool = new Pool({ workers: 2 });

const withPartial = partial(sumFor, { iterations: 500, c: [-0.83, -0.22] });
console.log('partial:  ', await pool.map(withPartial, grids));
console.log('written:  ', await pool.map(sumOfCounts, grids));

const lambda = (grid: { rows: number }) => grid.rows;
// @ts-expect-error The compiler says it first: a lambda is no task.
await pool.map(lambda, grids).catch((error) => console.log(`a lambda:  ${error}`));

const withLambda = partial(sumFor, { iterations: 500, c: [-0.83, -0.22], whenDone: () => {} } as never);
await pool.map(withLambda, grids).catch((error) => console.log(`among the parameters:  ${error}`));
