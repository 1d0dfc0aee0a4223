// The job of a slice in the queue: plain data that defines it. Whoever can write to the server can put
// anything there, so all that is read from Redis is checked here, where it is read. What is done with it is slice.ts's.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import * as v from 'valibot';
import { oneLine } from '../printable.js';
import { channelNames } from '../render/channel-types.js';
import { stepOperations } from '../render/cost.js';
import { filledSlices, sceneShape, sliceRanges } from '../render/job.js';
import { referenceCost } from '../render/reference-cost.js';
import { parseScene, type Scene } from '../scene/scene.js';
import { spell } from '../scene/spell.js';
import { tokenSchema } from './probe.js';

const text = (longest: number) => v.pipe(v.string(), v.maxLength(longest));
const number = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Characters of a scene: both parts of a centre may have a million digits. */
const longestScene = 2_500_000;

const jobSchema = v.strictObject({
  /** Whose code decides the numbers: see `codeVersion`. */
  code: text(100),
  /** The field, as its store has it: a scene in one line, without colours. */
  scene: text(longestScene),
  /** The arrays besides the counts. */
  channels: v.pipe(v.array(v.picklist(channelNames)), v.maxLength(channelNames.length)),
  /** Into how many slices the field is cut. */
  slices: number,
  /** Which of them, from 0. */
  index: number,
  /** Where the store is for whoever submitted it. */
  folder: v.pipe(text(4096), v.check(isAbsolute)),
  /** The store's own, by which it is known where it is shared: see probe.ts. */
  token: tokenSchema,
});

export type SliceJob = v.InferOutput<typeof jobSchema>;

/** How often a slice is tried whose worker's thread, or whose whole worker, ends. */
export const tries = 3;

/** A slice that no worker will compute. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

const lost = 'Redis has lost its data';
/** Why a job failed whose data is lost: whoever submitted it queues it again. */
export const lostReason = `refused: ${lost}`;

/** A job as it is read from a queue. */
export interface QueuedJob {
  readonly id: string;
  /** Undefined for a job that is not a slice's. */
  readonly slice: SliceJob | undefined;
  /** Why it failed, for people; empty if it has not. */
  readonly reason: string;
}

/** Reads what Redis has of a job. */
export function readJob(id: string, job: { data: unknown; failedReason?: unknown } | undefined): QueuedJob {
  const result = v.safeParse(jobSchema, job?.data);
  return { id, slice: result.success ? result.output : undefined, reason: reasonOf(job?.failedReason) };
}

/** Why a slice failed, for people. */
export function reasonOf(failedReason: unknown): string {
  const reason = typeof failedReason === 'string' ? failedReason : '';
  return reason.includes('stalled more than')
    ? `its worker ended ${tries} times while it was at it`
    : oneLine(reason);
}

const refusalsSchema = v.object({ by: v.pipe(v.array(text(300)), v.maxLength(100)), reason: text(10_000) });
/** By which workers a slice was refused, and why by the last of them. */
export type Refusals = v.InferOutput<typeof refusalsSchema>;

/** Reads what workers have noted of a slice that they refused. */
export function readRefusals(progress: unknown): Refusals {
  const result = v.safeParse(refusalsSchema, progress);
  if (!result.success) return { by: [], reason: '' };
  const { by, reason } = result.output;
  return { by: by.map((name) => oneLine(name)), reason: oneLine(reason) };
}

/**
 * The most points of a slice, and the most operations on doubles that all of its steps may take: an hour and a half of a
 * core for z^2 + c, up to some hours for others. A slice of a picture that somebody wants takes a second; what is beyond
 * is a mistake, or meant to do harm.
 */
const mostPoints = 2 ** 26;
const mostOperations = 7e13;
/** Each thread of a worker computes the reference of a deep view once. */
const mostReferenceSeconds = 3600;

/** The name of a slice's job: the same slice of the same field by the same code has one. */
export function jobId({ code, token, scene, channels, slices, index }: SliceJob): string {
  const whole = [code, token, scene, channels, slices, index].join('\n');
  return createHash('sha256').update(whole).digest('hex').slice(0, 40);
}

/** Checks what came out of a version's queue. Throws RefusedError for what is not a slice that a worker of it computes. */
export function checkJob(id: string | undefined, data: unknown, code: string): SliceJob {
  // Without its data a job is given as an empty one.
  if (JSON.stringify(data) === '{}') throw new RefusedError(lost);
  const result = v.safeParse(jobSchema, data);
  if (!result.success) {
    const [issue] = result.issues;
    throw new RefusedError(
      `${v.getDotPath(issue) ?? 'job'}: ${spell(issue.input)}: is not valid in the job of a slice`,
    );
  }
  const job = result.output;
  if (job.code !== code) throw new RefusedError(`code: it is for ${job.code}, and this is ${code}`);
  if (id !== jobId(job)) throw new RefusedError('its id is not that of its slice');
  checkSlices(fieldOf(job.scene), job.slices, job.index);
  return job;
}

/** Throws RefusedError where a slice is none of the scene's, or too much work. */
export function checkSlices(scene: Scene, slices: number, index: number): void {
  if (!(index < filledSlices(scene, slices)))
    throw new RefusedError(`slice ${index} of ${slices}: the field has no such slice`);
  const [range] = sliceRanges(scene, slices, [index]);
  const points = (range!.end - range!.start) * sceneShape(scene)[1];
  if (points > mostPoints)
    throw new RefusedError(
      `a slice of ${points} points: at most ${mostPoints} are accepted; give more slices`,
    );
  const reference = referenceCost(scene);
  if (reference && reference.seconds > mostReferenceSeconds)
    throw new RefusedError(
      `a reference of ${reference.steps} steps of ${reference.bits} bits takes too long; ` +
        'give fewer iterations or a larger width',
    );
  const operations = stepOperations(scene);
  if (points * scene.iterations * operations > mostOperations)
    throw new RefusedError(
      `${points} points of ${scene.iterations} iterations, each of ${operations} operations: at most ` +
        `${mostOperations} operations per slice are accepted; give more slices or fewer iterations`,
    );
}

/** The scene that was read last: slices come one after the other. */
let last: { readonly text: string; readonly scene: Scene } | undefined;

/** The scene of a text. Throws RefusedError for what is none. */
function fieldOf(text: string): Scene {
  if (last?.text !== text) {
    try {
      last = { text, scene: parseScene(JSON.parse(text)) };
    } catch (error) {
      throw new RefusedError(`scene: ${(error as Error).message}`);
    }
  }
  return last.scene;
}

/**
 * The version of the code that decides the numbers: the program's, and a hash of what its workers run, which the command
 * has in one file.
 */
export function codeVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const hash = createHash('sha256').update(readFileSync(new URL('./slice.js', import.meta.url)));
  return `${version}-${hash.digest('hex').slice(0, 12)}`;
}
