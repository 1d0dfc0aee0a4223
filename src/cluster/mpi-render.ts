// Computes a scene's field on the ranks of an MPI program: rank 0 scatters the job, all ranks compute, rank 0 gathers.
// mpi.ts does the communication, the renderer the slices.
import { ClusterError } from '../errors.js';
import type { ChannelName, Field } from '../field/field.js';
import type { Exact } from '../kernel/kernel.js';
import { Pool, partial, type SliceRange, tasks, type WorkerShare } from '../pool/index.js';
import type { BandJob, Rows } from '../render/band.js';
import { addReport, type ExactSummary, emptyReport, isExact, summaryOf } from '../render/exact-job.js';
import { arraysOf, computeRows, rowsOf } from '../render/gathered.js';
import { filledSlices, partSlices, prepareJob, sliceRanges } from '../render/job.js';
import { checkedBytes } from '../render/memory.js';
import { withReference } from '../render/reference.js';
import { type StreamOptions, streamShape, viaField } from '../render/stream.js';
import { type Verified, verifyError } from '../render/verify.js';
import { emptyField, type Work } from '../render/whole.js';
import type { Scene } from '../scene/scene.js';
import { sharedMemory } from '../shared-memory.js';
import type { World } from './mpi.js';

const worker = tasks<typeof import('../render/gathered.js')>(
  new URL('../render/gathered.js', import.meta.url),
);

/**
 * How slices are assigned: `static`, round-robin, fixed in advance; `dynamic`, the next slice whenever a rank has
 * finished its last.
 */
export const schedules = ['static', 'dynamic'] as const;
export type Schedule = (typeof schedules)[number];

/** The job that rank 0 sends to the others. */
export interface RankJob {
  readonly scene: Scene;
  readonly channels: readonly ChannelName[];
  readonly slices: number;
  readonly schedule: Schedule;
  /** Worker threads per rank; 0: the rank's own thread computes. */
  readonly workers: number;
  readonly exact?: Exact | undefined;
  /** The seed of the points to verify; undefined: none are verified. */
  readonly seed?: number | undefined;
}

/** A field gathered from all ranks. */
export interface GatheredField {
  readonly field: Field;
  /** The source of the bands of the field's picture. */
  readonly via: NonNullable<StreamOptions['via']>;
  /** One share per rank. */
  readonly work: Work;
  /** How exact arithmetic settled the points of all ranks. */
  readonly exact?: ExactSummary | undefined;
  readonly verified?: Verified | undefined;
}

/** A rank's final report to rank 0. */
interface RankReport {
  readonly share: WorkerShare;
  readonly verified: number;
  readonly exact: ExactSummary | undefined;
}

/** The most slices in transit from a rank while it computes others, which use other memory. */
const mostPosted = 8;

/** On rank 0: computes a field on all ranks and gathers it. Throws LimitError for more than 4 GiB of counts. */
export async function computeOnRanks(world: World, job: RankJob): Promise<GatheredField> {
  const { scene, channels, slices, seed } = job;
  const called = performance.now();
  const field = emptyField(scene, channels);
  world.scatter(Array.from({ length: world.size }, () => job));
  const begun = performance.now();
  // Rank 0 receives arrived slices after each of its own, so that few remain at the end.
  let working = world.size - 1;
  const note = new Int32Array(3);
  const takeRows = (isBusy: boolean) => {
    while (working > 0 && world.hear(note, isBusy)) {
      const [from, start, rows] = note as unknown as [number, number, number];
      if (rows === 0) working--;
      else for (const bytes of bytesOf(rowsOf(field, start, rows))) world.receive(bytes, from);
    }
  };
  const own = await computeShare(world, job, field, () => takeRows(true));
  takeRows(false);
  const reports = world.gather(own.report)!;
  own.free();
  const seconds = { start: (begun - called) / 1000, compute: (performance.now() - begun) / 1000 };
  const points = reports.reduce((sum, { verified }) => sum + verified, 0);
  return {
    field,
    via: viaField(field),
    work: { slices, shares: reports.map(({ share }) => share), ...seconds },
    ...(own.report.exact && { exact: sumOf(reports.map(({ exact }) => exact!)) }),
    ...(seed !== undefined && { verified: { points, seed } }),
  };
}

