// Named arrays as numpy's .npz, an uncompressed zip archive of .npy files, as `numpy.savez` writes it. fflate writes the zip
// piece by piece. It does not support zip64, so an archive is limited to 4 GiB.
import { LimitError } from '../errors.js';
import type { Samples } from './bands.js';
import { dtypeOf, encodeNpy } from './npy.js';

/** `rows * columns` numbers, row after row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Samples;
}

const largestArchive = 2 ** 32 - 1;
/** Bytes per array in addition to its numbers: the headers of zip and npy, with the name twice. */
const overhead = 1024;
/** The earliest time of zip; a constant time keeps the bytes constant. */
const noTime = new Date(1980, 0, 1);

/** Throws LimitError if arrays of this many bytes in total do not fit into an archive. */
export function checkArchive(bytes: number, arrays: number): void {
  const all = bytes + arrays * overhead;
  if (all > largestArchive) throw new LimitError('a .npz archive', all, largestArchive);
}

/** The bytes of the file, of at most 4 GiB. */
export async function* encodeNpz(arrays: Readonly<Record<string, Matrix>>): AsyncGenerator<Uint8Array> {
  checkArchive(
    Object.values(arrays).reduce((sum, { values }) => sum + values.byteLength, 0),
    Object.keys(arrays).length,
  );
  // Imported here, so that other formats do not load it.
  const { Zip, ZipPassThrough } = await import('fflate');
  let made: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    made.push(piece);
  });
  function* taken() {
    yield* made;
    made = [];
  }
  for (const [name, matrix] of Object.entries(arrays)) {
    const file = new ZipPassThrough(`${name}.npy`);
    file.mtime = noTime;
    zip.add(file);
    for await (const band of encodeNpy(matrix, [matrix.values], dtypeOf(matrix.values))) {
      file.push(band);
      yield* taken();
    }
    file.push(new Uint8Array(), true);
    yield* taken();
  }
  zip.end();
  yield* taken();
}
