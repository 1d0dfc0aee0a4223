// `mandoline doctor`: what this machine has of what the command can use, each tried and not only looked for, and what
// to do where something is missing.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { redisServers } from '../cluster/redis.js';
import { ClusterError } from '../errors.js';
import { installLine, optionalPackages } from '../optional.node.js';
import { Pool } from '../pool/index.js';
import { render } from '../render/render.js';
import { lessonScene } from '../scene/scene.js';
import { several, tint } from './text.js';

/** What came of one look. */
interface Check {
  readonly name: string;
  /** Whether no picture can be made without it. */
  readonly isNeeded: boolean;
  readonly isFound: boolean;
  readonly version?: string;
  /** What was found or what it is for; where it is missing, what to do. */
  readonly says: string;
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .summary('say what this machine has and what it lacks')
    .description(
      'Tries what the command can use here and says what was found, or what to do. Exits with 1 where something ' +
        'is missing that every picture needs.',
    )
    .option('--json', 'print one document about it')
    .action(({ json }: { readonly json?: true }) => examine(json === true));
}

async function examine(json: boolean): Promise<void> {
  const simd = await vectors();
  const checks = [
    node(process.versions.node),
    simd,
    ...(simd.isFound ? await workers() : []),
    await installed('sharp', optionalPackages.sharp, 'for .webp, .jpg, .tiff and .avif'),
    await installed('BullMQ', optionalPackages.queue, 'to queue slices for many machines'),
    program(redisServers, 'redis-server', 'for a queue on this machine'),
    await mpi(),
    program(['mpirun'], 'openmpi-bin', 'to start the ranks of MPI'),
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
  const says = isFound ? `${floor} or newer is needed` : `this is ${version}, take ${floor} or newer`;
  return { name: 'Node', isNeeded: true, isFound, version, says };
}

/** Small, but with points that are counted in every way. */
const trial = { ...lessonScene, lattice: { extent: 2, cells: 50 } };

/** Counts in this thread, some of them again by the oracle. */
async function vectors(): Promise<Check> {
  const about = { name: 'WebAssembly SIMD', isNeeded: true };
  try {
    const { rows, columns, verified } = await render(trial, { workers: 0, verify: true });
    return {
      ...about,
      isFound: true,
      says: `${rows * columns} points counted, ${verified!.points} of them again by the oracle`,
    };
  } catch (error) {
    return { ...about, isFound: false, says: `${(error as Error).message}; take a newer Node` };
  }
}

/** The same by workers, into memory that is shared. */
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
        `${several(size, 'worker')} answered in ${milliseconds} ms; this machine runs ${cores} at once`,
      ),
      fills.shared > 0
        ? check('shared memory', true, 'workers write straight into the result')
        : check('shared memory', false, 'results are copied, which takes longer'),
    ];
  } catch (error) {
    return [check('threads', false, `${(error as Error).message}; --workers 0 does without`)];
  } finally {
    pool.terminate();
  }
}

const check = (name: string, isFound: boolean, says: string, version?: string): Check => ({
  ...{ name, isNeeded: false, isFound, says },
  ...(version !== undefined && { version }),
});

/** Packages that are optional, loaded as they would be. */
async function installed(name: string, packages: readonly string[], use: string): Promise<Check> {
  try {
    for (const each of packages) await import(each);
    return check(name, true, use, versionOf(packages[0]!));
  } catch {
    return check(name, false, `${use}: ${installLine(packages)}`);
  }
}

/** MPI's library, loaded as ranks load it. */
async function mpi(): Promise<Check> {
  const { loadMpi } = await import('../cluster/mpi-library.js');
  try {
    const { version } = await loadMpi();
    return check('MPI', true, 'to share work with other ranks', version.split(',')[0]);
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

/** The first of some programs that can be run, and the version that it tells. */
function program(names: readonly string[], debianPackage: string, use: string): Check {
  for (const name of names)
    try {
      const told = execFileSync(name, ['--version'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      return check(name, true, use, /\d+(\.\d+)+/.exec(told)?.[0]);
    } catch {
      // Not here, or not to be run: the next one.
    }
  return check(names[0]!, false, `${use}: apt install ${debianPackage}, or the like`);
}
