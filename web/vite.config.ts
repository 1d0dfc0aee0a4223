// The explorer as static files: `npm run build:web`, by scripts/setup.js. The library comes compiled, from dist/src; modules that it names
// for workers (`new URL('./task.js', import.meta.url)`) become files of their own that keep their exports.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, transformWithOxc } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const library = join(root, 'dist', 'src');

const taskModules: Plugin = {
  name: 'task-modules',
  transform: {
    // Before Vite takes them for files that are copied as they are.
    order: 'pre',
    handler(code, id) {
      if (!id.startsWith(library)) return undefined;
      return code.replace(
        /(?<!new Worker\()new URL\('(\.[^']+\.js)', import\.meta\.url\)/g,
        (text, address: string) => {
          const file = join(dirname(id), address);
          if (!existsSync(file)) return text; // in a message
          const chunk = this.emitFile({ type: 'chunk', id: file, preserveSignature: 'strict' });
          return `new URL(import.meta.ROLLUP_FILE_URL_${chunk})`;
        },
      );
    },
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
  plugins: [taskModules, lesson, offline],
  worker: { format: 'es' },
  build: {
    outDir: join(root, 'dist', 'explorer'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
  },
});
