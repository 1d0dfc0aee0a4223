// Message passing: every worker is a rank. Rank 0, this thread, scatters the slices, each rank computes what it
// was sent, and rank 0 gathers. The slices of each rank are fixed before the work begins.
//     npm run lesson -- message-passing 2000 2
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { arraySplit, type ComplexGrid, complexGrid, concatenate, type Field } from 'mandoline';
import { sliceRange } from 'mandoline/pool';
import { juliaSet } from './julia.js';
import { readArguments, report, stage } from './stages.js';

if (isMainThread) await rankZero();
else {
  const [{ slices, iterations }] = (await once(parentPort!, 'message')) as [
    { slices: ComplexGrid[]; iterations: number },
  ];
  const fractals = slices.map((slice) => juliaSet(slice, { iterations, c: [-0.83, -0.22] }));
  parentPort!.postMessage(fractals);
  parentPort!.close();
}

async function rankZero() {
  const { nSlices, nWorkers, cells, iterations } = readArguments(
    { nSlices: 2000, nWorkers: 2 },
    { cells: 1100, iterations: 500 },
  );
  const ranks = await stage('start', () =>
    Promise.all(
      Array.from({ length: nWorkers }, async () => {
        const rank = new Worker(new URL(import.meta.url));
        await once(rank, 'online');
        return rank;
      }),
    ),
  );

  const grid = await stage('grid', () => complexGrid(2, cells));
  const slices = await stage('slices', () => arraySplit(grid, nSlices));
  const answers = ranks.map((rank) => once(rank, 'message') as Promise<[Field[]]>);
  await stage('scatter', () => {
    ranks.forEach((rank, i) => {
      const { start, end } = sliceRange(nSlices, nWorkers, i);
      rank.postMessage({ slices: slices.slice(start, end), iterations });
    });
  });
  const gathered = await stage('gather', () => Promise.all(answers));
  const fractal = await stage('concatenate', () => concatenate(gathered.flatMap(([fractals]) => fractals)));
  console.log(`sent         ${megabytes(grid.values)} MB, received ${megabytes(fractal.counts)} MB`);
  report(fractal);
}

function megabytes({ byteLength }: { byteLength: number }): number {
  return Math.round(byteLength / 1e6);
}
