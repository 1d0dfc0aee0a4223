// Brings a fresh clone to where its programs run: installs the locked packages and compiles to dist/.
// Does only what is not done yet: a hash of the lock file stands in node_modules/, one of the sources in dist/.
// Plain JavaScript without packages, because it runs before there are any.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const inRoot = (...path) => join(root, ...path);

/** Installs and compiles what has changed since the last time; says on stderr what it does. */
export function setup() {
  unlessDone(inRoot('node_modules', '.installed'), ['package-lock.json'], () => {
    console.error('mandoline: installing packages');
    // Its own talk goes to stderr, so that `npm start -- render -o -` keeps stdout for the data.
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
    ['package-lock.json', 'tsconfig.json', 'scripts/bundle.js', 'scripts/lesson-pages.js', ...sources],
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
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  work();
  writeFileSync(stamp, wanted);
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

/** Runs Node on a program of ours, in a process of its own, so that its clock starts with it. */
export function runProgram(given) {
  execFileSync(process.execPath, given, { cwd: root, stdio: 'inherit' });
}

/** Runs a script's work; a program that failed has said why, so only its exit code is passed on. */
export function runScript(work) {
  try {
    work();
  } catch (error) {
    if (!('status' in error)) throw error;
    process.exitCode = error.status ?? 130;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) runScript(setup);
