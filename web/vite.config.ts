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

/** The library's modules whose functions run in workers: those of every worker, and those of web/workers/whole.ts alone. */
const quickTasks = [join(library, 'render', 'task.js')];
const taskModules = [
  ...quickTasks,
  ...['render/band.js', 'render/gathered.js', 'render/exact.js', 'encode/png-band.web.js'].map((file) =>
    join(library, file),
  ),
];
/** The modules of workers, with the call that starts each. */
const workers = new Map([
  [join(library, 'pool', 'worker.web.js'), { starts: 'serveHere(undefined)', modules: quickTasks }],
  [join(root, 'web', 'workers', 'whole.ts'), { starts: 'serve()', modules: taskModules }],
]);

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

/** In the workers: serves these functions. */
const servingWorker: Plugin = {
  name: 'serving-worker',
  transform(code, id) {
    const worker = workers.get(id);
    if (!worker) return undefined;
    const { starts, modules } = worker;
    const imports = modules.map((file, i) => `import * as tasks${i} from ${JSON.stringify(file)};\n`);
    const served = modules.map((_, i) => `...tasks${i}`);
    const call = starts.slice(0, starts.indexOf('('));
    const serving = code.replace(starts, `${call}({ ${served} })`);
    if (serving === code) this.error(`${id}: no longer calls ${starts}`);
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
    // The picture of links is for other sites.
    const own = readdirSync(join(root, 'web', 'public')).filter((name) => name !== 'link.jpg');
    const files = ['./', ...names, ...own];
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

/**
 * The named palettes use a tenth of d3's colours, the experiment's chart all of them. A module is in one file of the
 * build, so the palettes have a copy of these packages, of which only that tenth is left.
 */
const palettes: Plugin = {
  name: 'palettes',
  enforce: 'pre',
  async resolveId(source, importer) {
    const isOurs = importer?.startsWith(join(library, 'color')) || importer?.endsWith(copied);
    if (!isOurs || !/^d3-(color|interpolate|scale-chromatic)$/.test(source)) return null;
    const found = await this.resolve(source, importer?.replace(copied, ''), { skipSelf: true });
    return found && { ...found, id: found.id + copied, moduleSideEffects: false };
  },
  // Calls that only make values.
  transform: (code, id) =>
    id.endsWith(copied)
      ? code.replace(/(?<=^var [\w$]+ = (?:ramp\()?)(?=(?:new )?[\w$]+\()/gm, '/*#__PURE__*/ ')
      : undefined,
};
const copied = '?palettes';

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
  plugins: [servedTasks, palettes, lesson, offline],
  worker: { format: 'es', plugins: () => [servingWorker] },
  build: {
    outDir: join(root, 'dist', 'explorer'),
    emptyOutDir: true,
    target: 'es2022',
    // The library's modules have no side effects on import, except the pool's, so code that only later imports need is
    // left out of the initial load.
    rolldownOptions: {
      treeshake: {
        moduleSideEffects: (id) =>
          !id.endsWith(copied) && (!id.startsWith(library) || id === join(library, 'pool', 'pool.js')),
      },
    },
    assetsInlineLimit: 0,
  },
});
