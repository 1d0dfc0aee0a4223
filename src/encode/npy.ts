// A matrix as numpy's .npy, byte for byte what `numpy.save` writes: format 1.0 of NEP 1, little-endian, rows first.
// Own code because npyjs makes the file as one buffer, a second copy of the whole array, and pads its header to
// 8 where numpy pads to 64; and numpy-parser only reads.
import { extremes } from '../color/paint.js';
import type { Counts } from '../field/field.js';

/** `rows * columns` numbers, row after row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;
}

/** The types that numbers are written in, and numpy's names of them. */
const types = {
  uint8: { array: Uint8Array, description: '|u1' },
  uint16: { array: Uint16Array, description: '<u2' },
  uint32: { array: Uint32Array, description: '<u4' },
  float32: { array: Float32Array, description: '<f4' },
  float64: { array: Float64Array, description: '<f8' },
} as const;
export type Dtype = keyof typeof types;

/** Numbers that are turned into bytes at a time. */
const bandLength = 2 ** 19;

/** The type that is written where `wanted` is asked for: counts that do not fit 16 bits take 32. */
export function fittingDtype(counts: Counts, wanted: Dtype): Dtype {
  if (wanted !== 'uint16' || counts instanceof Uint16Array) return wanted;
  return extremes(counts).max >= 2 ** 16 ? 'uint32' : wanted;
}

/** The type of an array's numbers. */
export const dtypeOf = (values: Matrix['values']): Dtype =>
  (Object.keys(types) as Dtype[]).find((name) => values instanceof types[name].array)!;

/** The bytes of the file, in bands; the numbers in that type, by default their own. */
export function* encodeNpy(
  { rows, columns, values }: Matrix,
  dtype = dtypeOf(values),
): Generator<Uint8Array> {
  const { array, description } = types[dtype];
  yield header(description, `(${rows}, ${columns})`);
  for (let start = 0; start < values.length; start += bandLength) {
    const band = values.subarray(start, start + bandLength);
    // What has the right type already is written from where it lies.
    yield littleEndian(isLittleEndian && band instanceof array ? band : new array(band));
  }
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

function littleEndian(array: Matrix['values']): Uint8Array {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  if (isLittleEndian) return bytes;
  for (let at = 0; at < bytes.length; at += array.BYTES_PER_ELEMENT)
    bytes.subarray(at, at + array.BYTES_PER_ELEMENT).reverse();
  return bytes;
}
