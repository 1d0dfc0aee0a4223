// Regroups rows into bands of equal height, however they arrive, so that what encoders write depends on the picture only.

/** The samples of rows: bytes of pixels, or numbers. */
export type Samples = Uint8Array | Uint16Array | Uint32Array | Float32Array | Float64Array;

export interface RowsShape {
  readonly rows: number;
  /** Samples in a row. */
  readonly columns: number;
}

/** Memory for a band of that number, from 0 on. */
export type BandMemory<T extends Samples> = (band: number, length: number) => T;

/**
 * The rows in bands of this height, with fewer in the last. Every band has its own array, or the memory given for it.
 * Throws RangeError for too few or too many rows, or a part of one.
 */
export async function* cutRows<T extends Samples>(
  parts: AsyncIterable<T>,
  shape: RowsShape,
  bandRows: number,
  memoryOf?: BandMemory<T>,
): AsyncGenerator<T> {
  const { bandsOf, end } = rowCutter<T>(shape, bandRows, memoryOf);
  for await (const part of parts) yield* bandsOf(part);
  end();
}

/** `cutRows` for parts that are pushed: the bands that each part completes, and a check that all rows arrived. */
export function rowCutter<T extends Samples>(
  { rows, columns }: RowsShape,
  bandRows: number,
  memoryOf?: BandMemory<T>,
) {
  const total = rows * columns;
  const bandLength = bandRows * columns;
  let taken = 0;
  let band: T | undefined;
  function* bandsOf(part: T): Generator<T> {
    if (taken + part.length > total || part.length % columns !== 0)
      throw new RangeError(`${part.length} samples: must be whole rows of ${columns}, ${rows} in all`);
    for (let at = 0; at < part.length; ) {
      const filled = taken % bandLength;
      if (filled === 0) {
        const length = Math.min(bandLength, total - taken);
        band = memoryOf
          ? memoryOf(taken / bandLength, length)
          : new (part.constructor as new (length: number) => T)(length);
      }
      const piece = part.subarray(at, at + band!.length - filled);
      band!.set(piece, filled);
      at += piece.length;
      taken += piece.length;
      if (filled + piece.length === band!.length) yield band!;
    }
  }
  function end(): void {
    if (taken < total) throw new RangeError(`${taken / columns} rows: must be ${rows}`);
  }
  return { bandsOf, end };
}
