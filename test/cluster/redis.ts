// What tests of the queue need: real Redis servers, and the command's workers and submitters as processes.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once as happens } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { SliceJob } from '../../src/cluster/job.js';
import { patience } from '../patience.js';
import {
  type Ended,
  isInstalled,
  mandoline,
  run,
  runMany,
  type Said,
  sha256,
  temporaryFolder,
} from '../support.js';

/** Why a test of the queue cannot run here, or false. */
export const noRedis: string | false = isInstalled('redis-server')
  ? false
  : 'needs redis-server; on Debian: apt-get install redis-server';

export interface Server {
  readonly folder: string;
  /** Its address, for `MANDOLINE_REDIS`. */
  readonly address: string;
  /** Ends it as a machine ends that loses its power. */
  kill(): Promise<void>;
  /** Starts it again, with what it has on the disk. */
  start(): Promise<void>;
}

/** A server on a socket that is gone after the test. */
export async function startRedis(context: TestContext, ...options: string[]): Promise<Server> {
  const folder = join(temporaryFolder(context), 'redis');
  mkdirSync(folder);
  const socket = join(folder, 'socket');
  let server: ChildProcess | undefined;
  const given = ['--dir', folder, '--unixsocket', socket, '--save', '', ...options];
  if (!options.includes('--port') && !options.includes('--tls-port')) given.push('--port', '0');
  const kill = async () => {
    if (server?.exitCode !== null || server.signalCode) return;
    server.kill('SIGKILL');
    await happens(server, 'exit');
  };
  const start = async () => {
    server = spawn('redis-server', given, { stdio: 'ignore' });
    await until(() => canConnect(socket), 'redis-server answers');
  };
  context.after(kill);
  await start();
  return { folder, address: `unix:${socket}`, kill, start };
}

const canConnect = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** A port that nobody has now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await happens(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await happens(server, 'close');
  return port;
}

/** Waits until something is so, for as long as a busy machine may need. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let looks = 0; !(await isSo()); looks++) {
    if (looks > patience / lookMilliseconds) throw new Error(`waited in vain: ${what}`);
    await setTimeout(lookMilliseconds);
  }
}
const lookMilliseconds = 20;

export interface Program {
  readonly child: ChildProcess;
  /** What it has said on stderr so far. */
  said(): string;
  readonly ended: Promise<Ended>;
}

/** Starts `mandoline cluster ...` in a folder, by a program if one is given; it is gone after the test. */
export function startCluster(
  context: TestContext,
  cwd: string,
  address: string | undefined,
  given: readonly string[],
  env: NodeJS.ProcessEnv = {},
  by: readonly string[] = [],
): Program {
  let text = '';
  let child: ChildProcess | undefined;
  const { MANDOLINE_REDIS: _, ...others } = process.env;
  const environment = { ...others, ...(address && { MANDOLINE_REDIS: address }), ...env };
  const [program, ...rest] = [...by, process.execPath, mandoline, 'cluster', ...given];
  const ended = run(program!, rest, { cwd, env: environment }, (started) => {
    child = started;
    started.stderr!.on('data', (chunk) => {
      text += chunk;
    });
  });
  ended.catch(() => {});
  context.after(() => child!.kill('SIGKILL'));
  return { child: child!, said: () => text, ended };
}

/** A worker of one thread that is ready. */
export async function startWorker(
  context: TestContext,
  cwd: string,
  address: string,
  given: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Program> {
  const worker = startCluster(context, cwd, address, ['work', '--workers', '1', ...given], env);
  let isOver = false;
  void worker.ended.then(() => {
    isOver = true;
  });
  await until(
    () => isOver || worker.said().includes('press Ctrl-C to stop'),
    `a worker is ready: ${worker.said()}`,
  );
  return worker;
}

/** The queue as a program of somebody else's sees it. */
export async function theirQueue(context: TestContext, { address }: Server): Promise<Queue<SliceJob>> {
  const connection = new Redis(address.replace('unix:', ''), { maxRetriesPerRequest: null });
  context.after(() => connection.disconnect());
  let version: string | undefined;
  await until(async () => {
    [version] = await connection.smembers('mandoline:versions');
    return version !== undefined;
  }, 'something is submitted');
  return new Queue<SliceJob>(`mandoline-${version}`, { connection });
}

/** Runs `mandoline cluster ...` to its end. */
export const runCluster = (
  context: TestContext,
  cwd: string,
  address: string | undefined,
  given: readonly string[],
  env?: NodeJS.ProcessEnv,
): Promise<Ended> => startCluster(context, cwd, address, given, env).ended;

/** Runs `mandoline cluster` with each of many command lines in one process, where they start no other. */
export const runClusterMany = (
  cwd: string,
  address: string,
  commands: readonly (readonly string[])[],
): Promise<Said[]> =>
  runMany(
    cwd,
    commands.map((given) => ['cluster', ...given, '--redis', address]),
  );

/** The SHA-256 of a file. */
export const fileSha = (...path: string[]): string => sha256(readFileSync(join(...path)));

/** That of the picture of one machine alone. */
export async function pictureSha(scene: readonly string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'mandoline-test-'));
  const given = ['render', ...scene, '--quiet', '--workers', '0', '-o', 'a.png'];
  assert.deepEqual(await runMany(folder, [given]), [{ code: 0, stdout: '', stderr: '' }]);
  const sha = fileSha(folder, 'a.png');
  rmSync(folder, { recursive: true });
  return sha;
}

/** The slices that a store has, by their files. */
export const keptIn = (store: string): string[] =>
  existsSync(join(store, 'counts'))
    ? readdirSync(join(store, 'counts')).filter((name) => !name.startsWith('.'))
    : [];

/** Does something when it is first asked for, and never again. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= work();
    return made;
  };
}
