// One piece of work timed again and again: what the first run takes, the best, the median, and how far they scatter.
//     npm run lesson -- timing
import { complexGrid } from 'mandoline';
import { tell } from './figures.js';
import { juliaSet } from './julia.js';
import { repeat } from './repeat.js';
import { readArguments } from './stages.js';

const { rounds, cells, iterations } = readArguments({}, { cells: 250, rounds: 9, iterations: 500 });
const grid = complexGrid(2, cells);
const work = () => juliaSet(grid, { iterations, c: [-0.83, -0.22] });
const { first, seconds, best, median } = (await repeat(rounds, { work })).get('work')!;

const milliseconds = (time: number) => `${(1000 * time).toFixed(1).padStart(8)} ms`;
console.log(`first    ${milliseconds(first)}  warm-up, not counted`);
seconds.forEach((time, i) => {
  console.log(`run ${String(i + 1).padEnd(4)} ${milliseconds(time)}`);
});
console.log(`best     ${milliseconds(best)}`);
console.log(`median   ${milliseconds(median)}`);
console.log(`worst    ${milliseconds(Math.max(...seconds))}`);
tell({ kind: 'runs', title: 'The same work, again and again', first, seconds });
