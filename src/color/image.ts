// What a picture is made of, however it came about: the form of its pixels, and its rows.

/** The form of a picture's pixels. */
export interface PixelFormat {
  /** Pixels from left to right. */
  readonly width: number;
  /** Pixels from top to bottom. */
  readonly height: number;
  /** Red, green, blue in turn, 0 to 255, of at most 256 colours. Without it the rows hold colours. */
  readonly palette?: Uint8Array | undefined;
  /** Bits of each sample; 16 never with a palette. */
  readonly depth: 8 | 16;
}

/** Bytes in a row: a byte a pixel, the colour's number; or red, green, blue, each a byte, or two, the higher first. */
export const bytesInRow = ({ width, palette, depth }: PixelFormat): number =>
  palette ? width : (3 * width * depth) / 8;

/**
 * A picture as it is made: whole rows from the top, any number of them at a time. What is handed out may be
 * overwritten once more is asked for.
 */
export type PixelRows = AsyncIterable<Uint8Array>;

/** Samples of 16 bits as bytes. */
export const toBytes = (samples: Uint16Array): Uint8Array =>
  Uint8Array.from(samples, (part) => Math.round(part / 257));

/** The colours that numbers of a palette stand for: red, green, blue in turn. */
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

/** A picture whose rows are made when they are asked for. */
export interface Image extends PixelFormat {
  /** The rows from `start` up to but not `end`. */
  rows(start: number, end: number): Uint8Array;
}

/** Bytes that are asked for at a time. */
const bandLength = 2 ** 18;

/** The rows of a picture one band after the other. */
export async function* rowsOf(image: Image): PixelRows {
  const step = Math.max(1, Math.floor(bandLength / bytesInRow(image)));
  for (let start = 0; start < image.height; start += step)
    yield image.rows(start, Math.min(start + step, image.height));
}
