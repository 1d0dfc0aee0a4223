// `npm run site`: builds the documentation website, static files with search, in dist/site from the project's Markdown
// with VitePress. It is installed separately, in scripts/site/, because nothing else needs it. Also considered:
// Docusaurus and Starlight (several times as large; both need their own format), Eleventy (has no theme).
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, runScript } from './setup.js';

const generator = join(root, 'scripts', 'site');
/** Copies of the pages and pictures, in a folder where the generator finds its packages. */
const pages = join(generator, 'pages');
const isCopied = (name) => /\.(md|png|svg)$/.test(name);

runScript(() => {
  const run = (command, ...given) =>
    execFileSync(command, given, {
      cwd: generator,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    });
  if (!existsSync(join(generator, 'node_modules')))
    run('npm', 'ci', '--ignore-scripts', '--no-fund', '--no-audit');
  rmSync(pages, { recursive: true, force: true });
  for (const name of readdirSync(root)) if (name.endsWith('.md')) copy(name);
  for (const folder of ['docs', 'lesson', join('src', 'pool')])
    for (const name of readdirSync(join(root, folder), { recursive: true }))
      if (isCopied(name)) copy(join(folder, name));
  rmSync(join(root, 'dist', 'site'), { recursive: true, force: true });
  run('npx', 'vitepress', 'build', '.');
  rmSync(pages, { recursive: true });
});

/** Copies a file; a folder's README becomes its index page. docs/api/ has its own index. */
function copy(path) {
  const [from, to] = [path, path.replace('README.md', 'index.md')].map((each, i) =>
    join([root, pages][i], each),
  );
  if (path === join('docs', 'api', 'README.md')) return;
  mkdirSync(dirname(to), { recursive: true });
  if (!path.endsWith('.md')) return cpSync(from, to);
  writeFileSync(to, readFileSync(from, 'utf8').replace(/(\]\([^)\s]*)README\.md/g, '$1index.md'));
}
