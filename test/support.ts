// What several tests need: the fixtures that numpy made, hashes, and programs run as their user runs them.
import assert from 'node:assert/strict';
import { fork, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Complex, ViewScene } from 'mandoline';
// Not by the package's name: most tests need no more of it, and all of it takes 100 ms to import.
import { gallery, inPixels } from '../src/scene/gallery.js';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const fixture = (name: string): Buffer => readFileSync(join(root, 'test', 'fixtures', name));

/** A job that numpy has done, and the hashes of what it gave. */
export interface ParityCase {
  readonly name: string;
  readonly c: Complex;
  readonly extent: number;
  readonly cells: number;
  readonly iterations: number;
  readonly shape: readonly [number, number];
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly lattice_sha256_float64_le: string;
  readonly sha256_uint16_le: string;
  readonly sha256_float64_le: string;
  readonly sha256_np_save_float64?: string;
}
export const parityCases: readonly ParityCase[] = JSON.parse(fixture('parity/cases.json').toString());
export const smallCases = parityCases.filter(({ shape }) => shape[0] <= 200);

export function sha256(...parts: NodeJS.ArrayBufferView[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** The points of a bundled scene, whose picture is of their counts. */
export function countScene(name: string, columns: number, rows: number): ViewScene {
  const { formula, c, z0, iterations, escape, view, parameters } = inPixels(
    gallery[name]!.scene,
    columns,
    rows,
  );
  return { formula, ...(parameters && { parameters }), c, z0, view, iterations, escape, palette: 'ember' };
}

/** A folder that is gone after the test. */
export function temporaryFolder(test: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'mandoline-test-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A time of files that nobody has touched for years. */
export const longAgo = new Date(2001, 0);

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs a program to its end; `started` gets the process while it runs. */
export function run(
  command: string,
  given: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
  started: (child: ReturnType<typeof spawn>) => void = () => {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, given, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() }),
    );
    started(child);
  });
}

/**
 * Whether a program that others made can be started here. While one is being installed it may be there without its libraries:
 * then the loader exits with 127.
 */
export function isInstalled(program: string, ...given: string[]): boolean {
  const { status } = spawnSync(program, given.length > 0 ? given : ['--version'], { stdio: 'ignore' });
  return status !== null && status !== 127;
}

/** TypeScript's compiler, to be run by Node. */
export const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

/** What `npm pack` makes of this package, in a folder: the tarball's path, and the paths of what is in it. */
export async function pack(folder: string): Promise<{ tarball: string; paths: readonly string[] }> {
  const { code, stdout, stderr } = await run('npm', ['pack', '--pack-destination', folder, '--json'], {
    cwd: root,
  });
  assert.equal(code, 0, stderr);
  const [{ filename, files }] = JSON.parse(stdout.toString());
  return { tarball: join(folder, filename), paths: files.map(({ path }: { path: string }) => path) };
}

/** The same of the pool alone. */
export async function packPool(
  folder: string,
): Promise<{ tarball: string; unpacked: number; paths: readonly string[] }> {
  const script = join(root, 'scripts', 'pack-pool.js');
  const given = [script, '--pack-destination', folder, '--json'];
  const { code, stdout, stderr } = await run(process.execPath, given, { cwd: root });
  assert.equal(code, 0, stderr);
  const [{ filename, files, unpackedSize }] = JSON.parse(stdout.toString());
  const paths = files.map(({ path }: { path: string }) => path);
  return { tarball: join(folder, filename), unpacked: unpackedSize, paths };
}

export const mandoline = join(root, 'dist', 'command', 'mandoline.js');
/** Runs the command `mandoline` in a folder. */
export const runMandoline = (cwd: string, ...given: string[]): Promise<Ended> =>
  run(process.execPath, [mandoline, ...given], { cwd });

/** What a command wrote, and its exit code. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The words of a command, and where it is run. */
export interface CommandLine {
  readonly cwd: string;
  readonly given: readonly string[];
}

/** The processes that run many commands, by the environment that they have besides this one's, until this program ends. */
const many = new Map<string, { ask(lines: readonly CommandLine[]): Promise<Said[]> }>();

/**
 * Runs the command with each of many command lines, one after the other in one process: for those that start no other, and
 * take less than a start does.
 */
export function runLines(lines: readonly CommandLine[], more: NodeJS.ProcessEnv = {}): Promise<Said[]> {
  const key = JSON.stringify(more);
  const runner = many.get(key) ?? startRunner(more);
  many.set(key, runner);
  return runner.ask(lines);
}

/** The same, all in one folder. */
export const runMany = (
  cwd: string,
  commands: readonly (readonly string[])[],
  more?: NodeJS.ProcessEnv,
): Promise<Said[]> =>
  runLines(
    commands.map((given) => ({ cwd, given })),
    more,
  );

function startRunner(more: NodeJS.ProcessEnv) {
  const program = join(root, 'dist', 'test', 'cli', 'many-commands.js');
  const child = fork(program, { env: { ...process.env, ...more }, execArgv: [] });
  let last: Promise<unknown> = Promise.resolve();
  const hold = (isHeld: boolean) => {
    for (const each of [child, child.channel!]) isHeld ? each.ref() : each.unref();
  };
  hold(false);
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`the program of many commands ended with ${code}`);
  });
  died.catch(() => {});
  async function askNow(lines: readonly CommandLine[]): Promise<Said[]> {
    hold(true);
    child.send(lines as CommandLine[]);
    const [ended] = await Promise.race([once(child, 'message'), died]);
    hold(false);
    return ended as Said[];
  }
  return {
    /** One after the other. */
    ask(lines: readonly CommandLine[]): Promise<Said[]> {
      const answer = last.then(() => askNow(lines));
      last = answer.catch(() => {});
      return answer;
    },
  };
}

/** Whether there is time: `.ci/run` gives it once. */
export const isLong = process.env.MANDOLINE_STRESS === 'long';

/** Does something with each item, four at a time, so that programs that are mostly started use every core. */
export async function eachOfMany<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += 4)
    await Promise.all(items.slice(start, start + 4).map(work));
}
