// A matrix as numpy's .npy, byte-identical to `numpy.save`: format 1.0 of NEP 1, little-endian, row-major. Looked at: npyjs
// (makes one buffer, a second copy of the array, and pads its header to 8, not 64, bytes), numpy-parser (only reads).

import type { Samples } from './bands.js';

/** The number types of files, and numpy's names for them. */
const types = {
  uint8: { array: Uint8Array, description: '|u1' },
  uint16: { array: Uint16Array, description: '<u2' },
  uint32: { array: Uint32Array, description: '<u4' },
  float32: { array: Float32Array, description: '<f4' },
  float64: { array: Float64Array, description: '<f8' },
} as const;
export type Dtype = keyof typeof types;

/** The type that is written for `wanted`: counts that do not fit into 16 bits need 32. */
export const fittingDtype = (iterations: number, wanted: Dtype): Dtype =>
  wanted === 'uint16' && iterations >= 2 ** 16 ? 'uint32' : wanted;

/** The type of an array's numbers. */
export const dtypeOf = (values: Samples): Dtype =>
  (Object.keys(types) as Dtype[]).find((name) => values instanceof types[name].array)!;

/** The kind of array that an array is. */
export const typeOf = (values: Samples) => types[dtypeOf(values)].array;

/** The bytes of the file, from whole rows, any number of them at a time; the numbers in that type. */
export async function* encodeNpy(
  { rows, columns }: { readonly rows: number; readonly columns: number },
  bands: AsyncIterable<Samples> | Iterable<Samples>,
  dtype: Dtype,
): AsyncGenerator<Uint8Array> {
  const { array, description } = types[dtype];
  yield header(description, `(${rows}, ${columns})`);
  // Numbers of the right type are written without a copy.
  for await (const band of bands)
    yield littleEndian(isLittleEndian && band instanceof array ? band : new array(band));
}

/** Magic, version, length and the description, padded with blanks so that the data begin at a multiple of 64. */
function header(description: string, shape: string): Uint8Array {
  const text = `{'descr': '${description}', 'fortran_order': False, 'shape': ${shape}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const padded = `${text.padEnd(length - 1)}\n`;
  const magic = [0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, length % 256, length >> 8];
  return Uint8Array.from([...magic, ...new TextEncoder().encode(padded)]);
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function littleEndian(array: Samples): Uint8Array {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  if (isLittleEndian) return bytes;
  for (let at = 0; at < bytes.length; at += array.BYTES_PER_ELEMENT)
    bytes.subarray(at, at + array.BYTES_PER_ELEMENT).reverse();
  return bytes;
}
