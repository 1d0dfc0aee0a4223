// `npm run pack:pool`: packs the pool as a separate package, mandoline-pool-VERSION.tgz in the clone's root. Its code
// and types come from dist/src/pool, bundled in one file per platform; its metadata comes from package.json.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runScript, setup } from './setup.js';

const name = 'mandoline-pool';
const description =
  "A worker pool with the guarantees of Python's multiprocessing.Pool, for Node, Bun, Deno and browsers";
const keywords = [
  'worker-pool',
  'thread-pool',
  'multiprocessing',
  'worker-threads',
  'web-worker',
  'parallel',
];
const built = join(root, 'dist', 'src', 'pool');
const package_ = join(root, 'dist', name);

/** Creates the package's folder and its tarball, in the clone's root unless npm's flags say otherwise. */
async function packPool(flags) {
  rmSync(package_, { recursive: true, force: true });
  mkdirSync(join(package_, 'types'), { recursive: true });
  await writeCode();
  for (const file of typesFrom('index.d.ts'))
    writeFileSync(join(package_, 'types', file), withoutMap(readFileSync(join(built, file), 'utf8')));
  writeFileSync(join(package_, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
  const readme = readFileSync(join(root, 'src', 'pool', 'README.md'), 'utf8');
  writeFileSync(join(package_, 'README.md'), ofThisPackage(readme));
  cpSync(join(root, 'LICENSE'), join(package_, 'LICENSE'));
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  execFileSync(npm, ['pack', package_, ...flags], {
    cwd: root,
    stdio: 'inherit',
    shell: npm.endsWith('.cmd'),
  });
}

async function writeCode() {
  // Imported after setup, which may have installed it.
  const { rolldown } = await import('rolldown');
  const write = async (input, output, platform) => {
    const bundled = await rolldown({ input: join(built, input), platform });
    await bundled.write({ file: join(package_, output), codeSplitting: false });
  };
  await write('index.js', 'node.js', 'node');
  await write('index.js', 'web.js', 'browser');
  // web.js starts the worker by this name.
  await write('worker.web.js', 'worker.web.js', 'browser');
}

function manifest() {
  const whole = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { version, license, type, engines, repository, bugs, homepage } = whole;
  return {
    name,
    version,
    description,
    license,
    type,
    engines,
    keywords,
    // Set by the release, see .github/workflows/release.yml.
    ...(repository && { repository: { ...repository, directory: 'src/pool' } }),
    bugs,
    homepage,
    main: './node.js',
    types: './types/index.d.ts',
    exports: {
      '.': { types: './types/index.d.ts', node: './node.js', default: './web.js' },
      './package.json': './package.json',
    },
    sideEffects: ['./worker.web.js'],
  };
}

/** A declaration file and all files that it imports. */
function typesFrom(first) {
  const files = new Set([first]);
  // Examples in docstrings name the reader's modules, which do not exist here.
  for (const file of files)
    for (const [, stem] of readFileSync(join(built, file), 'utf8').matchAll(/'\.\/([\w.-]+)\.js'/g))
      if (existsSync(join(built, `${stem}.d.ts`))) files.add(`${stem}.d.ts`);
  return files;
}

const withoutMap = (text) => text.replace(/\/\/# sourceMappingURL=.*\n?/, '');

/** The package's README: without comments for tests and without links to files outside the package. */
const ofThisPackage = (text) =>
  text
    .replaceAll('mandoline/pool', name)
    .replace(/^<!--[\s\S]*?-->\n/gm, '')
    .replace(/\[([^\]]+)\]\(\.\.[^)]*\)/g, '$1');

runScript(setup);
if (!process.exitCode) await packPool(process.argv.slice(2));
