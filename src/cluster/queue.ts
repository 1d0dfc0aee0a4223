// The queues of slices on Redis, which are BullMQ's: one for each version of the code, since no version computes what
// another is to compute. Their names and settings, and what is known of them at a moment. Who fills one is submit.ts, who
// empties it work.ts.
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Job, JobsOptions, Queue, QueueEvents, QueueEventsListener, Worker } from 'bullmq';
import { jobId, type SliceJob } from './job.js';
import { type Connection, loadOptional } from './redis.js';

const nameOf = (code: string) => `mandoline-${code}`;
/** The key of the versions that have been given slices. */
const versionsKey = 'mandoline:versions';
/** How often a slice is tried whose worker's thread, or whose whole worker, ends. */
export const tries = 3;
/**
 * A worker says every 5 s that it is at its slices; those of one that has not said so for 10 s go to others. Its main
 * thread computes nothing, so that it is never that late.
 */
const lockMilliseconds = 10_000;
const stalledMilliseconds = 5000;
/** How long after a failure a worker asks again. */
const retryMilliseconds = 1000;
/** So often it is read what has happened: each slice makes four events, and reading one by one wakes two processes each. */
const readMilliseconds = 50;

const jobOptions: JobsOptions = { attempts: tries, removeOnComplete: true };

/** Slices were cancelled: those of this store, or all. */
export interface CancelEvents extends QueueEventsListener {
  cancelled: (which: { readonly token?: string }) => void;
}

export const bullmq = () => loadOptional<typeof import('bullmq')>('bullmq');
const quiet = { skipVersionCheck: true };

/** The queue of a version. */
export function openQueue({ client }: Connection, code: string): Queue<SliceJob> {
  const { Queue } = bullmq();
  const queue = new Queue<SliceJob>(nameOf(code), { connection: client, ...quiet });
  queue.on('error', () => {});
  return queue;
}

/** The versions that have been given slices, besides this one. */
export async function otherVersions({ client }: Connection, code: string): Promise<string[]> {
  const all = await client.smembers(versionsKey);
  // What is no version is somebody else's, and no name of a queue.
  return all.filter((each) => each !== code && /^[\w.-]{1,100}$/.test(each)).sort();
}

/** What happens in the queue of a version, from now on. */
export async function openEvents(connection: Connection, code: string): Promise<QueueEvents> {
  const { QueueEvents } = bullmq();
  const reader = connection.another();
  const read = reader.xread.bind(reader) as (...given: unknown[]) => Promise<unknown>;
  const inTurn = async (...given: unknown[]) => {
    await setTimeout(readMilliseconds);
    return read(...given);
  };
  // Nothing is missed before the first reading.
  const [seconds, microseconds] = await connection.client.time();
  const events = new QueueEvents(nameOf(code), {
    ...{ connection: Object.assign(reader, { xread: inTurn }), ...quiet },
    lastEventId: `${seconds * 1000 + Math.floor(microseconds / 1000)}-0`,
  });
  events.on('error', () => {});
  await events.waitUntilReady();
  return events;
}

/** Tells those who wait for slices that these were cancelled. */
export async function tellCancelled(
  { client }: Connection,
  code: string,
  token: string | undefined,
): Promise<void> {
  const { QueueEventsProducer } = bullmq();
  const producer = new QueueEventsProducer(nameOf(code), { connection: client, ...quiet });
  await producer.publishEvent({ eventName: 'cancelled', ...(token && { token }) });
}

/** What takes slices of a version out of its queue, `atOnce` at a time; it begins by its `run`. */
export function openWorker(
  { client }: Connection,
  code: string,
  atOnce: number,
  process: (job: SliceTaken, token: string) => Promise<unknown>,
): Worker<SliceJob> {
  const { Worker } = bullmq();
  const worker = new Worker<SliceJob>(nameOf(code), (job, token) => process(job, token!), {
    ...{ connection: client, ...quiet, autorun: false, concurrency: atOnce },
    ...{ name: workerName, lockDuration: lockMilliseconds, stalledInterval: stalledMilliseconds },
    ...{ maxStalledCount: tries - 1, runRetryDelay: retryMilliseconds, metrics: { maxDataPoints: 1 } },
  });
  worker.on('error', () => {});
  return worker;
}

/** A slice that a worker has taken. */
export type SliceTaken = Job<SliceJob>;

/** This program's name among workers. */
export const workerName = `${hostname()}-${process.pid}`;

/** Queues slices of a version. */
export async function addSlices(
  { client }: Connection,
  queue: Queue<SliceJob>,
  jobs: readonly SliceJob[],
): Promise<void> {
  if (jobs.length === 0) return;
  await client.sadd(versionsKey, jobs[0]!.code);
  await queue.addBulk(
    jobs.map((data) => ({
      name: `slice ${data.index} of ${data.slices}, ${data.folder}`,
      data,
      opts: { ...jobOptions, jobId: jobId(data) },
    })),
  );
}

/** The names of the workers that are there. */
export async function workerNames(queue: Queue): Promise<string[]> {
  const workers = await queue.getWorkers();
  return workers.map(({ rawname, name }) => (rawname ?? name ?? '').replace(/^.*:w:/, '')).sort();
}

/** So many jobs are read at a time. */
const page = 1000;

/** The jobs that are in one of these states, page after page; those that are removed meanwhile may make it miss some. */
export async function* jobsIn(queue: Queue<SliceJob>, states: Parameters<Queue['getJobs']>[0]) {
  for (let start = 0; ; start += page) {
    const jobs = await queue.getJobs(states, start, start + page - 1);
    yield* jobs.filter(Boolean);
    if (jobs.length < page) return;
  }
}

/** The ids of those that are in one of these states. */
export const idsIn = async (queue: Queue<SliceJob>, states: Parameters<Queue['getRanges']>[0]) =>
  new Set(await queue.getRanges(states, 0, -1));

/** Why a slice failed, for people. */
export const reasonOf = (failedReason = ''): string =>
  failedReason.includes('stalled more than')
    ? `its worker ended ${tries} times while it was at it`
    : failedReason;
