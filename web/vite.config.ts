// The explorer as static files: `npm run build:web`, by scripts/setup.js. The library comes compiled, from dist/src. The
// pool's workers import the modules of their tasks by address; here those are built into the worker, one file, because
// a service worker does not answer what a worker imports later in every browser (WebKit), and offline nobody else does.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, transformWithOxc } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const library = join(root, 'dist', 'src');

/** Modules of the library whose functions workers run. */
const taskModules = [
  ...['render/task.js', 'render/band.js', 'render/gathered.js', 'render/exact.js'],
  'encode/png-band.web.js',
].map((file) => join(library, file));

/** On the page's side: tasks are named as functions that the worker serves. */
const servedTasks: Plugin = {
  name: 'served-tasks',
  transform: {
    // Before Vite takes the modules for files that are copied as they are.
    order: 'pre',
    handler(code, id) {
      if (!id.startsWith(library)) return undefined;
      return code.replace(
        /\btasks\(new URL\('(\.[^']+\.js)', import\.meta\.url\)\)/g,
        (text, address: string) => {
          const file = join(dirname(id), address);
          if (!existsSync(file)) return text; // in a message
          if (!taskModules.includes(file)) this.error(`${file}: add it to taskModules in vite.config.ts`);
          return 'tasks()';
        },
      );
    },
  },
};

/** On the worker's side: it serves them. */
const servingWorker: Plugin = {
  name: 'serving-worker',
  transform(code, id) {
    if (id !== join(library, 'pool', 'worker.web.js')) return undefined;
    const imports = taskModules.map((file, i) => `import * as tasks${i} from ${JSON.stringify(file)};\n`);
    const served = taskModules.map((_, i) => `...tasks${i}`);
    const serving = code.replace('serveHere(undefined)', `serveHere({ ${served} })`);
    if (serving === code) this.error('serves nothing of its own any more');
    return imports.join('') + serving;
  },
};

/** The lesson's chapters, as scripts/lesson-pages.js made them: a file that the page asks for when it shows them. */
const lesson: Plugin = {
  name: 'lesson',
  apply: 'build',
  generateBundle() {
    const source = readFileSync(join(root, 'dist', 'lesson', 'chapters.json'), 'utf8');
    this.emitFile({ type: 'asset', fileName: 'lesson.json', source });
  },
};

/** The service worker, with the names of all files of the build in it. */
const offline: Plugin = {
  name: 'offline',
  apply: 'build',
  async generateBundle(_, bundle) {
    const names = Object.keys(bundle).filter((name) => name !== 'index.html');
    const files = ['./', ...names, ...readdirSync(join(root, 'web', 'public'))];
    const page = bundle['index.html'];
    const hash = createHash('sha256')
      .update(files.join())
      .update(page?.type === 'asset' ? page.source : '');
    const source = readFileSync(join(root, 'web', 'offline-worker.ts'), 'utf8');
    const { code } = await transformWithOxc(source, 'offline-worker.ts');
    const about = `const files = ${JSON.stringify(files)};\nconst build = 'mandoline-${hash.digest('hex').slice(0, 16)}';\n`;
    this.emitFile({ type: 'asset', fileName: 'offline-worker.js', source: about + code });
  },
};

export default defineConfig({
  root: join(root, 'web'),
  // Works in any folder of any host.
  base: './',
  resolve: {
    alias: {
      'mandoline/pool': join(library, 'pool', 'index.js'),
      mandoline: join(library, 'index.js'),
    },
  },
  plugins: [servedTasks, lesson, offline],
  worker: { format: 'es', plugins: () => [servingWorker] },
  build: {
    outDir: join(root, 'dist', 'explorer'),
    emptyOutDir: true,
    target: 'es2022',
    // Importing a module of the library does nothing by itself, except in the pool; so what only a later import needs
    // is not part of what the page opens with.
    rolldownOptions: {
      treeshake: {
        moduleSideEffects: (id) => !id.startsWith(library) || id.startsWith(join(library, 'pool')),
      },
    },
    assetsInlineLimit: 0,
  },
});
