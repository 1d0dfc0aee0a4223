// `mandoline cluster`: a scene's slices on many machines, through a queue on Redis or Valkey. cluster/ does the work; this
// file has the flags and the messages, cluster-submit.ts those of `submit` and `demo`.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { codeVersion } from '../cluster/job.js';
import { readProbe } from '../cluster/probe.js';
import { using } from '../cluster/redis.js';
import type { QueueStatus } from '../cluster/status.js';
import { availableParallelism } from '../pool/cores.node.js';
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
      'Computes slices of a scene on many machines. The machines share a folder, the store, and a queue on a Redis or ' +
        'Valkey server. The files are identical to those of "mandoline render".',
    );
  addSubmit(cluster);
  addRedis(cluster.command('work'))
    .summary('compute queued slices')
    .description(
      'Computes queued slices until Ctrl-C or SIGTERM; then finishes its slices or hands them back.',
    )
    .addOption(
      option('--store <folder>', 'path of the store on this machine (only its slices are computed)', String),
    )
    .addOption(
      option('--workers <number>', 'worker threads', whole('--workers', 1, mostWorkers)).default(
        availableParallelism(),
        'one per core',
      ),
    )
    .addOption(
      option(
        '--time-limit <seconds>',
        'seconds that a slice may take',
        whole('--time-limit', 1, 1_000_000),
      ).default(4 * 60 * 60),
    )
    .option('--quiet', 'print warnings and errors only')
    .action((flags: WorkFlags) => doWork(flags));
  addRedis(cluster.command('status'))
    .summary('report the queue, its workers and failures')
    .description('Reports how many slices are queued, which workers run, and which slices failed.')
    .option('--json', 'print the status as JSON to stdout')
    .action((flags: StatusFlags) => sayStatus(flags));
  addRedis(cluster.command('cancel'))
    .summary('remove slices from the queue')
    .description(
      'Removes queued and failed slices from the queue. Slices in progress finish; finished ones stay in their store.',
    )
    .addOption(option('--store <folder>', 'cancel slices of this store only', String))
    .action((flags: CancelFlags) => doCancel(flags));
  addRedis(cluster.command('dashboard'))
    .summary('show the queue in the browser')
    .description('Serves a read-only page of the queue (bull-board) on this machine only.')
    .addOption(option('--port <number>', 'port; 0: any free port', whole('--port', 0, 65535)).default(0))
    .action((flags: DashboardFlags) => showDashboard(flags));
  addDemo(cluster);
}

async function doWork(flags: WorkFlags): Promise<void> {
  const connection = await connectTo(flags);
  return using(connection, () =>
    // The program ends when its slices are finished or handed back.
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
        `${connection.address.shown}: working with ${several(workers, 'thread')}, Mandoline ${code}; press Ctrl-C to stop`,
      );
      // While Redis is away this waits; a signal ends that, too.
      const aborted = new Promise<undefined>((resolve) => {
        stopping.signal.addEventListener('abort', () => resolve(undefined));
      });
      const status = await Promise.race([statusOf(connection, code), aborted]);
      for (const other of status?.others.filter(({ waiting }) => waiting > 0) ?? [])
        say(
          `${several(other.waiting, 'slice')} queued for Mandoline ${other.code}; only workers of that version compute them`,
        );
      const { signal } = stopping;
      const done = await work(connection, { code, workers, timeLimit, store, signal, say });
      talk(
        `${several(done.computed, 'slice')} computed, ${done.mended} repaired, ${done.kept} already in the store`,
      );
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
    `queued for Mandoline ${other.code}, which this version does not compute:`,
    ...statusLines(other),
  ]);
  process.stdout.write(printable(`${[...statusLines(status), ...lines].join('\n')}\n`));
}

const statusLines = ({ waiting, active, done, failed, workers }: QueueStatus): string[] => [
  `waiting ${waiting}   active ${active}   done ${done}   failed ${failed.length}   workers ${workers.length}`,
  ...workers.map((name) => `worker ${name}`),
  ...failed.map(({ id, index, folder, reason }) =>
    index === undefined ? `job ${id} failed: ${reason}` : `slice ${index} of ${folder} failed: ${reason}`,
  ),
];

async function doCancel({ store, ...flags }: CancelFlags): Promise<void> {
  const token = store === undefined ? undefined : readProbe(resolve(store));
  if (store !== undefined && token === undefined)
    throw new UsageError(
      `--store ${store}: no slices were submitted for this folder; give the folder of "cluster submit"`,
    );
  const { cancel } = await import('../cluster/status.js');
  const connection = await connectTo(flags);
  const cancelled = await using(connection, () => cancel(connection, codeVersion(), token));
  say(`removed ${several(cancelled, 'slice')} from the queue; finished slices are in the store`);
}

async function showDashboard({ port, ...flags }: DashboardFlags): Promise<void> {
  const { checkBoard, serveDashboard } = await import('../cluster/dashboard.js');
  checkBoard();
  const connection = await connectTo(flags, false);
  try {
    say(
      `${await serveDashboard(connection, codeVersion(), port)}\non this machine only; press Ctrl-C to stop`,
    );
  } catch (error) {
    connection.close();
    throw error;
  }
}
