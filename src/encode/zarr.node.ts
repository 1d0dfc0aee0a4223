// Named arrays as a Zarr folder (version 3), a group with one array each, in chunks of whole rows. zarrita writes the format,
// numcodecs' Zstandard compresses. Rows are written as they arrive, a chunk at a time.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Chunk } from 'zarrita';
import { type RowsShape, rowCutter, type Samples } from './bands.js';
import { openFolder } from './folder.node.js';
import type { Dtype } from './npy.js';
import type { Opened } from './output.node.js';

/** Numbers per chunk, at least a row: small enough for readers to hold some, large enough for few files. */
const chunkLength = 2 ** 20;

export interface ZarrOutput extends Opened {
  /**
   * Writes everything; returns the number of bytes. `dtypes` has the arrays' names. Each band has the same whole rows for
   * every name, and the next request may overwrite it. `attributes` are the group's, in addition to `software`. Throws
   * OutputError, the error of the bands, or RangeError for wrong rows; then an existing Zarr is unchanged.
   */
  write<Name extends string>(
    shape: RowsShape,
    dtypes: Readonly<Record<Name, Dtype>>,
    bands: AsyncIterable<Readonly<Record<Name, Samples>>>,
    attributes: Readonly<Record<string, unknown>>,
  ): Promise<number>;
}

/** The group's attribute that marks a Zarr that may be replaced. */
const own = { software: 'Mandoline' };

/** Checks that a Zarr can be written there; an existing one of Mandoline is replaced. Throws OutputError. */
export function openZarr(path: string): ZarrOutput {
  const { write, ...output } = openFolder(path, 'Zarr that mandoline wrote', isOurs);
  return { ...output, write: (...given) => write((folder) => writeZarr(folder, ...given)) };
}

function isOurs(folder: string): boolean {
  const group = join(folder, 'zarr.json');
  try {
    const { size } = statSync(group);
    return size < 1_000_000 && JSON.parse(readFileSync(group, 'utf8')).attributes.software === own.software;
  } catch {
    return false;
  }
}

async function writeZarr<Name extends string>(
  folder: string,
  shape: RowsShape,
  dtypes: Readonly<Record<Name, Dtype>>,
  bands: AsyncIterable<Readonly<Record<Name, Samples>>>,
  attributes: Readonly<Record<string, unknown>>,
): Promise<number> {
  // Imported here, so that other formats do not load it.
  const { create, root, set, slice } = await import('zarrita');
  const { rows, columns } = shape;
  const chunkRows = Math.min(rows, Math.max(1, Math.floor(chunkLength / columns)));
  const files = folderStore(folder);
  const group = root(files.store);
  await create(group, { attributes: { ...own, ...attributes } });
  const writers = (Object.keys(dtypes) as Name[]).map(async (name) => {
    const array = await create(group.resolve(name), {
      dtype: dtypes[name] as Dtype,
      shape: [rows, columns],
      chunkShape: [chunkRows, columns],
      dimensionNames: ['row', 'column'],
      codecs: [
        { name: 'bytes', configuration: { endian: 'little' } },
        { name: 'zstd', configuration: { level: 1, checksum: false } },
      ],
    });
    const { bandsOf, end } = rowCutter<Samples>(shape, chunkRows);
    let start = 0;
    const take = async (values: Samples) => {
      for (const data of bandsOf(values)) {
        const count = data.length / columns;
        const chunk = { data, shape: [count, columns], stride: [columns, 1] } as Chunk<Dtype>;
        await set(array, [slice(start, start + count), null], chunk);
        start += count;
      }
    };
    return { name, take, end };
  });
  const all = await Promise.all(writers);
  for await (const band of bands) for (const { name, take } of all) await take(band[name]);
  for (const { end } of all) end();
  return files.written();
}

/** What zarrita needs from a folder; its file store is a separate package. */
function folderStore(folder: string) {
  let bytes = 0;
  const store = {
    get: (key: string): Promise<Uint8Array | undefined> =>
      readFile(join(folder, key)).catch((error) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      }),
    async set(key: string, value: Uint8Array): Promise<void> {
      const path = join(folder, key);
      // Synchronously, because the folder may be discarded.
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, value);
      bytes += value.length;
    },
  };
  return { store, written: () => bytes };
}
