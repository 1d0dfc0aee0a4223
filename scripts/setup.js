// Sets up a fresh clone: installs the locked packages and compiles to dist/.
// Skips steps that are already done: node_modules/ has a hash of the lock file, dist/ one of the sources.
// Plain JavaScript without packages, because it runs before any are installed.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const inRoot = (...path) => join(root, ...path);

/** Installs and compiles whatever has changed since the last run; reports progress on stderr. */
export function setup() {
  unlessDone(inRoot('node_modules', '.installed'), ['package-lock.json'], () => {
    console.error('mandoline: installing packages');
    // npm's output goes to stderr, so that `npm start -- render -o -` keeps stdout for the data.
    run(process.platform === 'win32' ? 'npm.cmd' : 'npm', [
      'ci',
      '--ignore-scripts',
      '--no-fund',
      '--no-audit',
    ]);
  });
  const sources = ['src', 'web', 'lesson', 'bench', 'test'].flatMap(sourceFiles);
  unlessDone(
    inRoot('dist', '.built'),
    [
      'package-lock.json',
      'tsconfig.json',
      'scripts/bundle.js',
      'scripts/lesson-pages.js',
      'scripts/lesson-slides.js',
      ...sources,
    ],
    () => {
      console.error('mandoline: compiling');
      rmSync(inRoot('dist'), { recursive: true, force: true });
      run(process.execPath, [inRoot('node_modules', 'typescript', 'bin', 'tsc')]);
      run(process.execPath, [inRoot('scripts', 'lesson-pages.js')]);
      const vite = inRoot('node_modules', 'vite', 'bin', 'vite.js');
      run(process.execPath, [
        vite,
        'build',
        '--config',
        inRoot('web', 'vite.config.ts'),
        '--logLevel',
        'error',
      ]);
      run(process.execPath, [inRoot('scripts', 'bundle.js')]);
      chmodSync(inRoot('dist', 'command', 'mandoline.js'), 0o755);
    },
  );
}

function unlessDone(stamp, inputs, work) {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(`${input}\0`).update(readFileSync(inRoot(input)));
  const wanted = hash.digest('hex');
  const isDone = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (isDone()) return;
  alone(() => {
    if (isDone()) return;
    work();
    writeFileSync(stamp, wanted);
  });
}

/** Runs work while no other program sets up this folder: two may be started at once in a fresh clone. */
export function alone(work) {
  const lock = inRoot('.setting-up');
  for (let looks = 0; !createdNow(lock); looks++) {
    const holder = Number(readIfThere(lock));
    if (holder > 0 && !isRunning(holder)) releaseFor(holder, lock);
    else if (looks === 10)
      console.error(`mandoline: process ${holder} is setting up this folder; if it is not, remove ${lock}`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Removes a dead program's lock: only one waiting program does so, and never removes the next holder's lock. */
function releaseFor(holder, lock) {
  const mark = `${lock}-${holder}`;
  if (!createdNow(mark)) return;
  if (readIfThere(lock) === String(holder)) rmSync(lock);
  rmSync(mark);
}

function createdNow(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function run(command, options) {
  execFileSync(command, options, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: command.endsWith('.cmd'),
  });
}

function sourceFiles(folder) {
  return readdirSync(inRoot(folder), { recursive: true })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((name) => /\.(ts|md|html|css|svg|webmanifest)$/.test(name))
    .sort();
}

/** Runs one of our programs in its own Node process, so that its clock starts with it. */
export function runProgram(given) {
  execFileSync(process.execPath, given, { cwd: root, stdio: 'inherit' });
}

/** Runs a script's work; a failed program has reported its error, so only its exit code is passed on. */
export function runScript(work) {
  try {
    work();
  } catch (error) {
    if (!('status' in error)) throw error;
    process.exitCode = error.status ?? 130;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) runScript(setup);
