// The pool program without copies: workers make the points of a slice themselves, and write its counts where they belong.
//     npm run lesson -- shared 100 2
import { latticeAxis } from 'mandoline';
import { Pool, tasks } from 'mandoline/pool';
import { readArguments, report, stage } from './stages.js';

const { juliaRows } = tasks<typeof import('./julia-rows.js')>(new URL('./julia-rows.js', import.meta.url));
const { nSlices, nWorkers, cells, iterations } = readArguments(
  { nSlices: 100, nWorkers: 2 },
  { cells: 1100, iterations: 500 },
);

await using pool = new Pool({ workers: nWorkers });
const axis = latticeAxis({ extent: 2, cells });
const [rows, columns] = [axis.length, axis.length];
const counts = await stage('memory', () => new Uint16Array(new SharedArrayBuffer(2 * rows * columns)));
const parameters = { iterations, c: [-0.83, -0.22] } as const;
await stage('compute', () => pool.fill(juliaRows, counts, [axis, parameters], { slices: nSlices, rows }));
report({ rows, columns, counts });
