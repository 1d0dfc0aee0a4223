// What mpi.ts starts in each rank: the job again and again, and at the end what it took, told by rank 0.
import { lessonScene } from 'mandoline';
import { world } from '../../src/cluster/mpi.js';
import { computeOnRanks, type Schedule, serveRank } from '../../src/cluster/mpi-render.js';
import { streamShape } from '../../src/render/stream.js';
import { sum as sumOf } from '../shared/sum.js';

export interface RanksTold {
  readonly version: string;
  readonly seconds: readonly number[];
  /** Of the counts. */
  readonly sum: number;
}

const [schedule, warmUps, repeats] = process.argv.slice(2) as [Schedule, string, string];
const scene = { ...lessonScene, lattice: { extent: 2, cells: 4000 } };
const { slices } = streamShape(scene, 2, []);
const ranks = await world();
const seconds: number[] = [];
let sum = 0;
for (let i = -Number(warmUps); i < Number(repeats); i++) {
  ranks.barrier();
  const begun = performance.now();
  if (ranks.rank > 0) await serveRank(ranks);
  else {
    const { field } = await computeOnRanks(ranks, { scene, channels: [], slices, schedule, workers: 0 });
    if (i >= 0) seconds.push((performance.now() - begun) / 1000);
    sum = sumOf(field.counts);
  }
}
if (ranks.rank === 0) console.log(JSON.stringify({ version: ranks.version, seconds, sum }));
