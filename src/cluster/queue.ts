// The queues of slices on Redis, by BullMQ: one for each version of the code, because no version computes another's slices.
// This file has their names, settings and state. submit.ts fills a queue, work.ts empties it.
import { hostname } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import type { Job, JobJson, JobsOptions, Queue, QueueEvents, QueueEventsListener, Worker } from 'bullmq';
import { optionalPackages } from '../optional.node.js';
import { oneLine } from '../printable.js';
import { jobId, type QueuedJob, readJob, type SliceJob, tries } from './job.js';
import { type Connection, loadOptional } from './redis.js';

const nameOf = (code: string) => `mandoline-${code}`;
/** The key of the set of versions with submitted slices. */
const versionsKey = 'mandoline:versions';
/**
 * A worker renews the locks of its slices every 5 s; slices whose lock is older than 10 s go to other workers. The
 * worker's main thread computes nothing, so that renewals are never that late.
 */
const lockMilliseconds = 10_000;
const stalledMilliseconds = 5000;
/** The delay before a worker retries after a failure. */
const retryMilliseconds = 1000;
/** The interval of reading events: each slice makes four, and reading them singly would wake two processes each. */
const readMilliseconds = 50;

const jobOptions: JobsOptions = { attempts: tries, removeOnComplete: true };

/** The event of cancelled slices: those of this store, or all. */
export interface CancelEvents extends QueueEventsListener {
  cancelled: (which: { readonly token?: string }) => void;
}

export const bullmq = () => loadOptional<typeof import('bullmq')>('bullmq', optionalPackages.queue);
const quiet = { skipVersionCheck: true };

/** Opens a version's queue. */
export function openQueue({ client }: Connection, code: string): Queue<SliceJob> {
  const { Queue } = bullmq();
  const queue = new Queue<SliceJob>(nameOf(code), { connection: client, ...quiet });
  queue.on('error', () => {});
  return queue;
}

/** The other versions with submitted slices. */
export async function otherVersions({ client }: Connection, code: string): Promise<string[]> {
  const all = await client.smembers(versionsKey);
  // Anything else is foreign data, not the name of a queue.
  return all.filter((each) => each !== code && /^[\w.-]{1,100}$/.test(each)).sort();
}

/** The events of a version's queue, from now on. */
export async function openEvents(connection: Connection, code: string): Promise<QueueEvents> {
  const { QueueEvents } = bullmq();
  const reader = connection.client.duplicate();
  const read = reader.xread.bind(reader) as (...given: unknown[]) => Promise<EventStreams | null>;
  const inTurn = async (...given: unknown[]) => {
    await setTimeout(readMilliseconds);
    const streams = await read(...given);
    for (const [, entries] of streams ?? []) for (const entry of entries) entry[1] = readableEvent(entry[1]);
    return streams;
  };
  // Starts at the server's present time, so that no event before the first reading is missed.
  const [seconds, microseconds] = await connection.client.time();
  const events = new QueueEvents(nameOf(code), {
    connection: Object.assign(reader, { xread: inTurn }),
    ...quiet,
    lastEventId: `${seconds * 1000 + Math.floor(microseconds / 1000)}-0`,
  });
  events.on('error', () => {});
  await events.waitUntilReady();
  return events;
}

/** The result of XREAD: each stream's name, and each entry's id, fields and values. */
type EventStreams = [stream: string, entries: [id: string, fields: string[]][]][];

/** An event, unchanged; without its fields if BullMQ could not parse them, which would stop all further events. */
function readableEvent(fields: string[]): string[] {
  try {
    const at = fields.findIndex((field, i) => i % 2 === 0 && (field === 'data' || field === 'returnvalue'));
    if (at >= 0) JSON.parse(fields[at + 1]!);
    return fields;
  } catch {
    return ['event', 'unreadable'];
  }
}

/** Notifies submitters waiting for slices that these were cancelled. */
export async function tellCancelled(
  { client }: Connection,
  code: string,
  token: string | undefined,
): Promise<void> {
  const { QueueEventsProducer } = bullmq();
  const producer = new QueueEventsProducer(nameOf(code), { connection: client, ...quiet });
  await producer.publishEvent({ eventName: 'cancelled', ...(token && { token }) });
}

export interface SliceWorker extends Worker<SliceJob> {
  /** Stops renewing locks: for use when the server is away and closing would never finish. */
  abandon(): void;
}

/** A worker that takes slices from a version's queue, `atOnce` at a time; `run` starts it. */
export function openWorker(
  { client }: Connection,
  code: string,
  atOnce: number,
  process: (job: SliceTaken, token: string) => Promise<unknown>,
): SliceWorker {
  const { Worker } = bullmq();
  class Abandonable extends Worker<SliceJob> implements SliceWorker {
    abandon(): void {
      void this.lockManager.close();
    }
    protected override createJob(found: JobJson, id: string): Job<SliceJob> {
      try {
        return super.createJob(found, id);
      } catch {
        // The data is not JSON; BullMQ alone would retry the job in vain until its lock had expired three times.
        return super.createJob({ ...found, data: 'null' }, id);
      }
    }
  }
  const worker = new Abandonable(nameOf(code), (job, token) => process(job, token!), {
    connection: client,
    ...quiet,
    autorun: false,
    concurrency: atOnce,
    name: workerName,
    lockDuration: lockMilliseconds,
    stalledInterval: stalledMilliseconds,
    maxStalledCount: tries - 1,
    runRetryDelay: retryMilliseconds,
    metrics: { maxDataPoints: 1 },
  });
  worker.on('error', () => {});
  return worker;
}

