// Arrays by their names as a folder of Zarr (version 3), a group of one array each, in chunks of whole rows; the format
// itself is zarrita's, and its compression numcodecs' Zstandard. Rows are written as they come, a chunk at a time.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Chunk } from 'zarrita';
import { type RowsShape, rowCutter, type Samples } from './bands.js';
import { openFolder } from './folder.node.js';
import type { Dtype } from './npy.js';
import type { Opened } from './output.node.js';

/** Numbers in a chunk, at least a row: readers hold some chunks, and a file each is not too many. */
const chunkLength = 2 ** 20;

export interface ZarrOutput extends Opened {
  /**
   * Writes all; gives the number of bytes. `dtypes` has the arrays' names; each band has for every name the same
   * whole rows, and may be overwritten once more is asked for. `attributes` are the group's, besides `software`. Throws OutputError,
   * what the bands throw, and RangeError for rows that are not the arrays'; then what was there before is as it was.
   */
  write<Name extends string>(
    shape: RowsShape,
    dtypes: Readonly<Record<Name, Dtype>>,
    bands: AsyncIterable<Readonly<Record<Name, Samples>>>,
    attributes: Readonly<Record<string, unknown>>,
  ): Promise<number>;
}

/** By which attribute of its group a Zarr that may be replaced is known. */
const own = { software: 'Mandoline' };

/** Makes sure that a Zarr can be written there; one of ours that is there is replaced. Throws OutputError. */
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
  // Loaded here, so that no other format waits for it.
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

/** What zarrita needs of a folder; its own store is in a package of its own. */
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
      // Synchronously, as a folder that may be discarded asks for.
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, value);
      bytes += value.length;
    },
  };
  return { store, written: () => bytes };
}
