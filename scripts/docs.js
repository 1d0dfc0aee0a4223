// `npm run docs`: the reference in docs/api/, made of the docstrings; that there is one for every name is a test.
// TypeDoc writes it. It reads sources by an older TypeScript than the project has, so it is installed apart, in
// scripts/reference/. Also looked at: API Extractor, which wants a run and a report for each entry and leaves Markdown
// to a second program.
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runScript, setup } from './setup.js';

const generator = join(root, 'scripts', 'reference');
const api = join(root, 'docs', 'api');
/** What each page is called in an import. */
const modules = { index: 'mandoline', pool: 'mandoline/pool' };

runScript(() => {
  setup();
  const run = (command, ...given) =>
    execFileSync(command, given, {
      cwd: generator,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    });
  if (!existsSync(join(generator, 'node_modules'))) run('npm', 'ci', '--no-fund', '--no-audit');
  rmSync(api, { recursive: true, force: true });
  run('npx', 'typedoc');
  for (const file of readdirSync(api)) {
    const page = join(api, file);
    writeFileSync(page, readable(readFileSync(page, 'utf8')));
  }
  writeFileSync(join(api, 'scene.md'), sceneKeys());
  appendFileSync(join(api, 'README.md'), '- [the keys of a scene](scene.md)\n');
});

/** A page with modules called as they are imported, and parameters that are taken apart called by their types. */
function readable(page) {
  let text = page;
  for (const [name, module] of Object.entries(modules)) {
    text = text.replace(new RegExp(`^# ${name}$`, 'm'), `# ${module}`);
    text = text.replaceAll(`[${name}](${name}.md)`, `[${module}](${name}.md)`);
  }
  const named = (part) => {
    const type = /`__namedParameters\??` \| \[`\w*?([A-Z][a-z]+)`\]/.exec(part)?.[1];
    return type ? part.replaceAll('__namedParameters', type.toLowerCase()) : part;
  };
  return text
    .split(/(?=^\*\*\*$)/m)
    .map(named)
    .join('');
}

/** What the schema says of each key. */
function sceneKeys() {
  const command = join(root, 'dist', 'command', 'mandoline.js');
  const { properties, required } = JSON.parse(execFileSync(process.execPath, [command, 'schema']));
  const rows = Object.entries(properties).map(([key, { description }]) => {
    const isNeeded = required.includes(key) ? 'yes' : '';
    return `| \`${key}\` | ${isNeeded} | ${description.replaceAll('|', '\\|')} |`;
  });
  return `# The keys of a scene

Of a \`Scene\` in a program, and of a file in JSON. A scene has either a \`view\` or a \`lattice\`. \`mandoline schema\`
prints the JSON Schema that these are from.

| key | needed | what it says |
| --- | --- | --- |
${rows.join('\n')}
`;
}
