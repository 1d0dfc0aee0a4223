// Shared by all commands that write a scene's files: computes the scene, or reads it from a store, while the files are
// written, and reports the times.

import type { GatheredField, Schedule } from '../cluster/mpi-render.js';
import { type FieldBands, pixelsOf } from '../encode/formats.js';
import { knowsKitty, terminalPicture } from '../encode/terminal.js';
import { Pool } from '../pool/index.js';
import { compressWith } from '../render/compress.node.js';
import { sceneShape } from '../render/job.js';
import type { Store } from '../render/store.node.js';
import { type FieldStream, type StreamOptions, shared, streamScene } from '../render/stream.js';
import { listStore } from '../render/survey.node.js';
import { sayCost, sayEstimate } from './exact-report.js';
import type { OutputFlags } from './outputs.js';
import { renderDocument, sayReport, sayScene, type Written } from './render-report.js';
import type { NamedScene } from './scene-flags.js';
import { needsOf, type Target } from './targets.js';
import { knowsSixel } from './terminal-answer.js';
import { progressLine } from './text.js';

/** Whether a picture is made, not only arrays. */
export const isPainted = (flags: OutputFlags, targets: readonly Target[]): boolean =>
  flags.preview === true || targets.some(({ format }) => needsOf(format).isPicture);

export interface Drawing extends Pick<StreamOptions, 'channels' | 'exact' | 'verify'> {
  readonly named: NamedScene;
  /** 0: this thread does everything. */
  readonly workers: number;
  readonly slices: number;
  readonly store?: Store | undefined;
  /** The slices of one part of the work, if only a part is computed. */
  readonly share?: { readonly said: string; readonly size: number; readonly numbers: Iterable<number> };
  /** The ranks that compute everything before it is written, if any. */
  readonly ranks?: RanksAtWork;
}

export interface RanksAtWork {
  readonly size: number;
  readonly schedule: Schedule;
  compute(): Promise<GatheredField>;
}

/** Computes a scene, writes the files and reports. */
export async function draw(
  { named, workers, share, ranks, ...drawing }: Drawing,
  flags: OutputFlags,
  targets: readonly Target[],
): Promise<void> {
  const { scene } = named;
  const { slices, store } = drawing;
  const talk = !flags.quiet && !flags.json;
  const [rows, columns] = sceneShape(scene);
  const shareSize = share?.size ?? slices;
  if (talk) sayScene(named, slices, { workers, ranks: ranks?.size, share: share?.said });
  const called = performance.now() / 1000;
  const gathered = await ranks?.compute();
  const isExact = scene.arithmetic === 'exact';
  const isComputed = !gathered && !(isExact && store && listStore(store, []).every(Boolean));
  if (talk && isComputed) sayCost(scene);
  const line =
    flags.quiet || gathered
      ? undefined
      : await progressLine((rows * columns * shareSize) / slices, shareSize);
  const pool = workers === 0 ? undefined : new Pool({ workers, retries: 2 });
  try {
    const stream = await streamScene(scene, {
      ...drawing,
      pool,
      isPainted: isPainted(flags, targets),
      numbers: share?.numbers,
      via: gathered?.via ?? store?.work,
      verify: !gathered && drawing.verify,
      areKept: !isComputed,
      onReference: line?.onReference,
      onEstimate: talk ? (estimated) => sayEstimate(estimated * (shareSize / slices), workers) : undefined,
      onProgress: line && (({ done, slices }) => line.onProgress({ done, slices: share?.size ?? slices })),
    });
    const outputs = await write(stream, targets, pool, flags);
    line?.stop();
    const total = performance.now() / 1000;
    const summary = { ...stream.summary(), ...gathered };
    const { start, compute } = summary.work;
    const times = { start: called + start, compute, encode: total - called - start - compute, total };
    const report = {
      ...summary,
      scene,
      shape: [rows, columns] as const,
      workers,
      ranks,
      times,
      outputs,
      store,
    };
    if (talk) sayReport(report);
    if (flags.json) process.stdout.write(`${JSON.stringify(renderDocument(report), null, 2)}\n`);
  } finally {
    line?.stop();
    pool?.terminate();
  }
}

/** Writes all files at the same time. If one fails, the others are still written. */
async function write(
  stream: FieldStream,
  targets: readonly Target[],
  pool: Pool | undefined,
  { dtype = 'uint16', preview }: OutputFlags,
): Promise<Written[]> {
  if (targets.length === 0 && !preview) {
    for await (const _ of stream.bands);
    return [];
  }
  const readers = shared(stream.bands, targets.length + (preview ? 1 : 0));
  const written = targets.map(async ({ path, format, write }, i): Promise<Written> => {
    const making = { ...stream, bands: readers[i]!, dtype, compression: () => compressWith(pool) };
    return { path, format, bytes: await write(making) };
  });
  const shown = preview ? showPreview({ ...stream, bands: readers.at(-1)! }) : undefined;
  const ended = await Promise.allSettled([...written, shown]);
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  return Promise.all(written);
}

/** Shows the finished picture in the terminal. */
async function showPreview(field: FieldBands): Promise<void> {
  // A terminal of unknown size reports 0.
  const columns = process.stderr.columns || 80;
  const pixels = knowsKitty(process.env) ? 'kitty' : undefined;
  const protocol = pixels ?? ((await knowsSixel(process.stdin, process.stderr)) ? 'sixel' : 'blocks');
  process.stderr.write(await terminalPicture(field.format!, pixelsOf(field), columns, protocol));
}
