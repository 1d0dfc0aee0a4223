// The default number of workers on Node: as many as the system runs at once. `os.availableParallelism()` respects CPU
// affinity; it respects container quotas only from libuv 1.49 on, which Node 20 lacks. Quotas are therefore read here,
// as libuv and Rust's standard library do: from cgroups v1 and v2, rounded down.
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { attempt } from './cloning.js';

/** Reads a file; undefined if it cannot be read. */
export type ReadFile = (path: string) => string | undefined;

const readSystemFile: ReadFile = (path) => attempt(() => readFileSync(path, 'utf8'), undefined);

/** How many threads of this program run at once: the CPUs it may use, or its container's quota if lower. */
export const availableParallelism = (): number =>
  Math.max(1, Math.min(os.availableParallelism(), Math.floor(cpuQuota())));

/** The CPU quota of this process's cgroups in CPUs, such as 1.5; Infinity without a quota. */
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
  /** The cgroup that is mounted, and the mount point. */
  readonly root: string;
  readonly point: string;
}

/** A line of mountinfo, if it is a cgroup mount that may have CPU quotas; see proc(5). */
function toMount(line: string): Mount[] {
  const [before = '', after = ''] = line.split(' - ');
  const [, , , root = '', point = ''] = before.split(' ').map(unescaped);
  const [type, , options = ''] = after.split(' ');
  if (type === 'cgroup2') return [{ version: 2, root, point }];
  return type === 'cgroup' && options.split(',').includes('cpu') ? [{ version: 1, root, point }] : [];
}

const unescaped = (path: string): string =>
  path.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));

/** The folders of a cgroup and its ancestors: each may have a quota. */
function foldersOf(path: string, { root, point }: Mount): string[] {
  const prefix = root === '/' ? '' : root;
  // In a container the path may exist only on the host; the mounted cgroup is then the container's own.
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
