// Builds the explorer as static files: `npm run build:web`, run by scripts/setup.js. The library comes compiled, from
// dist/src. The pool's workers usually import task modules by URL. Here these are bundled into the worker, because in
// WebKit a service worker does not serve a worker's later imports, which would fail offline.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, transformWithOxc } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const library = join(root, 'dist', 'src');

/** The library's modules whose functions run in workers. */
const taskModules = [
  ...['render/task.js', 'render/band.js', 'render/gathered.js', 'render/exact.js'],
  'encode/png-band.web.js',
].map((file) => join(library, file));

/** In the page: refers to tasks by the names of functions that the worker serves. */
const servedTasks: Plugin = {
  name: 'served-tasks',
  transform: {
    // Runs before Vite treats the modules as static files.
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

/** In the worker: serves these functions. */
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

/** The lesson's chapters, made by scripts/lesson-pages.js: a file that the page loads when it shows them. */
const lesson: Plugin = {
  name: 'lesson',
  apply: 'build',
  generateBundle() {
    const source = readFileSync(join(root, 'dist', 'lesson', 'chapters.json'), 'utf8');
    this.emitFile({ type: 'asset', fileName: 'lesson.json', source });
  },
};

/** The service worker, with the names of the build's files inserted. */
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
  // The site works in any folder of any host.
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
    // The library's modules have no side effects on import, except the pool's, so code that only later imports need is
    // left out of the initial load.
    rolldownOptions: {
      treeshake: {
        moduleSideEffects: (id) => !id.startsWith(library) || id.startsWith(join(library, 'pool')),
      },
    },
    assetsInlineLimit: 0,
  },
});
