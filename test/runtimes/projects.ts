// The projects in which the packed pool is tried: what their files are, and the squares that every one of them prints.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const printed = '1 4 9';

const squares = (types: boolean) => `import { define } from 'POOL';

export const { square } = define(import.meta.url, {
  square(x${types ? ': number' : ''})${types ? ': number' : ''} {
    return x * x;
  },
});
`;

const program = (ending: string) => `import { isMainThread, Pool } from 'POOL';
import { square } from './squares.${ending}';

if (isMainThread) {
  const pool = new Pool({ workers: 2 });
  console.log((await pool.map(square, [1, 2, 3])).join(' '));
  pool.close();
  await pool.join();
}
`;

/** JavaScript whose task is TypeScript, for runtimes that read only one of both. */
const mixed = `import { Pool, tasks } from 'POOL';

const { square } = tasks(new URL('./squares.ts', import.meta.url));
const pool = new Pool({ workers: 1 });
console.log(await pool.map(square, [1, 2, 3]).then((squares) => squares.join(' '), ({ message }) => message));
`;

const common = `const { pathToFileURL } = require('node:url');
const { define, isMainThread, Pool } = require('POOL');

const { square } = define(pathToFileURL(__filename), { square: (x) => x * x });
exports.square = square;

if (isMainThread) {
  const pool = new Pool({ workers: 2 });
  pool.map(square, [1, 2, 3]).then((squares) => {
    console.log(squares.join(' '));
    pool.close();
  });
}
`;

/** As a bundler for CommonJS leaves it: without an address. */
const withoutAddress = `const { define } = require('POOL');
try {
  define(undefined, { square: (x) => x * x });
} catch ({ message }) {
  console.log(message);
}
`;

const vitest = `import { Pool } from 'POOL';
import { expect, test } from 'vitest';
import { square } from './squares.js';

test('squares', async () => {
  const pool = new Pool({ workers: 2 });
  expect(await pool.map(square, [1, 2, 3])).toEqual([1, 4, 9]);
  pool.close();
  await pool.join();
});
`;

const page = (worker: string) => `import { Pool } from 'POOL';
import { square } from './squares.js';

const pool = new Pool({
  workers: 2,
  worker: () => new Worker(new URL('./${worker}', import.meta.url), { type: 'module' }),
});
document.title = await pool.map(square, [1, 2, 3]).then((squares) => squares.join(' '), String);
`;
const pageWorker = "import { serve } from 'POOL';\nimport './squares.js';\n\nserve();\n";
/** Import maps are a page's, not its workers', so the module of the task imports nothing by a name. */
const unbundled = `import { Pool, tasks } from 'POOL';

const { square } = tasks(new URL('./squares.js', import.meta.url));
const pool = new Pool({ workers: 2 });
document.title = await pool.map(square, [1, 2, 3]).then((squares) => squares.join(' '), String);
`;
const compilerOptions = {
  strict: true,
  target: 'es2022',
  module: 'nodenext',
  skipLibCheck: false,
  types: [],
  lib: ['es2022', 'dom'],
};
const html = (script: string) =>
  `<!doctype html><title>waiting</title><script type="module" src="./${script}"></script>`;

const files: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ private: true, type: 'module' }),
  'js/squares.js': squares(false),
  'js/program.js': program('js'),
  'ts/squares.ts': squares(true),
  'ts/program.ts': program('js'),
  'ts/tsconfig.json': JSON.stringify({
    compilerOptions: { ...compilerOptions, outDir: 'out' },
    files: ['program.ts'],
  }),
  'ts/squares.test.ts': vitest,
  'as-it-is/squares.ts': squares(true),
  'as-it-is/program.ts': program('ts'),
  'as-it-is/program.js': mixed,
  'common/package.json': JSON.stringify({ type: 'commonjs' }),
  'common/program.js': common,
  'common/without-address.js': withoutAddress,
  'vite/squares.ts': squares(true),
  'vite/page.ts': page('worker.ts'),
  'vite/worker.ts': pageWorker,
  'vite/index.html': html('page.ts'),
  'vite/vite.config.js': "export default { base: './', build: { target: 'es2022' } };\n",
  'webpack/squares.js': squares(false),
  'webpack/page.js': page('worker.js'),
  'webpack/worker.js': pageWorker,
  'webpack/dist/index.html': html('main.js'),
  'modules/squares.js': 'export const square = (x) => x * x;\n',
  'modules/page.js': unbundled,
};

/** Writes the projects, which use the pool under this name, into a folder. */
export function writeProjects(folder: string, pool: string): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text.replaceAll('POOL', pool));
  }
}

/** A page without a bundler, which finds the pool's modules by an import map. */
export const modulesPage = (imports: Readonly<Record<string, string>>): string =>
  `<!doctype html><title>waiting</title><script type="importmap">${JSON.stringify({ imports })}</script>` +
  '<script type="module" src="./page.js"></script>';
