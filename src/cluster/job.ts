// A slice's job in the queue: plain data that defines the slice. Anyone with write access to the server can put
// anything there, so all data read from Redis is validated here. slice.ts computes the slice.
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

/** The most characters of a scene: both parts of a centre may have a million digits. */
const longestScene = 2_500_000;

const jobSchema = v.strictObject({
  /** The version of the code that determines the numbers: see `codeVersion`. */
  code: text(100),
  /** The field as described in its store: a scene on one line, without colours. */
  scene: text(longestScene),
  /** The arrays in addition to the counts. */
  channels: v.pipe(v.array(v.picklist(channelNames)), v.maxLength(channelNames.length)),
  /** The field's number of slices. */
  slices: number,
  /** The slice's index, from 0. */
  index: number,
  /** The store's path on the submitting machine. */
  folder: v.pipe(text(4096), v.check(isAbsolute)),
  /** Identifies the store on machines that share it: see probe.ts. */
  token: tokenSchema,
});

export type SliceJob = v.InferOutput<typeof jobSchema>;

/** Number of tries of a slice whose worker thread or whole worker dies. */
export const tries = 3;

/** A slice that no worker will compute. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

const lost = 'Redis has lost its data';
/** The failure reason of a job whose data is lost: its submitter queues it again. */
export const lostReason = `refused: ${lost}`;

/** A job as read from a queue. */
export interface QueuedJob {
  readonly id: string;
  /** Undefined if the job is not a slice's. */
  readonly slice: SliceJob | undefined;
  /** The readable failure reason; empty if it has not failed. */
  readonly reason: string;
}

/** Validates a job's data from Redis. */
export function readJob(id: string, job: { data: unknown; failedReason?: unknown } | undefined): QueuedJob {
  const result = v.safeParse(jobSchema, job?.data);
  return { id, slice: result.success ? result.output : undefined, reason: reasonOf(job?.failedReason) };
}

/** A slice's failure reason, readable. */
export function reasonOf(failedReason: unknown): string {
  const reason = typeof failedReason === 'string' ? failedReason : '';
  return reason.includes('stalled more than')
    ? `its worker ended ${tries} times while computing it`
    : oneLine(reason);
}

const refusalsSchema = v.object({ by: v.pipe(v.array(text(300)), v.maxLength(100)), reason: text(10_000) });
/** The workers that refused a slice, and the last one's reason. */
export type Refusals = v.InferOutput<typeof refusalsSchema>;

/** Validates the refusals that workers recorded for a slice. */
export function readRefusals(progress: unknown): Refusals {
  const result = v.safeParse(refusalsSchema, progress);
  if (!result.success) return { by: [], reason: '' };
  const { by, reason } = result.output;
  return { by: by.map((name) => oneLine(name)), reason: oneLine(reason) };
}

/**
 * The most points of a slice, and the most operations on doubles of all its steps: an hour and a half on one core for
 * z^2 + c, up to a few hours for other formulas. A normal slice takes a second; larger ones are mistakes or malicious.
 */
const mostPoints = 2 ** 26;
const mostOperations = 7e13;
/** Limit for a deep view's reference, which each of a worker's threads computes once. */
const mostReferenceSeconds = 3600;

/** The id of a slice's job, unique to the slice, its field and the code version. */
export function jobId({ code, token, scene, channels, slices, index }: SliceJob): string {
  const whole = [code, token, scene, channels, slices, index].join('\n');
  return createHash('sha256').update(whole).digest('hex').slice(0, 40);
}

/** Validates a job from a version's queue. Throws RefusedError unless it is a slice for this version's workers. */
export function checkJob(id: string | undefined, data: unknown, code: string): SliceJob {
  // BullMQ returns a job without data as an empty one.
  if (JSON.stringify(data) === '{}') throw new RefusedError(lost);
  const result = v.safeParse(jobSchema, data);
  if (!result.success) {
    const [issue] = result.issues;
    throw new RefusedError(
      `${v.getDotPath(issue) ?? 'job'}: ${spell(issue.input)}: is not valid in the job of a slice`,
    );
  }
  const job = result.output;
  if (job.code !== code) throw new RefusedError(`code: was submitted for ${job.code}, but this is ${code}`);
  if (id !== jobId(job)) throw new RefusedError('its id does not match its slice');
  checkSlices(fieldOf(job.scene), job.slices, job.index);
  return job;
}

/** Throws RefusedError if a slice is not one of the scene's, or too much work. */
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

/** Caches the last parsed scene, since successive slices usually share it. */
let last: { readonly text: string; readonly scene: Scene } | undefined;

/** Parses a scene. Throws RefusedError for an invalid one. */
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
 * The version of the code that determines the numbers: the program's version and a hash of the code that its workers
 * run, which the command bundles in one file.
 */
export function codeVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const hash = createHash('sha256').update(readFileSync(new URL('./slice.js', import.meta.url)));
  return `${version}-${hash.digest('hex').slice(0, 12)}`;
}
