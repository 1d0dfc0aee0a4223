// The documentation's website: pages, navigation and search. The Markdown is the repository's own, so links to sources
// become plain text here.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const pages = fileURLToPath(new URL('../pages/', import.meta.url));
const page = (text, link) => ({ text, link });

const sidebar = [
  {
    text: 'Start',
    items: [
      page('Mandoline', '/'),
      page('All pages', '/docs/'),
      page('Troubleshooting', '/docs/troubleshooting'),
    ],
  },
  {
    text: 'Pictures',
    items: [
      page('Rendering and files', '/docs/rendering'),
      page('Formulas', '/docs/formulas'),
      page('Scenes and addresses', '/docs/scenes'),
      page('Colour', '/docs/colour'),
      page('Films', '/docs/films'),
      page('The explorer', '/docs/explorer'),
    ],
  },
  {
    text: 'Parallel computing',
    items: [
      page('The pool', '/src/pool/'),
      page('Many machines', '/docs/cluster'),
      page('Batch schedulers and MPI', '/docs/batch'),
    ],
  },
  {
    text: 'The lesson',
    items: [
      page('Overview', '/lesson/'),
      page('1. Serial', '/lesson/1-serial'),
      page('2. Message passing', '/lesson/2-message-passing'),
      page('3. A pool', '/lesson/3-pool'),
      page('4. Parameters', '/lesson/4-partial'),
      page('5. Slices', '/lesson/5-slices'),
      page('6. Shared memory', '/lesson/6-shared-memory'),
      page('7. The table', '/lesson/7-table'),
      page('8. Beyond', '/lesson/8-beyond'),
      page('Coming from Python', '/lesson/python'),
      page('For teachers', '/lesson/teachers'),
    ],
  },
  {
    text: 'Reference',
    items: [
      page('mandoline', '/docs/api/'),
      page('mandoline/pool', '/docs/api/pool'),
      page('mandoline/mpi', '/docs/api/mpi'),
      page('Keys of a scene', '/docs/api/scene'),
    ],
  },
  {
    text: 'Background',
    items: [
      page('Exactness', '/docs/exactness'),
      page('Performance', '/docs/performance'),
      page('Other programs', '/docs/comparison'),
      page('Stability', '/docs/stability'),
      page('Architecture', '/ARCHITECTURE'),
      page('Contributing', '/CONTRIBUTING'),
      page('Security', '/SECURITY'),
      page('Changes', '/CHANGELOG'),
    ],
  },
];

/** Pages of a folder that are not in the sidebar yet, called by their headings. */
function otherPages(folder) {
  const listed = sidebar.flatMap(({ items }) => items.map(({ link }) => link));
  return readdirSync(join(pages, folder))
    .filter((name) => /^(?!index).+\.md$/.test(name))
    .map((name) => page(headingOf(join(pages, folder, name)), `/${folder}/${name.replace('.md', '')}`))
    .filter(({ link }) => !listed.includes(link));
}

const headingOf = (file) => /^# (.+)$/m.exec(readFileSync(file, 'utf8'))[1].replaceAll('`', '');

for (const { text, items } of sidebar) {
  if (text === 'Background') items.push(...otherPages('docs'));
  if (text === 'The lesson') items.push(...otherPages('lesson'));
}

/** Makes plain text of links to files that are not on the site, such as sources. */
function withoutSources(md) {
  const isElsewhere = (href, env) => {
    if (/^([a-z]+:|#|\/)/.test(href)) return false;
    const path = join(dirname(env.relativePath), href.replace(/#.*/, ''));
    const isPage = path.endsWith('.md') && existsSync(join(pages, path));
    return existsSync(join(root, path)) && !isPage;
  };
  md.core.ruler.push('sources', ({ tokens, env }) => {
    for (const { children } of tokens) {
      let isDropped = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') isDropped = isElsewhere(token.attrGet('href'), env);
        if (isDropped && /^link_/.test(token.type))
          Object.assign(token, { type: 'text', tag: '', content: '', attrs: null, nesting: 0 });
      }
    }
  });
}

/** Gives indented blocks, which are commands, the style of fenced ones. */
function commandBlocks(md) {
  md.core.ruler.push('commands', ({ tokens }) => {
    for (const token of tokens)
      if (token.type === 'code_block') Object.assign(token, { type: 'fence', info: 'sh', markup: '```' });
  });
}

export default {
  title: 'Mandoline',
  description: 'Fractals computed in parallel, exactly; a worker pool; and a lesson',
  lang: 'en-GB',
  // The path under which the site is served, such as /mandoline/.
  base: process.env.SITE_BASE ?? '/',
  srcDir: './pages',
  outDir: '../../dist/site',
  cacheDir: './node_modules/.vitepress-cache',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: { config: (md) => md.use(withoutSources).use(commandBlocks), image: { lazyLoading: true } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar,
    nav: [
      page('Render', '/docs/rendering'),
      page('Pool', '/src/pool/'),
      page('Lesson', '/lesson/'),
      page('Reference', '/docs/api/'),
    ],
    externalLinkIcon: true,
  },
};
