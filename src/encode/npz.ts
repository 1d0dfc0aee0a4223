// Arrays by their names as numpy's .npz, a zip archive of .npy files that are not compressed, as `numpy.savez` writes
// it; the zip itself is fflate's, which makes it piece by piece. It knows no zip64, so that an archive ends at 4 GiB.
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
/** What stands around the numbers of one array: the headers of zip and npy, twice the name. */
const overhead = 1024;
/** Zip has no time before this; one that is always the same keeps the bytes the same. */
const noTime = new Date(1980, 0, 1);

/** Throws LimitError where arrays of so many bytes in all do not fit an archive. */
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
  // Loaded here, so that no other format waits for it.
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
