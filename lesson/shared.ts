// The pool program without copies: workers make the points of a slice themselves, and write its counts where they belong.
//     npm run lesson -- shared 100 2
import { latticeAxis } from 'mandoline';
import { Pool, tasks } from 'mandoline/pool';
import { readArguments, report, stage } from './stages.js';

const { juliaRows } = tasks<typeof import('./julia-rows.js')>(new URL('./julia-rows.js', import.meta.url));
const { nSlices, nWorkers, cells, slow } = readArguments(
  { nSlices: 100, nWorkers: 2 },
  { cells: 2000, slow: false },
);

await using pool = new Pool({ workers: nWorkers });
const axis = latticeAxis({ extent: 2, cells });
const [rows, columns] = [axis.length, axis.length];
const counts = await stage('memory', () => new Uint16Array(new SharedArrayBuffer(2 * rows * columns)));
const parameters = { iterations: 80, c: [-0.83, -0.22], slow } as const;
await stage('compute', () => pool.fill(juliaRows, counts, [axis, parameters], { slices: nSlices, rows }));
report({ rows, columns, counts });
