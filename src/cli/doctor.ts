// `mandoline doctor`: checks which features work on this machine, by using each, and how to install what is missing.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Command } from 'commander';
import { redisServers } from '../cluster/redis.js';
import { ClusterError } from '../errors.js';
import { installLine, optionalPackages } from '../optional.node.js';
import { availableParallelism, cpuQuota } from '../pool/cores.node.js';
import { Pool } from '../pool/index.js';
import { render } from '../render/render.js';
import { lessonScene } from '../scene/scene.js';
import { several, tint } from './text.js';

/** The result of one check. */
interface Check {
  readonly name: string;
  /** Whether every picture needs it. */
  readonly isNeeded: boolean;
  readonly isFound: boolean;
  readonly version?: string;
  /** What was found or what it is for; if it is missing, how to install it. */
  readonly says: string;
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .summary('check what works on this machine')
    .description(
      'Checks which features work on this machine and how to install what is missing. Exits with 1 if something is ' +
        'missing that every picture needs.',
    )
    .option('--json', 'print the results as JSON')
    .action(({ json }: { readonly json?: true }) => examine(json === true));
}

async function examine(json: boolean): Promise<void> {
  const simd = await vectors();
  const checks = [
    node(process.versions.node),
    simd,
    ...(simd.isFound ? await workers() : []),
    await installed('sharp', optionalPackages.sharp, 'for .webp, .jpg, .tiff and .avif'),
    await installed('BullMQ', optionalPackages.queue, 'for a queue of slices on many machines'),
    program(redisServers, 'redis-server', 'to run the queue on this machine'),
    await mpi(),
    program(['mpirun'], 'openmpi-bin', 'to start MPI ranks'),
  ];
  const isWell = checks.every(({ isNeeded, isFound }) => isFound || !isNeeded);
  const document = { schema: 'mandoline.doctor.1', well: isWell, checks };
  process.stdout.write(json ? `${JSON.stringify(document, null, 2)}\n` : `${checks.map(line).join('\n')}\n`);
  if (!isWell) process.exitCode = 1;
}

function line({ name, isNeeded, isFound, version, says }: Check): string {
  const [mark, color] = isFound
    ? ['✓', 'green' as const]
    : isNeeded
      ? ['✗', 'red' as const]
      : ['–', 'dim' as const];
  const found = [version, says].filter(Boolean).join(', ');
  return `${tint(color, mark, process.stdout)} ${name.padEnd(18)}${isFound ? found : `missing, ${says}`}`;
}

/** Node's version against the floor in package.json. */
export function node(version: string): Check {
  const { engines } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  const floor: string = engines.node.replace('>=', '');
  const numbers = (text: string) => text.split('.').map(Number);
  const [[major, minor], [leastMajor, leastMinor]] = [numbers(version), numbers(floor)];
  const isFound = major! > leastMajor! || (major === leastMajor && minor! >= leastMinor!);
  const says = isFound ? `${floor} or newer is required` : `this is ${version}; install ${floor} or newer`;
  return { name: 'Node', isNeeded: true, isFound, version, says };
}

/** Small, but with points for every way of counting. */
const trial = { ...lessonScene, lattice: { extent: 2, cells: 50 } };

/** Counts in this thread, and verifies some of them. */
async function vectors(): Promise<Check> {
  const about = { name: 'WebAssembly SIMD', isNeeded: true };
  try {
    const { rows, columns, verified } = await render(trial, { workers: 0, verify: true });
    return {
      ...about,
      isFound: true,
      says: `${rows * columns} points computed, ${verified!.points} of them verified`,
    };
  } catch {
    return { ...about, isFound: false, says: 'does not work in this Node; install a newer one' };
  }
}

/** What sets the default number of workers. */
export const cpus = (cores: number, quota: number): string =>
  Math.max(1, Math.floor(quota)) === cores
    ? `the container may use ${Number(quota.toFixed(2))} CPUs`
    : `this machine has ${several(cores, 'core')}`;

/** Counts with workers, into shared memory. */
async function workers(): Promise<Check[]> {
  const cores = availableParallelism();
  const size = Math.max(2, cores);
  const begun = performance.now();
  const pool = new Pool({ workers: size });
  try {
    await render(trial, { pool, slices: size });
    const milliseconds = Math.round(performance.now() - begun);
    const { fills } = pool.stats();
    return [
      check(
        'threads',
        true,
        `${several(size, 'worker')} answered in ${milliseconds} ms; ${cpus(cores, cpuQuota())}`,
      ),
      fills.shared > 0
        ? check('shared memory', true, 'workers write into the result directly')
        : check('shared memory', false, 'results are copied, which takes longer'),
    ];
  } catch (error) {
    return [check('threads', false, `${(error as Error).message}; use --workers 0`)];
  } finally {
    pool.terminate();
  }
}

const check = (name: string, isFound: boolean, says: string, version?: string): Check => ({
  name,
  isNeeded: false,
  isFound,
  says,
  ...(version !== undefined && { version }),
});

/** Imports optional packages. */
async function installed(name: string, packages: readonly string[], use: string): Promise<Check> {
  try {
    for (const each of packages) await import(each);
    return check(name, true, use, versionOf(packages[0]!));
  } catch {
    return check(name, false, `${use}: ${installLine(packages)}`);
  }
}

/** Loads MPI's library as ranks do. */
async function mpi(): Promise<Check> {
  const { loadMpi } = await import('../cluster/mpi-library.js');
  try {
    const { version } = await loadMpi();
    return check('MPI', true, 'to share work between ranks', version.split(',')[0]);
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return check('MPI', false, error.message.replace('MPI: ', ''));
  }
}

function versionOf(name: string): string {
  const require = createRequire(import.meta.url);
  const files = (require.resolve.paths(name) ?? []).map((folder) => join(folder, name, 'package.json'));
  return JSON.parse(readFileSync(files.find((file) => existsSync(file))!, 'utf8')).version;
}

/** The first of some programs that runs, and its version. */
function program(names: readonly string[], debianPackage: string, use: string): Check {
  for (const name of names)
    try {
      const told = execFileSync(name, ['--version'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      return check(name, true, use, /\d+(\.\d+)+/.exec(told)?.[0]);
    } catch {
      // Not installed, or not executable: try the next one.
    }
  return check(names[0]!, false, `${use}: apt install ${debianPackage}, or the equivalent`);
}
