// Before `npm pack`: excludes modules that only the command uses, since the command is bundled. Exported modules and
// their imports stay; the .npmignore written next to them excludes the rest.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './setup.js';

const { exports, imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const addresses = (value) =>
  typeof value === 'string' ? [join(root, value)] : Object.values(value).flatMap(addresses);
const read = new Set([...addresses(exports), ...addresses(imports)]);
// Iterating a set also visits members added during the loop.
for (const file of read) for (const imported of importsOf(file)) read.add(imported);

const built = join(root, 'dist', 'src');
const withoutEnding = (file) => file.replace(/(\.d)?\.[jt]s$/, '').replaceAll('\\', '/');
const stems = new Set([...read].map((file) => withoutEnding(relative(built, file))));
for (const folder of [built, join(root, 'src')]) {
  const modules = readdirSync(folder, { recursive: true }).filter((name) => /\.[jt]s$/.test(name));
  const unread = new Set(modules.map(withoutEnding).filter((stem) => !stems.has(stem)));
  writeFileSync(join(folder, '.npmignore'), [...unread].map((stem) => `/${stem}.*\n`).join(''));
}

/** The files that a module or a declaration file imports or names by a relative URL. */
function importsOf(file) {
  if (!/\.[jt]s$/.test(file)) return [];
  const named = readFileSync(file, 'utf8').matchAll(
    /(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]|new URL\(['"](\.[^'"]+\.js)['"]/g,
  );
  return [...named]
    .map(([, imported, address]) => join(dirname(file), imported ?? address))
    .map((path) => (file.endsWith('.d.ts') ? path.replace(/\.js$/, '.d.ts') : path))
    .filter((path) => existsSync(path));
}
