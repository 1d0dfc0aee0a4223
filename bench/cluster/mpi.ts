// The lesson's job of 8000 x 8000 points by two ranks of MPI, each in one thread, against a pool of two workers in one
// process; both warm, in turn.
//     npm run bench -- cluster mpi [ROUNDS]
// Needs mpirun (Debian: apt install openmpi-bin). Either is timed from the scene to the whole field in new memory: that
// of the pool with compiling, making the memory, and the workers' slices in it; that of MPI with the same in both ranks,
// after MPI_Init, and with scattering the work and gathering the rows at rank 0. Starting is in neither.
import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { lessonScene, render } from 'mandoline';
import { median, Pool } from 'mandoline/pool';
import { sum as sumOf } from '../shared/sum.js';
import type { RanksTold } from './mpi-ranks.js';

/** Times of each kind that are taken together; the first ones warm up. */
const [warmUps, repeats] = [4, 5];
const scene = { ...lessonScene, lattice: { extent: 2, cells: 4000 } };
const asRoot = { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };

function ranks(schedule: string): RanksTold {
  const program = fileURLToPath(new URL('./mpi-ranks.js', import.meta.url));
  const given = ['-n', '2', '--oversubscribe', process.execPath, program, schedule];
  const job = [warmUps, repeats].map(String);
  const printed = execFileSync('mpirun', [...given, ...job], { env: { ...process.env, ...asRoot } });
  return JSON.parse(printed.toString());
}

async function inOneProcess(pool: Pool): Promise<RanksTold> {
  const seconds: number[] = [];
  let sum = 0;
  for (let i = -warmUps; i < repeats; i++) {
    const begun = performance.now();
    const { counts } = await render(scene, { pool });
    if (i >= 0) seconds.push((performance.now() - begun) / 1000);
    sum = sumOf(counts);
  }
  return { version: '', seconds, sum };
}

export async function run([rounds = '5']: readonly string[]): Promise<void> {
  const pool = new Pool({ workers: 2 });
  const all = { pool: [] as number[], static: [] as number[], dynamic: [] as number[] };
  let version = '';
  for (let round = 0; round < Number(rounds); round++) {
    const own = await inOneProcess(pool);
    all.pool.push(...own.seconds);
    for (const schedule of ['static', 'dynamic'] as const) {
      const told = ranks(schedule);
      if (told.sum !== own.sum) throw new Error(`${schedule}: the sum is ${told.sum}, not ${own.sum}`);
      all[schedule].push(...told.seconds);
      version = told.version;
    }
  }
  pool.terminate();
  const cpu = os.cpus()[0]?.model.trim();
  console.log(
    `${cpu}, ${os.availableParallelism()} cores, Node ${process.version}, ${version}, ${rounds} rounds of ${repeats}`,
  );
  const base = median(all.pool);
  const line = (what: string, seconds: readonly number[]) =>
    console.log(
      `${what.padEnd(40)} ${(median(seconds) * 1e3).toFixed(1).padStart(7)} ms  ` +
        `${(median(seconds) / base).toFixed(2)} x`,
    );
  line('a pool of 2 in one process', all.pool);
  line('2 ranks, --schedule static', all.static);
  line('2 ranks, --schedule dynamic', all.dynamic);
}
