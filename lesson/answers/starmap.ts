// Chapter 4: two parameters that both change from call to call.
//     npm run lesson -- answers/starmap
import { type Complex, complexGrid, formatComplex } from 'mandoline';
import { Pool, tasks } from 'mandoline/pool';

const { sumFor } = tasks<typeof import('../sums.js')>(new URL('../sums.js', import.meta.url));
const constants: Complex[] = [
  [-0.83, -0.22],
  [-0.123, 0.745],
  [0, 1],
];
const calls = constants.map((c, i) => [complexGrid(1 + i, 50), { iterations: 500, c }] as const);

await using pool = new Pool({ workers: 2 });
const sums = await pool.starmap(sumFor, calls);
sums.forEach((sum, i) => {
  console.log(`${formatComplex(constants[i]!).padEnd(13)} ${sum}`);
});