/** A slice taken by a worker. */
export type SliceTaken = Job<SliceJob>;

/** This program's name as a worker. */
export const workerName = `${hostname()}-${process.pid}`;

/** Queues slices of a version, unless they are queued already. */
export async function addSlices(
  { client }: Connection,
  queue: Queue<SliceJob>,
  jobs: readonly SliceJob[],
): Promise<void> {
  if (jobs.length === 0) return;
  await client.sadd(versionsKey, jobs[0]!.code);
  // Remains of a job that is in none of the queue's lists would prevent adding it again.
  const known = await client.exists(...jobs.map((data) => queue.toKey(jobId(data))));
  if (known > 0) await removeOrphans({ client }, queue);
  await queue.addBulk(
    jobs.map((data) => ({
      name: `slice ${data.index} of ${data.slices}, ${data.folder}`,
      data,
      opts: { ...jobOptions, jobId: jobId(data) },
    })),
  );
}

/** Removes jobs that are in none of the queue's lists, because Redis has lost those; returns their number. */
export async function removeOrphans(
  { client }: Pick<Connection, 'client'>,
  queue: Queue<SliceJob>,
): Promise<number> {
  // BullMQ would mistake this key for a job's.
  await client.del(queue.toKey('metrics:failed'));
  return queue.removeOrphanedJobs();
}

/** The jobs that no worker will receive, because Redis has lost them or their data. Removes what is left of them. */
export async function lostOf(
  { client }: Connection,
  queue: Queue<SliceJob>,
  ids: readonly string[],
): Promise<string[]> {
  const waiting = await idsIn(queue, ['waiting', 'delayed']);
  const active = await idsIn(queue, ['active']);
  const unlisted = ids.filter((id) => !waiting.has(id) && !active.has(id));
  // A job handed back between the two readings is waiting now.
  const handedBack = unlisted.length > 0 ? await idsIn(queue, ['waiting', 'delayed']) : waiting;
  const listed = ids.filter((id) => waiting.has(id));
  const known = await client.pipeline(listed.map((id) => ['exists', queue.toKey(id)])).exec();
  const hollow = listed.filter((_, i) => known?.[i]?.[1] === 0);
  for (const id of hollow) await removeJob(queue, id);
  return [...unlisted.filter((id) => !handedBack.has(id)), ...hollow];
}

/** Removes a job from a queue; false if it could not be removed, as when a worker is computing it. */
export async function removeJob(queue: Queue<SliceJob>, id: string): Promise<boolean> {
  try {
    return (await queue.remove(id)) === 1;
  } catch (error) {
    if ((error as Error).name === 'ReplyError') throw error;
    return false;
  }
}

/** The names of the connected workers. */
export async function workerNames(queue: Queue): Promise<string[]> {
  const workers = await queue.getWorkers();
  return workers.map(({ rawname, name }) => oneLine((rawname ?? name ?? '').replace(/^.*:w:/, ''))).sort();
}

/** The number of waiting slices, delayed ones included, and of slices being computed. */
export async function countsOf(queue: Queue): Promise<{ waiting: number; active: number }> {
  const { waiting = 0, delayed = 0, active = 0 } = await queue.getJobCounts('waiting', 'delayed', 'active');
  return { waiting: waiting + delayed, active };
}

/** Number of jobs read at a time. */
const page = 1000;

/** The jobs in one of these states, page by page; removals in the meantime may make it miss some. */
export async function* jobsIn(
  queue: Queue<SliceJob>,
  states: Parameters<Queue['getRanges']>[0],
): AsyncGenerator<QueuedJob> {
  const { Job } = bullmq();
  const read = async (id: string): Promise<QueuedJob> => {
    try {
      return readJob(id, await Job.fromId<SliceJob>(queue, id));
    } catch (error) {
      if (!(error instanceof SyntaxError || /WRONGTYPE/.test(String(error)))) throw error;
      return readJob(id, { data: undefined, failedReason: 'refused: its data in Redis cannot be read' });
    }
  };
  for (let start = 0; ; start += page) {
    const ids = await queue.getRanges(states, start, start + page - 1);
    if (ids.length === 0) return;
    yield* await Promise.all(ids.map(read));
  }
}

/** The ids of the jobs in one of these states. */
const idsIn = async (queue: Queue<SliceJob>, states: Parameters<Queue['getRanges']>[0]) =>
  new Set(await queue.getRanges(states, 0, -1));
