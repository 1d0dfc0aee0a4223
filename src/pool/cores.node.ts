// How many workers a program has by default on Node: as many as the system runs of it at once. `os.availableParallelism()`
// respects the CPUs that a process is bound to, and the quota of a container from libuv 1.49 on, which Node 20 has not; so
// quotas are read here, as libuv and Rust's standard library read them: from cgroups of either version, rounded down.
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { attempt } from './cloning.js';

/** Reads a file; undefined if there is none. */
export type ReadFile = (path: string) => string | undefined;

const readSystemFile: ReadFile = (path) => attempt(() => readFileSync(path, 'utf8'), undefined);

/** How many threads of this program run at once: the CPUs that it may use, or its container's quota of them if less. */
export const availableParallelism = (): number =>
  Math.max(1, Math.min(os.availableParallelism(), Math.floor(cpuQuota())));

/** How many CPUs' time the cgroups of this process grant it, such as 1.5; Infinity without a quota. */
export function cpuQuota(read: ReadFile = readSystemFile): number {
  if (process.platform !== 'linux') return Infinity;
  const mounts = linesOf(read('/proc/self/mountinfo')).flatMap(toMount);
  const quotas = linesOf(read('/proc/self/cgroup')).flatMap((line) => {
    const [, controllers = '', path = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const version = controllers === '' ? 2 : 1;
    if (version === 1 && !controllers.split(',').includes('cpu')) return [];
    return mounts
      .filter((mount) => mount.version === version)
      .flatMap((mount) => foldersOf(path, mount).map((folder) => quotaOf(folder, version, read)));
  });
  return Math.min(...quotas, Infinity);
}

interface Mount {
  readonly version: 1 | 2;
  /** The cgroup that is mounted, and where. */
  readonly root: string;
  readonly point: string;
}

/** A line of mountinfo, if it is of cgroups that may have quotas of CPUs; see proc(5). */
function toMount(line: string): Mount[] {
  const [before = '', after = ''] = line.split(' - ');
  const [, , , root = '', point = ''] = before.split(' ').map(unescaped);
  const [type, , options = ''] = after.split(' ');
  if (type === 'cgroup2') return [{ version: 2, root, point }];
  return type === 'cgroup' && options.split(',').includes('cpu') ? [{ version: 1, root, point }] : [];
}

const unescaped = (path: string): string =>
  path.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));

/** The folders of a cgroup and of those that it is in: each may have a quota. */
function foldersOf(path: string, { root, point }: Mount): string[] {
  const prefix = root === '/' ? '' : root;
  // In a container the path may be one that only the host knows: what is mounted is then its own.
  const isInside = path === prefix || path.startsWith(`${prefix}/`);
  const names = isInside ? path.slice(prefix.length).split('/').filter(Boolean) : [];
  const inside = names.includes('..') ? [] : names;
  return [...inside, ''].map((_, length) => [point, ...inside.slice(0, length)].join('/'));
}

function quotaOf(folder: string, version: 1 | 2, read: ReadFile): number {
  const [quota, period] =
    version === 2
      ? (read(`${folder}/cpu.max`)?.split(' ') ?? [])
      : ['quota', 'period'].map((name) => read(`${folder}/cpu.cfs_${name}_us`));
  const cpus = Number(quota) / Number(period);
  return cpus > 0 ? cpus : Infinity;
}

const linesOf = (text: string | undefined): string[] => text?.split('\n').filter(Boolean) ?? [];
