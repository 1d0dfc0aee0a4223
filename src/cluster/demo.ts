// A trial cluster on this machine: a Redis server on a socket in a temporary folder, and two workers. A shell cleans up
// when this program ends in any way, even by SIGKILL, since the shell's input then ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ClusterError } from '../errors.js';
import { type Connection, connect, parseRedis, redisServers } from './redis.js';

export interface Demo {
  readonly folder: string;
  /** A folder for the slices. */
  readonly store: string;
  readonly connection: Connection;
  /** Terminates all processes and removes the folder. */
  end(): Promise<void>;
}

const startMilliseconds = 10_000;
const workerCount = 2;

/** The command's file, whichever program runs this: a program that started itself would recurse endlessly. */
const command = join(
  dirname(createRequire(import.meta.url).resolve('mandoline/package.json')),
  'dist/command/mandoline.js',
);

/** Reads process ids; at the end of its input, kills them and removes the folder. */
const cleaner = 'while read id; do ids="$ids $id"; done; kill -KILL $ids; rm -rf "$0" || rm -rf "$0"';

/** Starts the cluster with this many threads per worker. Throws ClusterError if no server program is installed. */
export async function startDemo(threads: number, say: (line: string) => void): Promise<Demo> {
  const folder = mkdtempSync(join(tmpdir(), 'mandoline-demo-'));
  const cleaning = spawn('sh', ['-c', cleaner, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C must not reach the shell that cleans up.
    detached: true,
  });
  const end = async (): Promise<void> => {
    cleaning.stdin!.end();
    if (cleaning.pid && cleaning.exitCode === null) await once(cleaning, 'close');
  };
  const watched = (child: ChildProcess): ChildProcess => {
    cleaning.stdin!.write(`${child.pid}\n`);
    return child;
  };
  try {
    const socket = join(folder, 'redis.sock');
    await startServer(folder, socket, watched);
    const address = parseRedis(`unix:${socket}`)!;
    const connection = await connect(address, say);
    const given = ['cluster', 'work', '--workers', String(threads), '--quiet'];
    for (let worker = 0; worker < workerCount; worker++)
      watched(
        spawn(process.execPath, [command, ...given], {
          stdio: ['ignore', 'ignore', 'inherit'],
          env: { ...process.env, MANDOLINE_REDIS: address.shown },
        }),
      );
    return { folder, store: join(folder, 'store'), connection, end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function startServer(
  folder: string,
  socket: string,
  watched: (child: ChildProcess) => ChildProcess,
): Promise<void> {
  const given = ['--port', '0', '--unixsocket', socket, '--unixsocketperm', '700', '--dir', folder];
  for (const program of redisServers) {
    const server = spawn(program, [...given, '--save', '', '--appendonly', 'no'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let said = '';
    server.stdout.on('data', (chunk) => {
      said = String(chunk).trim().split('\n').at(-1) ?? said;
    });
    const isStarted = await new Promise<boolean>((resolve) => {
      server.once('spawn', () => resolve(true));
      server.once('error', () => resolve(false));
    });
    if (!isStarted) continue;
    watched(server);
    const until = performance.now() + startMilliseconds;
    while (!existsSync(socket)) {
      if (server.exitCode !== null || performance.now() > until)
        throw new ClusterError(`demo: ${program} did not start: ${said}`);
      await setTimeout(10);
    }
    return;
  }
  throw new ClusterError(
    `demo: ${redisServers.join(' or ')} is not on the PATH; on Debian: apt-get install redis-server`,
  );
}
