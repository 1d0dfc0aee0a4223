// A film as YUV4MPEG2 (y4m, mjpegtools' yuv4mpeg(5)), which ffmpeg and encoders read from a pipe: a sequence
// of uncompressed pictures in YCbCr of BT.709, with 16 to 235 for black to white and full colour resolution (4:4:4).
// Looked at: y4m on npm, which takes finished planes, and they are nearly all of the work.
import type { PixelFormat, PixelRows } from '../color/image.js';
import { rgbRows } from './rgb.js';

/** Size of a film in pixels, and frames per second. */
export interface FilmFormat {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
}

/** The header. */
export const y4mHeader = ({ width, height, framesPerSecond }: FilmFormat): Uint8Array =>
  // The range is an extension that ffmpeg reads. No reader knows a word for the matrix, which is said to ffmpeg by
  // setparams=colorspace=bt709; old ones refuse headers of more than 80 characters.
  new TextEncoder().encode(
    `YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C444 XCOLORRANGE=LIMITED\n`,
  );

/** The bytes of one frame. Throws RangeError for rows that are not the picture's. */
export async function y4mFrame(format: PixelFormat, rows: PixelRows): Promise<Uint8Array> {
  const mark = new TextEncoder().encode('FRAME\n');
  const size = format.width * format.height;
  const frame = new Uint8Array(mark.length + 3 * size);
  frame.set(mark);
  const [y, cb, cr] = [0, 1, 2].map((plane) => frame.subarray(mark.length + plane * size)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  let pixel = 0;
  for await (const colors of rgbRows(format, rows)) {
    if (pixel + colors.length / 3 > size)
      throw new RangeError(`more than ${size} pixels: must be exactly that many`);
    for (let at = 0; at < colors.length; at += 3, pixel++) {
      const [red, green, blue] = [colors[at]!, colors[at + 1]!, colors[at + 2]!];
      // BT.709's weights and scales in parts of 65536; each row adds up so that grey has no colour.
      y[pixel] = (11966 * red + 40254 * green + 4064 * blue + (16 * 65536 + 32768)) >> 16;
      cb[pixel] = (-6596 * red - 22188 * green + 28784 * blue + (128 * 65536 + 32768)) >> 16;
      cr[pixel] = (28784 * red - 26145 * green - 2639 * blue + (128 * 65536 + 32768)) >> 16;
    }
  }
  if (pixel < size) throw new RangeError(`${pixel} pixels: must be ${size}`);
  return frame;
}
