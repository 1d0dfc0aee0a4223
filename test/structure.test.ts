// The rules of ARCHITECTURE.md, checked with the real imports: a stage imports the data types of earlier stages, only render
// joins them; node: appears only where it may; the public names are these.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { root } from './support.js';

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name).replaceAll('\\', '/'));

/** Every import of a file, relative ones as paths from the root. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = text.matchAll(
    /(?:import|export)\s+(type\s+)?([^'";]*?)from\s+'([^']+)'|import\((['"])(.+?)\4\)|import\s+'([^']+)'/g,
  );
  return [...statements].map(([, type, names, from, , dynamic, bare]) => {
    const to = (from ?? dynamic ?? bare)!;
    const listed = names
      ?.match(/^\{([\s\S]*)\}\s*$/)?.[1]
      ?.split(',')
      .filter((name) => name.trim());
    const typeOnly = Boolean(type) || (listed?.every((name) => /^\s*type\s/.test(name)) ?? false);
    return {
      from: file,
      to: to.startsWith('.') ? join(dirname(file), to).replace(/\.js$/, '.ts') : to,
      typeOnly,
    };
  });
}

const sources = files('src');
const imports = sources.flatMap(importsOf);
const stageOf = (path: string) =>
  path.startsWith('src/') ? (path.split('/')[2] ? path.split('/')[1]! : 'top') : undefined;

/** What a stage may use of others: `all` of some, of those named in `types` only data types. */
const allowed: Record<string, { all: string[]; types: string[] }> = {
  top: {
    all: ['scene', 'formula', 'kernel', 'exact', 'pool', 'field', 'render', 'color', 'encode'],
    types: [],
  },
  // A scene is one whose formula can be read, and comes to an end where it has to; the families are bundled scenes.
  scene: { all: ['top', 'formula'], types: [] },
  formula: { all: ['top'], types: ['scene'] },
  kernel: { all: ['top'], types: ['scene', 'formula'] },
  // It reads a step's tree, and counts views of moderate width by the kernel of doubles with a bound of its error first.
  exact: { all: ['top', 'formula', 'kernel'], types: ['scene'] },
  pool: { all: [], types: [] },
  // Slices are one definition for arrays and for the pool.
  field: { all: ['top', 'src/pool/slices.ts'], types: ['scene', 'kernel'] },
  render: {
    all: ['top', 'scene', 'formula', 'kernel', 'exact', 'pool', 'field', 'color', 'encode'],
    types: [],
  },
  color: { all: ['top'], types: ['scene', 'field'] },
  // A picture's text is the scene's.
  encode: { all: ['top', 'color', 'src/scene/scene.ts'], types: ['scene', 'field'] },
  cluster: { all: ['top', 'scene', 'pool', 'field', 'render'], types: ['kernel'] },
  cli: {
    all: [
      'top',
      'scene',
      'formula',
      'kernel',
      'exact',
      'pool',
      'field',
      'render',
      'color',
      'encode',
      'cluster',
    ],
    types: [],
  },
};

test('imports were found', () => {
  assert.ok(imports.length > 60);
  assert.ok(
    imports.some(
      ({ from, to, typeOnly }) => from === 'src/field/field.ts' && to === 'src/kernel/kernel.ts' && typeOnly,
    ),
  );
  assert.ok(
    imports.some(
      ({ from, to, typeOnly }) => from === 'src/render/job.ts' && to === 'src/kernel/kernel.ts' && !typeOnly,
    ),
  );
});

test('a stage imports only what it may: data types of earlier stages; render and the command join them', () => {
  const wrong = imports.filter(({ from, to, typeOnly }) => {
    const [here, there] = [stageOf(from)!, stageOf(to)];
    if (there === undefined || here === there) return false;
    const { all, types } = allowed[here]!;
    return !(all.includes(there) || all.includes(to) || (typeOnly && types.includes(there)));
  });
  assert.deepEqual(wrong, []);
});

/** What runs on Node alone. */
const isNodes = (file: string) => file.endsWith('.node.ts') || /^src\/(cli|cluster)\//.test(file);

test('node: stands only in *.node.ts, in the cluster and in the command', () => {
  const wrong = imports.filter(({ from, to }) => to.startsWith('node:') && !isNodes(from));
  assert.deepEqual(wrong, []);
});

test('*.node.ts is imported by *.node.ts, the cluster and the command only; the rest runs in a browser', () => {
  const wrong = imports.filter(({ from, to }) => to.endsWith('.node.ts') && !isNodes(from));
  assert.deepEqual(wrong, []);
});

test('no imports go in a circle', () => {
  const importsFrom = (file: string) =>
    imports.filter(({ from, to }) => from === file && to.startsWith('src/'));
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    assert.ok(!path.includes(file), [...path, file].join(' -> '));
    if (done.has(file)) return;
    for (const { to } of importsFrom(file)) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of sources) visit(file, []);
});

