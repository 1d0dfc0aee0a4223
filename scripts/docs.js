// `npm run docs`: generates the reference in docs/api/ from the docstrings with TypeDoc. A test checks that every name
// has a docstring. TypeDoc needs an older TypeScript than the project's, so it is installed separately, in
// scripts/reference/. Also considered: API Extractor, which needs a run and a report for each entry point and leaves
// Markdown to a second program.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root, runScript, setup } from './setup.js';

const generator = join(root, 'scripts', 'reference');
const api = join(root, 'docs', 'api');
const made = join(generator, 'made');
/** TypeDoc's names of the modules, and the names by which they are imported. */
const modules = { index: 'mandoline', pool: 'mandoline/pool', 'cluster/mpi': 'mandoline/mpi' };

runScript(() => {
  setup();
  const run = (command, ...given) =>
    execFileSync(command, given, {
      cwd: generator,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    });
  if (!existsSync(join(generator, 'node_modules'))) run('npm', 'ci', '--no-fund', '--no-audit');
  run('npx', 'typedoc', '--out', 'made');
  rmSync(api, { recursive: true, force: true });
  mkdirSync(api);
  const pages = Object.entries(modules).map(([name, module]) => {
    const page = `${basename(name)}.md`;
    const text = readable(readFileSync(join(made, `${name}.md`), 'utf8'));
    writeFileSync(join(api, page), text.replace(/^# .*/, `# ${module}`));
    return `- [${module}](${page})\n`;
  });
  writeFileSync(join(api, 'scene.md'), sceneKeys());
  writeFileSync(
    join(api, 'README.md'),
    `# The reference\n\nWhat the package exports, and the keys of a scene.\n\n${pages.join('')}- [the keys of a scene](scene.md)\n`,
  );
  rmSync(made, { recursive: true });
});

/** Names destructured parameters in a page by their types. */
function readable(page) {
  const named = (part) => {
    const type = /`__namedParameters\??` \| \[`\w*?([A-Z][a-z]+)`\]/.exec(part)?.[1];
    return type ? part.replaceAll('__namedParameters', type.toLowerCase()) : part;
  };
  return rightAnchors(
    page
      .split(/(?=^\*\*\*$)/m)
      .map(named)
      .join(''),
  );
}

/** Corrects anchors: TypeDoc counts `Pool.stats` and `PoolStats` as the same heading, GitHub does not. */
function rightAnchors(text) {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase());
  return text.replace(/\(#([\w-]+)-1\)/g, (link, anchor) =>
    headings.filter((heading) => heading === anchor).length === 1 ? `(#${anchor})` : link,
  );
}

/** The schema's description of each key. */
function sceneKeys() {
  const command = join(root, 'dist', 'command', 'mandoline.js');
  const { properties, required } = JSON.parse(execFileSync(process.execPath, [command, 'schema']));
  const rows = Object.entries(properties).map(([key, { description }]) => {
    const isNeeded = required.includes(key) ? 'yes' : '';
    return `| \`${key}\` | ${isNeeded} | ${description.replaceAll('|', '\\|')} |`;
  });
  return `# The keys of a scene

The keys of a \`Scene\` in a program and of a JSON scene file. A scene has either a \`view\` or a \`lattice\`. The table is
generated from the JSON Schema that \`mandoline schema\` prints.

| key | required | meaning |
| --- | --- | --- |
${rows.join('\n')}
`;
}
