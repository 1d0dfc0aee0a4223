// What a picture is made of, however it came about: the form of its pixels, and its rows. Data only.

/** The form of a picture's pixels. */
export interface PixelFormat {
  /** In pixels. */
  readonly width: number;
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
