// A picture band by band, in memory that does not grow with it: workers compute and paint slices, and the reader gets them
// in order, from the top.
import { channelsOf, pixelBytes } from '../color/coloring.js';
import type { PixelFormat } from '../color/image.js';
import { pixelFormat } from '../color/paint.js';
import { needsSample, sampleOf, sampleStep, type Tones, tonesOf } from '../color/tones.js';
import type { ChannelName, Field } from '../field/field.js';
import { partial, type SliceRange, type Task, tasks, type WorkerShare } from '../pool/index.js';
import { parseScene, type Scene } from '../scene/scene.js';
import { sharedMemory } from '../shared-memory.js';
import { type Band, type BandJob, computeBand, now, pointBytes } from './band.js';
import { addReport, type ExactSummary, emptyReport, isExact, summaryOf } from './exact-job.js';
import { gatheredBand } from './gathered.js';
import {
  defaultSlices,
  filledSlices,
  partSlices,
  pictureShape,
  prepareJob,
  samplesOf,
  sceneShape,
  sliceRanges,
  wholePart,
} from './job.js';
import { checkedBytes } from './memory.js';
import { estimatedSeconds, withReference } from './reference.js';
import type { RenderJob } from './render-job.js';
import { takeTurns } from './turns.js';
import { anySeed, type Verified, verifyError } from './verify.js';
import { type ComputeOptions, emptyField, type Work, wholeField } from './whole.js';

const worker = tasks<typeof import('./band.js')>(new URL('./band.js', import.meta.url));

const gatherer = tasks<typeof import('./gathered.js')>(new URL('./gathered.js', import.meta.url));

/** How a band is made: by a worker, or in this thread. */
export interface BandWork {
  readonly task: Task<(range: SliceRange) => Band | Promise<Band>>;
  run(range: SliceRange): Band | Promise<Band>;
}

const plainWork = (job: BandJob): BandWork => ({
  task: partial(worker.computeBand, job),
  run: (range) => computeBand(range, job),
});

export interface StreamOptions extends ComputeOptions {
  /** Channels in addition to counts and those that the colours need. */
  readonly channels?: readonly ChannelName[] | undefined;
  /** Whether bands have pixels. */
  readonly isPainted: boolean;
  /** The slices to make, in order; each is requested when there is room. Default: all slices with rows. */
  readonly numbers?: Iterable<number> | undefined;
  /** How bands are made. Default: computed, and not stored. */
  readonly via?: ((job: BandJob) => BandWork) | undefined;
  /** Whether all slices are kept somewhere, so that none has to be computed. */
  readonly areKept?: boolean | undefined;
  /** Told, before the first slice of an exact picture, how many seconds all of them will take, about. */
  readonly onEstimate?: ((seconds: number) => void) | undefined;
}

/** A scene that is computed while it is read. */
export interface FieldStream {
  readonly scene: Scene;
  /** Sample points. */
  readonly rows: number;
  readonly columns: number;
  /** The channels that bands have. */
  readonly channels: readonly ChannelName[];
  /** The picture's form, if bands have pixels. */
  readonly format: PixelFormat | undefined;
  /** To be read once, in order: the next request overwrites a band. Rejects as `render` does. */
  readonly bands: AsyncIterable<Band>;
  /** The summary, after all bands were read. */
  summary(): Summary;
}

export interface Summary {
  readonly work: Work;
  readonly counts: { readonly min: number; readonly max: number; readonly sum: number };
  readonly verified?: Verified | undefined;
  /** Numbers of slices that were computed, read from a store, or damaged there and recomputed. */
  readonly origins: Readonly<Record<Band['origin'], number>>;
  /** How exact arithmetic settled the points that were computed now. */
  readonly exact?: ExactSummary | undefined;
}

/** Bytes of a band in progress, for the default number of slices. */
const slotBytes = 2 ** 25;
/** Bands in progress or waiting for the reader, per worker and in addition. */
const slotsPerWorker = 2;
const moreSlots = 2;

/** Bytes of memory per sample point of a band. */
const bandBytes = (scene: Scene, channels: readonly ChannelName[]): number =>
  pointBytes(channels, scene.iterations) + pixelBytes(scene) / samplesOf(scene) ** 2;

/** The fewest slices that each have a reasonable size in memory. */
export function fewestSlices(scene: Scene, channels: readonly ChannelName[]): number {
  const [rows, columns] = sceneShape(scene);
  return Math.ceil((rows * columns * bandBytes(scene, channels)) / slotBytes);
}

