// A scene's field computed by the ranks of an MPI program: rank 0 scatters the work, all compute, rank 0 gathers. How ranks
// talk is mpi.ts's; the slices are the renderer's.
import { ClusterError } from '../errors.js';
import type { ChannelName, Field } from '../field/field.js';
import type { Exact } from '../kernel/kernel.js';
import { Pool, partial, tasks, type WorkerShare } from '../pool/index.js';
import type { Band } from '../render/band.js';
import { arraysOf, gatheredBand, placeRows } from '../render/gathered.js';
import { filledSlices, partSlices } from '../render/job.js';
import { type StreamOptions, streamScene } from '../render/stream.js';
import type { Verified } from '../render/verify.js';
import { emptyField, type Work } from '../render/whole.js';
import type { Scene } from '../scene/scene.js';
import type { World } from './mpi.js';

const worker = tasks<typeof import('../render/gathered.js')>(
  new URL('../render/gathered.js', import.meta.url),
);

/**
 * Who takes which slice: `static`, each rank every so-many-th, which is settled beforehand; `dynamic`, the next one, when
 * a rank has done the one before.
 */
export const schedules = ['static', 'dynamic'] as const;
export type Schedule = (typeof schedules)[number];

/** What rank 0 tells the others. */
export interface RankJob {
  readonly scene: Scene;
  readonly channels: readonly ChannelName[];
  readonly slices: number;
  readonly schedule: Schedule;
  /** Threads of each rank; 0: none besides its own. */
  readonly workers: number;
  readonly exact?: Exact | undefined;
  /** The seed of the points that are verified, where they are to be. */
  readonly seed?: number | undefined;
}

/** A field that came from all ranks. */
export interface GatheredField {
  readonly field: Field;
  /** The bands of a picture of it. */
  readonly via: NonNullable<StreamOptions['via']>;
  /** A share for each rank. */
  readonly work: Work;
  readonly verified?: Verified | undefined;
}

/** What a rank tells rank 0 in the end. */
interface RankReport {
  readonly share: WorkerShare;
  readonly verified: number;
}

/** So many slices may be on their way from a rank while it computes others. */
const mostPosted = 8;

/** As rank 0: lets all ranks compute a field, and gathers it. Throws LimitError for more than 4 GiB of counts. */
export async function computeOnRanks(world: World, job: RankJob): Promise<GatheredField> {
  const { scene, channels, slices, seed } = job;
  const called = performance.now();
  const field = emptyField(scene, channels);
  world.scatter(Array.from({ length: world.size }, () => job));
  const begun = performance.now();
  // Rank 0 takes what has come after each slice of its own, so that little is left to be taken in the end.
  let working = world.size - 1;
  const note = new Int32Array(3);
  const takeRows = (isBusy: boolean) => {
    while (working > 0 && world.hear(note, isBusy)) {
      const [from, start, rows] = note as unknown as [number, number, number];
      if (rows === 0) working--;
      else for (const bytes of bytesOf(field, start, rows)) world.receive(bytes, from);
    }
  };
  const own = await computeShare(world, job, (band) => {
    placeRows(field, band);
    takeRows(true);
  });
  takeRows(false);
  const reports = world.gather(own.report)!;
  own.free();
  const seconds = { start: (begun - called) / 1000, compute: (performance.now() - begun) / 1000 };
  const points = reports.reduce((sum, { verified }) => sum + verified, 0);
  return {
    field,
    via: (band) => ({
      task: partial(partial(worker.gatheredBand, field), band),
      run: (range) => gatheredBand(range, band, field),
    }),
    work: { slices, shares: reports.map(({ share }) => share), ...seconds },
    ...(seed !== undefined && { verified: { points, seed } }),
  };
}

/** As another rank: computes what rank 0 tells it to, and sends it there. */
export async function serveRank(world: World): Promise<void> {
  const job = world.scatter<RankJob>();
  const posted: Posted[] = [];
  try {
    const own = await computeShare(world, job, (band) => {
      const kept = posted.length < mostPosted ? newPosted(band) : posted.shift()!;
      kept.wait();
      world.tell(Int32Array.of(world.rank, band.start, band.rows), 0);
      const sent = arraysOf(band).map(([, numbers], i) => {
        const bytes = kept.memory[i]!.subarray(0, numbers.byteLength);
        bytes.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
        return world.post(bytes, 0);
      });
      posted.push({
        memory: kept.memory,
        wait() {
          for (const each of sent) each.wait();
        },
      });
    });
    world.tell(Int32Array.of(world.rank, 0, 0), 0);
    for (const { wait } of posted) wait();
    world.gather(own.report);
    own.free();
  } catch (error) {
    throw new ClusterError(`rank ${world.rank}: ${(error as Error).message}`, { cause: error });
  }
}

/** Copies of a band's arrays, since its memory is used again, until they are received. */
interface Posted {
  readonly memory: readonly Uint8Array[];
  wait(): void;
}

/** The first slices are the highest. */
const newPosted = (band: Band): Posted => ({
  memory: arraysOf(band).map(([, { byteLength }]) => new Uint8Array(byteLength)),
  wait: () => {},
});

/** Computes the slices of this rank; `take` gets each band, whose memory is used again. */
async function computeShare(
  { rank, size, counter }: World,
  { scene, channels, slices, schedule, workers, exact, seed }: RankJob,
  take: (band: Band) => void,
): Promise<{ readonly report: RankReport; free(): void }> {
  const shared = schedule === 'dynamic' ? counter() : undefined;
  const filled = filledSlices(scene, slices);
  const numbers = shared ? upTo(filled, shared.next) : partSlices({ number: rank + 1, of: size }, filled);
  const pool = workers > 0 ? new Pool({ workers, retries: 2 }) : undefined;
  try {
    const verify = seed === undefined ? false : { seed };
    const options = { pool, channels, slices, numbers, exact, verify, isPainted: false };
    const stream = await streamScene(scene, options);
    for await (const band of stream.bands) take(band);
    const { work, verified } = stream.summary();
    return {
      report: { share: sum(work.shares), verified: verified?.points ?? 0 },
      free: () => shared?.free(),
    };
  } finally {
    pool?.terminate();
  }
}

function* upTo(end: number, next: () => number): Generator<number> {
  for (let number = next(); number < end; number = next()) yield number;
}

/** The bytes of some rows, array after array, in memory of the field. */
const bytesOf = (field: Field, start: number, rows: number): Uint8Array[] =>
  arraysOf(field).map(([, numbers]) => {
    const some = numbers.subarray(start * field.columns, (start + rows) * field.columns);
    return new Uint8Array(some.buffer, some.byteOffset, some.byteLength);
  });

const sum = (shares: readonly WorkerShare[]): WorkerShare =>
  shares.reduce((all, each) => ({
    slices: all.slices + each.slices,
    rows: all.rows + each.rows,
    busy: all.busy + each.busy,
  }));