for (const folder of ['lesson', 'web'])
  test(`${folder}/ imports the public surface only`, () => {
    const outside = files(folder)
      .filter((file) => !file.endsWith('.config.ts'))
      .flatMap(importsOf);
    assert.ok(outside.some(({ to }) => to.startsWith('mandoline')));
    assert.deepEqual(
      outside.filter(({ to }) => to.startsWith('src/')),
      [],
    );
  });

test('every source file opens by saying what it is', () => {
  const wrong = [...sources, ...files('web')].filter(
    (file) => !/^(#!.*\n)?\/\/ [A-Z`]/.test(readFileSync(join(root, file), 'utf8')),
  );
  assert.deepEqual(wrong, []);
});

test('no object literal is spread into another only to save lines', () => {
  const folders = ['bench', 'lesson', 'src', 'test', 'web'];
  const found = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|js)$/.test(name) && !name.includes('node_modules'))
      .flatMap((name) =>
        readFileSync(join(root, folder, name), 'utf8')
          .split('\n')
          .filter((line) => /^\s*\.\.\.\{ /.test(line))
          .map((line) => `${folder}/${name}: ${line.trim()}`),
      ),
  );
  assert.deepEqual(found, []);
});

test('no source file is longer than 400 lines', () => {
  assert.deepEqual(
    [...sources, ...files('web')].filter(
      (file) => readFileSync(join(root, file), 'utf8').split('\n').length > 400,
    ),
    [],
  );
});

test('the names that the package exports are these', async () => {
  const names = async (path: string) => Object.keys(await import(path)).sort();
  assert.deepEqual(await names('mandoline'), [
    ...[
      'FormulaError',
      'LimitError',
      'NucleusError',
      'PaletteError',
      'PictureError',
      'SceneError',
      'VerifyError',
      'arraySplit',
      'channelsOf',
      'colorings',
      'complexGrid',
      'concatenate',
      'escapeCounts',
      'findMinibrot',
      'formatComplex',
    ],
    ...[
      'gallery',
      'inPixels',
      'latticeAxis',
      'lessonScene',
      'orbitOf',
      'paint',
      'paletteColors',
      'paletteNames',
      'parseAddress',
      'parseComplex',
      'parseScene',
      'prepare',
      'readGradient',
      'readPngScene',
      'readScene',
      'render',
      'renderPng',
      'scales',
      'sceneAddress',
      'workerColor',
    ],
  ]);
  assert.deepEqual(await names('mandoline/pool'), [
    ...['AsyncResult', 'Pool', 'PoolClosedError', 'RemoteError', 'ResultTimeoutError', 'TaskCloneError'],
    ...[
      'TaskError',
      'TaskTimeoutError',
      'WorkerExitError',
      'amdahl',
      'define',
      'isCancelled',
      'isMainThread',
      'median',
      'partial',
      'serialPart',
      'serve',
      'sliceRange',
      'speedUps',
      'summarizeSpeedUp',
      'tasks',
    ],
  ]);
  assert.deepEqual(await names('mandoline/mpi'), ['world']);
});

/** Why a test may read a clock although none may depend on how fast the machine is. */
const clockReaders: Record<string, string> = {
  'test/cluster/faults.test.ts': 'makes the clock of a worker jump',
};

test('no test reads a clock, and none has a time limit of its own: they all wait as long as patience.ts says', () => {
  const clock = /\b(Date\.now|performance\.now|hrtime)\b/;
  // In thousands: a pool's own limits for tasks that never end are shorter.
  const limit = /\b(timeout: |setDefaultTimeout\()\d+_\d/;
  const isSo = (pattern: RegExp) => (file: string) => pattern.test(readFileSync(join(root, file), 'utf8'));
  const tests = files('test').filter((file) => file !== 'test/structure.test.ts');
  assert.deepEqual(tests.filter(isSo(clock)).sort(), Object.keys(clockReaders));
  assert.deepEqual(tests.filter(isSo(limit)), []);
});

test('tests that only run by name are there, and continuous integration names them', async () => {
  const { named } = (await import(pathToFileURL(join(root, 'scripts', 'named.js')).href)) as {
    named: string[];
  };
  const steps = readFileSync(join(root, '.ci', 'run'), 'utf8');
  const run = [...steps.matchAll(/npm test -- ((?:\\\n|[^\n])+)/g)].flatMap(([, parts]) =>
    parts!.split(/[\s\\]+/),
  );
  const tests = files('test').filter((file) => file.endsWith('.test.ts'));
  for (const part of named) {
    const its = tests.filter((file) => file.startsWith(`test/${part}`));
    assert.ok(its.length > 0, part);
    for (const file of its)
      assert.ok(
        run.some((part) => part && file.includes(part)),
        file,
      );
  }
});
