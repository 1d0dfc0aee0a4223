// `mandoline cluster`: a scene's slices on many machines, by a queue on Redis or Valkey. What it does is cluster/'s; here is
// what is asked for and what is said. Submitting is cluster-submit.ts's.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { codeVersion } from '../cluster/job.js';
import { readProbe } from '../cluster/probe.js';
import { using } from '../cluster/redis.js';
import type { QueueStatus } from '../cluster/status.js';
import { printable } from '../printable.js';
import { addDemo, addSubmit } from './cluster-submit.js';
import { endingSignals, unheard } from './interrupt.js';
import { addRedis, connectTo, type RedisFlags } from './redis-flags.js';
import { say, several } from './text.js';
import { mostWorkers, option, UsageError, whole } from './usage.js';

interface WorkFlags extends RedisFlags {
  readonly store?: string;
  readonly workers: number;
  readonly timeLimit: number;
  readonly quiet?: true;
}

interface StatusFlags extends RedisFlags {
  readonly json?: true;
}

interface CancelFlags extends RedisFlags {
  readonly store?: string;
}

interface DashboardFlags extends RedisFlags {
  readonly port: number;
}

export function addCluster(program: Command): void {
  const cluster = program
    .command('cluster')
    .summary('compute a scene on many machines')
    .description(
      'Computes slices of a scene on many machines, which share a folder, the store, and a Redis or Valkey server ' +
        'for the queue. The files are those of "mandoline render", byte for byte.',
    );
  addSubmit(cluster);
  addRedis(cluster.command('work'))
    .summary('compute slices that are queued')
    .description(
      'Computes slices that are queued, until Ctrl-C or SIGTERM; then finishes or hands back its own.',
    )
    .addOption(
      option('--store <folder>', 'the only store to work for, where this machine has it elsewhere', String),
    )
    .addOption(
      option('--workers <number>', 'worker threads', whole('--workers', 1, mostWorkers)).default(
        availableParallelism(),
        'one a core',
      ),
    )
    .addOption(
      option(
        '--time-limit <seconds>',
        'time that a slice may take',
        whole('--time-limit', 1, 1_000_000),
      ).default(4 * 60 * 60),
    )
    .option('--quiet', 'say nothing but what goes wrong')
    .action((flags: WorkFlags) => doWork(flags));
  addRedis(cluster.command('status'))
    .summary('say what is in the queue')
    .description('Says what is in the queue, who works, and which slices failed.')
    .option('--json', 'print it as one document to stdout')
    .action((flags: StatusFlags) => sayStatus(flags));
  addRedis(cluster.command('cancel'))
    .summary('take slices out of the queue')
    .description(
      'Takes the slices out of the queue that nobody is at. Those that are done stay in their store.',
    )
    .addOption(option('--store <folder>', 'only those of this store', String))
    .action((flags: CancelFlags) => doCancel(flags));
  addRedis(cluster.command('dashboard'))
    .summary('show the queue on a page')
    .description(
      'Serves a page that shows the queue, for this machine alone: bull-board, with nothing to change.',
    )
    .addOption(
      option('--port <number>', 'where to serve; 0: any that is free', whole('--port', 0, 65535)).default(0),
    )
    .action((flags: DashboardFlags) => showDashboard(flags));
  addDemo(cluster);
}

async function doWork(flags: WorkFlags): Promise<void> {
  const connection = await connectTo(flags);
  return using(connection, () =>
    // The program ends by itself, when its slices are done or handed back.
    unheard(async () => {
      const { work } = await import('../cluster/work.js');
      const { statusOf } = await import('../cluster/status.js');
      const stopping = new AbortController();
      const stop = () => stopping.abort();
      for (const signal of endingSignals) process.on(signal, stop);
      const { workers, timeLimit, store, quiet } = flags;
      const code = codeVersion();
      const talk = quiet ? () => {} : say;
      talk(
        `${connection.address.shown}: ${several(workers, 'thread')} ${workers === 1 ? 'works' : 'work'} for it; Mandoline ${code}; Ctrl-C ends it`,
      );
      // While Redis is away this waits, and a signal ends that too.
      const aborted = new Promise<undefined>((resolve) => {
        stopping.signal.addEventListener('abort', () => resolve(undefined));
      });
      const status = await Promise.race([statusOf(connection, code), aborted]);
      for (const other of status?.others.filter(({ waiting }) => waiting > 0) ?? [])
        say(
          `slices wait for Mandoline ${other.code} (${other.waiting}), which this one leaves to that version`,
        );
      const { signal } = stopping;
      const done = await work(connection, { code, workers, timeLimit, store, signal, say });
      talk(`${several(done.computed, 'slice')} computed, ${done.mended} mended, ${done.kept} were there`);
    }),
  );
}

async function sayStatus(flags: StatusFlags): Promise<void> {
  const { statusOf } = await import('../cluster/status.js');
  const connection = await connectTo(flags, false);
  const status = await using(connection, () => statusOf(connection, codeVersion()));
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ schema: 'mandoline.cluster.1', ...status }, null, 2)}\n`);
    return;
  }
  const lines = status.others.flatMap((other) => [
    `of another version, ${other.code}, which this one does not compute:`,
    ...statusLines(other),
  ]);
  process.stdout.write(printable(`${[...statusLines(status), ...lines].join('\n')}\n`));
}

const statusLines = ({ waiting, active, done, failed, workers }: QueueStatus): string[] => [
  `waiting ${waiting}   at work ${active}   done ${done}   failed ${failed.length}   workers ${workers.length}`,
  ...workers.map((name) => `worker ${name}`),
  ...failed.map(({ id, index, folder, reason }) =>
    index === undefined ? `job ${id} failed: ${reason}` : `slice ${index} of ${folder} failed: ${reason}`,
  ),
];

async function doCancel({ store, ...flags }: CancelFlags): Promise<void> {
  const token = store === undefined ? undefined : readProbe(resolve(store));
  if (store !== undefined && token === undefined)
    throw new UsageError(`--store ${store}: nothing was submitted for this folder`);
  const { cancel } = await import('../cluster/status.js');
  const connection = await connectTo(flags);
  const cancelled = await using(connection, () => cancel(connection, codeVersion(), token));
  say(
    `${several(cancelled, 'slice')} ${cancelled === 1 ? 'is' : 'are'} out of the queue; what is done is in the store`,
  );
}

async function showDashboard({ port, ...flags }: DashboardFlags): Promise<void> {
  const { checkBoard, serveDashboard } = await import('../cluster/dashboard.js');
  checkBoard();
  const connection = await connectTo(flags, false);
  try {
    say(
      `${await serveDashboard(connection, codeVersion(), port)}\nserved for this machine alone; Ctrl-C ends it`,
    );
  } catch (error) {
    connection.close();
    throw error;
  }
}
