// `npm run pack:pool`: the pool as a package of its own, mandoline-pool-VERSION.tgz in the clone's root. Its code and types
// are those of dist/src/pool, in one file for each place where it runs. What it says of itself is package.json's.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runScript, setup } from './setup.js';

const name = 'mandoline-pool';
const description =
  "A worker pool that keeps the promises of Python's multiprocessing.Pool, on Node, Bun, Deno and in browsers";
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

/** Makes the package's folder, and of it the tarball, in the clone's root unless npm's flags say otherwise. */
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
  // Loaded after setup, which may have installed it.
  const { rolldown } = await import('rolldown');
  const write = async (input, output, platform) => {
    const bundled = await rolldown({ input: join(built, input), platform });
    await bundled.write({ file: join(package_, output), codeSplitting: false });
  };
  await write('index.js', 'node.js', 'node');
  await write('index.js', 'web.js', 'browser');
  // The address under which web.js starts it.
  await write('worker.web.js', 'worker.web.js', 'browser');
}

function manifest() {
  const whole = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { version, license, type, engines, repository } = whole;
  return {
    name,
    version,
    description,
    license,
    type,
    engines,
    keywords,
    ...(repository && { repository: { ...repository, directory: 'src/pool' } }),
    main: './node.js',
    types: './types/index.d.ts',
    exports: {
      '.': { types: './types/index.d.ts', node: './node.js', default: './web.js' },
      './package.json': './package.json',
    },
    sideEffects: ['./worker.web.js'],
  };
}

/** A file of types and all that it imports. */
function typesFrom(first) {
  const files = new Set([first]);
  // Examples in docstrings name modules of their reader.
  for (const file of files)
    for (const [, stem] of readFileSync(join(built, file), 'utf8').matchAll(/'\.\/([\w.-]+)\.js'/g))
      if (existsSync(join(built, `${stem}.d.ts`))) files.add(`${stem}.d.ts`);
  return files;
}

const withoutMap = (text) => text.replace(/\/\/# sourceMappingURL=.*\n?/, '');

/** The README as it is in this package: without comments for tests, and links to what is not in it. */
const ofThisPackage = (text) =>
  text
    .replaceAll('mandoline/pool', name)
    .replace(/^<!--[\s\S]*?-->\n/gm, '')
    .replace(/\[([^\]]+)\]\(\.\.[^)]*\)/g, '$1');

runScript(setup);
if (!process.exitCode) await packPool(process.argv.slice(2));