/** The number of slices of a picture, and the memory that it needs while it is made. */
export function streamShape(
  scene: Scene,
  workers: number,
  channels: readonly ChannelName[],
  slices?: number,
) {
  const [rows, columns] = sceneShape(scene);
  const samples = samplesOf(scene);
  const bytes = bandBytes(scene, channels);
  const fewest = Math.max(defaultSlices(rows / samples, workers), fewestSlices(scene, channels));
  const cut = slices ?? Math.min(rows / samples, fewest);
  const slots = Math.min(cut, slotsPerWorker * Math.max(1, workers) + moreSlots);
  const slot = Math.ceil(rows / samples / cut) * samples * columns * bytes;
  return { slices: cut, slots, slot: Math.ceil(slot / 8) * 8 };
}

/** The channels that a stream must have. */
export const streamedChannels = (scene: Scene, wanted: readonly ChannelName[], isPainted: boolean) => [
  ...new Set([...(isPainted ? channelsOf(scene) : []), ...wanted]),
];

/**
 * Prepares a scene and estimates its colours from a sample of its points. Throws SceneError for an invalid scene,
 * LimitError if a band needs more than 4 GiB.
 */
export async function streamScene(given: Scene, options: StreamOptions): Promise<FieldStream> {
  const { isPainted } = options;
  const called = now();
  const ready = await makeReady(given, options.channels ?? [], options);
  const { scene, job, channels } = ready;
  const [rows, columns] = sceneShape(scene);
  const [height, width] = pictureShape(scene);
  const about = { scene, rows, columns, channels };
  if (options.onEstimate && isExact(job) && job.tables) {
    options.onEstimate(await estimatedSeconds(job, options));
  }
  if (!(isExact(job) && isPainted && needsSample(scene))) {
    const tones = isPainted ? await findTones(ready, options) : undefined;
    return {
      ...about,
      ...startBands(ready, called, options, tones),
      format: tones && pixelFormat(tones, width, height),
    };
  }
  // Single points of a sample would cost exact arithmetic as much as tiles: all are counted first, then painted.
  const field = emptyField(scene, []);
  const counted = startBands(ready, called, options, undefined);
  for await (const { start, counts } of counted.bands) field.counts.set(counts, start * columns);
  const tones = await tonesOf(sampleOf(field), scene);
  const painting = { ...options, via: viaField(field), verify: false, onProgress: undefined };
  return {
    ...about,
    bands: startBands(ready, called, painting, tones).bands,
    summary: counted.summary,
    format: pixelFormat(tones, width, height),
  };
}

/** Bands of a field that is there as a whole. */
export const viaField =
  (field: Field) =>
  (job: BandJob): BandWork => ({
    task: partial(partial(gatherer.gatheredBand, field), job),
    run: (range) => gatheredBand(range, job, field),
  });

/** The bands of a scene that is ready, and what is told of them once they were read. */
function startBands(
  { scene, job, channels, setup }: Ready,
  called: number,
  options: StreamOptions,
  tones: Tones | undefined,
): Pick<FieldStream, 'bands' | 'summary'> {
  const { pool, exact = 'enclosures', via = plainWork, verify, signal } = options;
  const shape = streamShape(scene, pool?.workers ?? 0, channels, options.slices);
  const { slices } = shape;
  const [rows, columns] = sceneShape(scene);
  checkedBytes(`a slice of ${columns} x ${Math.ceil(rows / slices)} points`, shape.slot);
  const slots = Array.from({ length: shape.slots }, () => sharedMemory(shape.slot));
  const seed = verify ? (typeof verify === 'object' ? verify.seed : anySeed()) : undefined;
  const work = via({ render: job, setup, channels, exact, tones, seed, slots });

  const ledger = newLedger(called, job);
  const filled = filledSlices(scene, slices);
  function* ranges(): Generator<SliceRange> {
    let sent = 0;
    // Slices without rows would take slots from others.
    const numbers = options.numbers ?? partSlices(wholePart, filled);
    for (const range of sliceRanges(scene, slices, numbers)) yield { ...range, index: sent++ };
  }

  async function* bands(): AsyncGenerator<Band> {
    const made = pool
      ? pool.imap(work.task, ranges(), { bufferSize: slots.length, signal })
      : inThisThread(work, ranges(), signal);
    let done = 0;
    for await (const band of made) {
      if (band.wrong) throw verifyError(band.wrong, seed!);
      ledger.add(band);
      options.onProgress?.({ done: ++done, slices: filled });
      yield band;
    }
  }

  return {
    bands: bands(),
    summary: () =>
      ledger.summary(options.numbers ? undefined : slices, Math.max(1, pool?.workers ?? 0), seed),
  };
}

