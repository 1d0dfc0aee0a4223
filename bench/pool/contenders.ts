// What the benchmarks of pools have in common: the peers, installed beside them at the first time
// (bench/pool/package.json), and the functions that all pools call.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** How long the end of a pool is waited for: poolifier's destroy() sometimes never resolves. */
const endMilliseconds = 2000;
/** A pool whose first result takes longer does not work on this runtime. */
const firstMilliseconds = 10_000;

const { bun, deno, node } = process.versions;
/** What runs this program. */
export const runtime = bun ? `Bun ${bun}` : deno ? `Deno ${deno}` : `Node ${node}`;

export interface Peer<Functions> {
  run(name: keyof Functions, value: unknown): PromiseLike<unknown>;
  end(): unknown;
}

export const folder = fileURLToPath(new URL('../../../bench/pool', import.meta.url));

/** The module of the functions. */
export const workerFunctions = pathToFileURL(join(folder, 'worker-functions.js'));

type Peers<Functions> = Record<string, (workers: number) => Peer<Functions>>;

/** The peers that work on this runtime, by name. Each function makes a pool with the given number of workers. */
export async function loadPeers<Functions>(): Promise<Peers<Functions>> {
  if (!existsSync(join(folder, 'node_modules')))
    execFileSync('npm', ['install', '--no-fund', '--no-audit', '--no-package-lock'], {
      cwd: folder,
      stdio: ['ignore', 2, 2],
    });
  const { peers }: { peers: Peers<Functions> } = await import(pathToFileURL(join(folder, 'peers.js')).href);
  for (const [name, make] of Object.entries(peers)) {
    const pool = make(1);
    if (
      (await Promise.race([pool.run('increment' as keyof Functions, 1), setTimeout(firstMilliseconds)])) !== 2
    ) {
      console.error(`${name}: left out: no result within ${firstMilliseconds / 1000} s on ${runtime}`);
      delete peers[name];
    }
    await ended(() => pool.end());
  }
  return peers;
}

/** Ends a pool, or gives up waiting for that. */
export const ended = (end: () => unknown): Promise<unknown> =>
  Promise.race([end(), setTimeout(endMilliseconds)]);
