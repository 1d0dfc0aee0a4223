// Bundles what has to start fast: the pool's worker, the command, and what the command's workers load. One file starts
// faster than a tree of modules. And writes the manual page, which is made of the command's definitions.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { root } from './setup.js';

const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** Packages that each command needs, and are bundled although the library needs them, too. */
const bundledPackages = ['d3-color', 'd3-scale-chromatic', 'fastest-levenshtein', 'valibot'];
/** What a bundle leaves to be installed. `canvas` is one of linkedom's that nobody here needs. */
const externalPackages = new Set(
  [...Object.keys({ ...dependencies, ...peerDependencies }), 'canvas'].filter(
    (name) => !bundledPackages.includes(name),
  ),
);
/** Folders of the packages that are in a bundle. */
const inBundles = new Set();

const command = join(root, 'dist', 'command');

/** Modules that the command names for workers, which get a bundle each. */
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

/** The pool's worker as text: CommonJS, from which a worker starts faster still. */
async function writeWorkerText(pool) {
  const text = join(pool, 'worker-text.js');
  // Workers start no workers by themselves.
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

/** `new URL('./x.js', import.meta.url)` of a module, as it has to be in a bundle. */
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

/** What a package says of its licence. */
function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : license;
  return `${name} ${version}\n\n${text}\n`;
}