async function* inThisThread(
  { run }: BandWork,
  ranges: Iterable<SliceRange>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Band> {
  const turns = takeTurns(signal);
  for (const range of ranges) {
    yield await run(range);
    if (turns.isDue()) await turns.give();
  }
}

/** A scene and everything for computing its bands. */
type Ready = Awaited<ReturnType<typeof makeReady>>;

async function makeReady(
  given: Scene,
  wanted: readonly ChannelName[],
  options: Pick<StreamOptions, 'isPainted' | 'areKept' | 'pool' | 'signal' | 'onReference'>,
) {
  const channels = streamedChannels(parseScene(given), wanted, options.isPainted);
  const { scene, job, setup } = prepareJob(given, channels);
  return { scene, channels, setup, job: options.areKept ? job : await withReference(job, options) };
}

/** How to paint, from every k-th row and column of the sample points. */
async function findTones(
  { scene, job, channels, setup }: Ready,
  { pool, exact, signal }: ComputeOptions,
): Promise<Tones> {
  if (!needsSample(scene)) return tonesOf(undefined, scene);
  if (isExact(job)) {
    const whole = wholeField(job);
    await whole.compute({ pool, signal });
    return tonesOf(sampleOf(whole.field), scene);
  }
  const { rowRe, rowIm, columnRe, columnIm } = job.points;
  const step = sampleStep(rowRe.length, columnRe.length);
  const some = (all: Float64Array) => all.filter((_, i) => i % step === 0);
  const points = {
    rowRe: some(rowRe),
    rowIm: some(rowIm),
    columnRe: some(columnRe),
    columnIm: some(columnIm),
  };
  const sample = wholeField({ ...job, points }, setup, channels);
  await sample.compute({ pool, exact, signal });
  return tonesOf(sample.field, scene);
}

/** The values at the ends of the palette in a picture of this scene. Throws as `streamScene`. */
export async function findRange(
  given: Scene,
  options: ComputeOptions = {},
): Promise<readonly [least: number, most: number]> {
  const { curve } = await findTones(await makeReady(given, [], { ...options, isPainted: true }), options);
  return [curve.least, curve.most];
}

/** Adds up the reports of bands. */
function newLedger(called: number, job: RenderJob) {
  const shares = new Map<string, { slices: number; rows: number; busy: number }>();
  let [least, most, sum, verified] = [Infinity, 0, 0, 0];
  let [first, last] = [Infinity, called];
  const origins = { computed: 0, kept: 0, mended: 0 };
  const settled = emptyReport();
  return {
    add(band: Band): void {
      origins[band.origin]++;
      const share = shares.get(band.worker) ?? { slices: 0, rows: 0, busy: 0 };
      share.slices++;
      share.rows += band.rows;
      share.busy += band.milliseconds / 1000;
      shares.set(band.worker, share);
      least = Math.min(least, band.least);
      most = Math.max(most, band.most);
      sum += band.sum;
      verified += band.verified;
      if (band.settled) addReport(settled, band.settled);
      first = Math.min(first, band.begun);
      last = Math.max(last, band.begun + band.milliseconds);
    },
    summary(slices: number | undefined, workers: number, seed: number | undefined): Summary {
      const idle = { slices: 0, rows: 0, busy: 0 };
      const all: WorkerShare[] = [...shares.values()];
      while (all.length < workers) all.push(idle);
      return {
        work: {
          slices: slices ?? all.reduce((done, share) => done + share.slices, 0),
          shares: all,
          start: (Math.min(first, last) - called) / 1000,
          compute: Math.max(0, last - first) / 1000,
        },
        counts: { min: Math.min(least, most), max: most, sum },
        origins,
        ...(seed !== undefined && { verified: { points: verified, seed } }),
        ...(isExact(job) && job.tables && { exact: summaryOf(job, settled) }),
      };
    },
  };
}

/** One source for several readers at the same pace: a chunk is valid until all of them request the next. */
export function shared<T>(source: AsyncIterable<T>, readers: number): AsyncIterable<T>[] {
  const iterator = source[Symbol.asyncIterator]();
  let left = readers;
  let waiting: { resolve(result: IteratorResult<T>): void; reject(error: unknown): void }[] = [];
  function goOn(): void {
    if (left === 0) void iterator.return?.();
    if (waiting.length < left || waiting.length === 0) return;
    const all = waiting;
    waiting = [];
    iterator.next().then(
      (result) => {
        for (const { resolve } of all) resolve(result);
      },
      (error) => {
        for (const { reject } of all) reject(error);
      },
    );
  }
  const reader = (): AsyncIterableIterator<T> => ({
    next: () =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        goOn();
      }),
    async return(value?: unknown) {
      left--;
      goOn();
      return { done: true, value };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  });
  return Array.from({ length: readers }, reader);
}
