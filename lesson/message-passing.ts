// Message passing: every worker is a rank. Rank 0, this thread, scatters the slices, each rank computes what it
// was sent, and rank 0 gathers. Who computes which slice is settled before anybody begins.
//     npm run lesson -- message-passing 2000 2
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { arraySplit, type ComplexGrid, complexGrid, concatenate, type Field } from 'mandoline';
import { sliceRange } from 'mandoline/pool';
import { juliaSet } from './julia.js';
import { readArguments, report, stage } from './stages.js';

if (isMainThread) await rankZero();
else {
  const [{ slices, slow }] = (await once(parentPort!, 'message')) as [
    { slices: ComplexGrid[]; slow: boolean },
  ];
  const fractals = slices.map((slice) => juliaSet(slice, { iterations: 80, c: [-0.83, -0.22], slow }));
  parentPort!.postMessage(fractals);
  parentPort!.close();
}

async function rankZero() {
  const { nSlices, nWorkers, cells, slow } = readArguments(
    { nSlices: 2000, nWorkers: 2 },
    { cells: 2000, slow: false },
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
      rank.postMessage({ slices: slices.slice(start, end), slow });
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
