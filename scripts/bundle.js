// Bundles the code that must start fast: the pool's worker, the command, and the modules of the command's workers. One
// file starts faster than a tree of modules. Also writes the manual page, generated from the command's definitions.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { root } from './setup.js';

const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** Packages that every command needs; bundled although the library also depends on them. */
const bundledPackages = ['d3-color', 'd3-scale-chromatic', 'fastest-levenshtein', 'valibot'];
/** Packages left out of bundles. `canvas` is an optional one of linkedom, not needed here. */
const externalPackages = new Set(
  [...Object.keys({ ...dependencies, ...peerDependencies }), 'canvas'].filter(
    (name) => !bundledPackages.includes(name),
  ),
);
/** Folders of the bundled packages. */
const inBundles = new Set();

const command = join(root, 'dist', 'command');

/** Modules that the command's workers import, each with its own bundle. */
const tasks = new Set();
const renaming = [{ name: 'addresses', transform: renameAddresses }];

await writeWorkerText(join(root, 'dist', 'src', 'pool'));
await bundle(join(root, 'dist', 'src', 'cli', 'main.js'), renaming, {
  dir: command,
  entryFileNames: 'mandoline.js',
  chunkFileNames: 'part-[name].js',
});
for (const task of tasks)
  await bundle(task, renaming, { file: join(command, basename(task)), codeSplitting: false });
writeFileSync(join(command, 'licenses.txt'), [...inBundles].sort().map(licenseOf).join('\n\n'));

const load = (name) => import(pathToFileURL(join(root, 'dist', 'src', 'cli', `${name}.js`)));
const [{ manPage }, { makeProgram }] = [await load('man'), await load('program')];
mkdirSync(join(root, 'dist', 'man'), { recursive: true });
writeFileSync(
  join(root, 'dist', 'man', 'mandoline.1'),
  manPage(makeProgram(), new Date().toISOString().slice(0, 10)),
);

/** Writes the pool's worker as CommonJS text, from which a worker starts even faster. */
async function writeWorkerText(pool) {
  const text = join(pool, 'worker-text.js');
  // Workers do not start workers, so their bundle omits the text.
  const textless = {
    name: 'textless',
    resolveId: (name) => (name === './worker-text.js' ? text : null),
    load: (id) => (id === text ? "export const workerText = '';" : null),
  };
  const bundled = await rolldown({
    input: join(pool, 'worker.node.js'),
    plugins: [textless],
    platform: 'node',
  });
  const { output } = await bundled.generate({ format: 'cjs' });
  const code = `${output[0].code}\n//# sourceURL=mandoline-pool/worker.js\n`;
  writeFileSync(text, `export const workerText = ${JSON.stringify(code)};\n`);
}

async function bundle(input, plugins, output) {
  const external = (name) => externalPackages.has(/^(@[^/]+\/)?[^/]+/.exec(name)?.[0]);
  const bundled = await rolldown({ input, plugins, platform: 'node', external });
  for (const { moduleIds = [] } of (await bundled.write(output)).output)
    for (const id of moduleIds) {
      const folder = /.*[/\\]node_modules[/\\](@[^/\\]+[/\\])?[^/\\]+/.exec(id)?.[0];
      if (folder) inBundles.add(folder);
    }
}

/** Adapts a module's `new URL('./x.js', import.meta.url)` to the bundle. */
function renameAddresses(code, module) {
  return code.replace(/new URL\('(\.[^']+)', import\.meta\.url\)/g, (text, address) => {
    const file = join(dirname(module), address);
    if (!existsSync(file)) return text; // in a message
    const isTask = file.endsWith('.js');
    if (isTask) tasks.add(file);
    const there = isTask ? `./${basename(file)}` : relative(command, file).replaceAll('\\', '/');
    return `new URL('${there}', import.meta.url)`;
  });
}

/** A package's licence text. */
function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : license;
  return `${name} ${version}\n\n${text}\n`;
}
