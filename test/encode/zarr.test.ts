import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { get, open, root } from 'zarrita';
import { OutputError } from '../../src/encode/output.node.js';
import { openZarr } from '../../src/encode/zarr.node.js';
import { sha256, temporaryFolder } from '../support.js';

const shape = { rows: 1500, columns: 1000 };
const counts = Uint16Array.from({ length: 1_500_000 }, (_, i) => i % 3001);
const smooth = Float64Array.from(counts, (count) => count / 7);
const dtypes = { counts: 'uint16', smooth: 'float64' } as const;

async function* bands(portion = 130, rows = shape.rows) {
  for (let row = 0; row < rows; row += portion) {
    const part = [row * 1000, Math.min(row + portion, rows) * 1000] as const;
    yield { counts: counts.slice(...part), smooth: smooth.slice(...part) };
  }
}
const write = (path: string) => openZarr(path).write(shape, dtypes, bands(), { scene: { iterations: 80 } });

const reading = (folder: string) =>
  root({ get: async (key: string) => readFileSyncOrNone(join(folder, key)) });
function readFileSyncOrNone(path: string): Uint8Array | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

test('zarrita reads every array as it was, with the names of its sides and the scene', async (context) => {
  const path = join(temporaryFolder(context), 'a.zarr');
  const bytes = await write(path);
  const store = reading(path);
  const group = await open(store, { kind: 'group' });
  assert.deepEqual(group.attrs, { software: 'Mandoline', scene: { iterations: 80 } });
  for (const [name, values] of Object.entries({ counts, smooth })) {
    const array = await open(store.resolve(name), { kind: 'array' });
    assert.deepEqual([array.shape, array.dtype], [[1500, 1000], dtypes[name as keyof typeof dtypes]]);
    assert.deepEqual(array.dimensionNames, ['row', 'column']);
    const { data } = (await get(array)) as { data: Uint16Array };
    assert.equal(sha256(data), sha256(values));
  }
  const files = readdirSync(path, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((each) =>
    each.isFile(),
  );
  const sizes = files.map((file) => readFileSync(join(file.parentPath, file.name)).length);
  assert.equal(
    bytes,
    sizes.reduce((sum, size) => sum + size),
  );
  assert.equal(files.length, 1 + 2 * (1 + 2)); // two chunks each
});

test('a Zarr is replaced by a whole one only; work that fails leaves the old one and nothing beside it', async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'a.zarr');
  mkdirSync(path); // empty: no harm
  await write(path);
  const before = readFileSync(join(path, 'zarr.json'), 'utf8');
  await assert.rejects(openZarr(path).write(shape, dtypes, bands(100, 1499), {}), /must be 1500/);
  assert.equal(readFileSync(join(path, 'zarr.json'), 'utf8'), before);
  await openZarr(path).write(shape, dtypes, bands(), {});
  assert.notEqual(readFileSync(join(path, 'zarr.json'), 'utf8'), before);
  assert.deepEqual(readdirSync(folder), ['a.zarr']);
});

test('what is not a Zarr of ours is not replaced, and is told before any work', (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'measured.zarr'));
  writeFileSync(
    join(folder, 'measured.zarr', 'zarr.json'),
    '{"zarr_format": 3, "node_type": "group", "attributes": {}}',
  );
  mkdirSync(join(folder, 'photos.zarr'));
  writeFileSync(join(folder, 'photos.zarr', 'holiday.jpg'), '');
  writeFileSync(join(folder, 'file.zarr'), '');
  for (const name of ['photos.zarr', 'file.zarr', 'measured.zarr'])
    assert.throws(
      () => openZarr(join(folder, name)),
      (error) =>
        error instanceof OutputError &&
        error.message ===
          `${join(folder, name)}: already exists and is not a Zarr that mandoline wrote; choose another name`,
    );
  assert.throws(() => openZarr(join(folder, 'none', 'a.zarr')), /the folder .* does not exist/);
});
