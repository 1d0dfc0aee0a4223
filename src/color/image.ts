// A picture: the form of its pixels, and its rows.

/** The form of a picture's pixels. */
export interface PixelFormat {
  /** Pixels from left to right. */
  readonly width: number;
  /** Pixels from top to bottom. */
  readonly height: number;
  /** Red, green, blue of at most 256 colours, 0 to 255. Without a palette the rows hold colours. */
  readonly palette?: Uint8Array | undefined;
  /** Bits of each sample; 16 never with a palette. */
  readonly depth: 8 | 16;
}

/** Bytes per row. A pixel is one byte, the number of a colour; or red, green and blue of one or two (big-endian) bytes. */
export const bytesInRow = ({ width, palette, depth }: PixelFormat): number =>
  palette ? width : (3 * width * depth) / 8;

/**
 * Rows of a picture from the top, any number at a time. A chunk may be overwritten when the next is requested.
 */
export type PixelRows = AsyncIterable<Uint8Array>;

/** Samples of 16 bits as bytes. */
export const toBytes = (samples: Uint16Array): Uint8Array =>
  Uint8Array.from(samples, (part) => Math.round(part / 257));

/** The colours of palette numbers: red, green, blue in turn. */
export function withColors(
  numbers: Uint8Array,
  palette: Uint8Array,
  colors = new Uint8Array(3 * numbers.length),
): Uint8Array {
  for (let i = 0, to = 0; i < numbers.length; i++) {
    const from = 3 * numbers[i]!;
    colors[to++] = palette[from]!;
    colors[to++] = palette[from + 1]!;
    colors[to++] = palette[from + 2]!;
  }
  return colors;
}

/** A picture whose rows are made on request. */
export interface Image extends PixelFormat {
  /** The rows from `start` to before `end`. */
  rows(start: number, end: number): Uint8Array;
}

/** Bytes per chunk. */
const bandLength = 2 ** 18;

/** The rows of a picture, band by band. */
export async function* rowsOf(image: Image): PixelRows {
  const step = Math.max(1, Math.floor(bandLength / bytesInRow(image)));
  for (let start = 0; start < image.height; start += step)
    yield image.rows(start, Math.min(start + step, image.height));
}