/** On other ranks: computes slices of rank 0's job and sends them there. */
export async function serveRank(world: World): Promise<void> {
  const job = world.scatter<RankJob>();
  const posted: ReturnType<World['post']>[][] = [];
  const wait = (sent: (typeof posted)[number]) => {
    for (const each of sent) each.wait();
  };
  try {
    const own = await computeShare(world, job, undefined, (rows) => {
      world.tell(Int32Array.of(world.rank, rows.start, rows.rows), 0);
      posted.push(bytesOf(rows).map((bytes) => world.post(bytes, 0)));
      if (posted.length > mostPosted) wait(posted.shift()!);
    });
    world.tell(Int32Array.of(world.rank, 0, 0), 0);
    posted.forEach(wait);
    world.gather(own.report);
    own.free();
  } catch (error) {
    throw new ClusterError(`rank ${world.rank}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Computes this rank's slices, in place in a field or, without one, in reused memory. `take` receives each, and may
 * keep the last `mostPosted` while others are computed.
 */
async function computeShare(
  { rank, size, counter }: World,
  { scene: given, channels, slices, schedule, workers, exact = 'enclosures', seed }: RankJob,
  field: Field | undefined,
  take: (rows: Rows) => void,
): Promise<{ readonly report: RankReport; free(): void }> {
  const shared = schedule === 'dynamic' ? counter() : undefined;
  const { scene, job: prepared, setup } = prepareJob(given, channels);
  const filled = filledSlices(scene, slices);
  const numbers = shared ? upTo(filled, shared.next) : partSlices({ number: rank + 1, of: size }, filled);
  const shape = streamShape(scene, workers, channels, slices);
  const memories = field ? 0 : shape.slots + mostPosted;
  checkedBytes('a slice', shape.slot);
  const pool = workers > 0 ? new Pool({ workers, retries: 2 }) : undefined;
  const share = { slices: 0, rows: 0, busy: 0 };
  const settled = emptyReport();
  let verified = 0;
  try {
    const render = await withReference(prepared, { pool });
    const job: BandJob = {
      render,
      channels,
      exact,
      tones: undefined,
      seed,
      setup,
      slots: Array.from({ length: memories }, () => sharedMemory(shape.slot)),
    };
    const ranges = inTurn(sliceRanges(scene, slices, numbers));
    const made = pool
      ? pool.imap(partial(partial(worker.computeRows, field), job), ranges, { bufferSize: shape.slots })
      : inThisThread(ranges, (range) => computeRows(range, job, field));
    for await (const rows of made) {
      if (rows.wrong) throw verifyError(rows.wrong, seed!);
      share.slices++;
      share.rows += rows.rows;
      share.busy += rows.milliseconds / 1000;
      verified += rows.verified;
      if (rows.settled) addReport(settled, rows.settled);
      take(rows);
    }
    const exactly = isExact(render) ? summaryOf(render, settled) : undefined;
    return { report: { share, verified, exact: exactly }, free: () => shared?.free() };
  } finally {
    pool?.terminate();
  }
}

/** Sums the reports; all ranks compute the same reference. */
function sumOf(summaries: readonly ExactSummary[]): ExactSummary {
  const sum = emptyReport();
  for (const { reference: _, ...settled } of summaries) addReport(sum, settled);
  return { reference: summaries[0]!.reference, ...sum };
}

function* inThisThread(ranges: Iterable<SliceRange>, work: (range: SliceRange) => Rows): Generator<Rows> {
  for (const range of ranges) yield work(range);
}

/** Numbers the ranges in this rank's order, which determines their memory. */
function* inTurn(ranges: Iterable<SliceRange>): Generator<SliceRange> {
  let index = 0;
  for (const range of ranges) yield { ...range, index: index++ };
}

function* upTo(end: number, next: () => number): Generator<number> {
  for (let number = next(); number < end; number = next()) yield number;
}

/** The bytes of some rows, one array after the other. */
const bytesOf = (rows: Field): Uint8Array[] =>
  arraysOf(rows).map(
    ([, { buffer, byteOffset, byteLength }]) => new Uint8Array(buffer, byteOffset, byteLength),
  );
