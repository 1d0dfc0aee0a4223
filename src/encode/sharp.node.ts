// Pictures as WebP, JPEG, TIFF and AVIF by sharp, an optional package. It needs the whole picture in memory, 8 bits per sample. The scene is the
// description in the XMP (ISO 16684-1).
import type { Sharp } from 'sharp';
import { bytesInRow, type PixelFormat, type PixelRows } from '../color/image.js';
import { LimitError } from '../errors.js';
import { installLine, optionalPackages } from '../optional.node.js';
import { OutputError } from './output.node.js';
import { rgbRows } from './rgb.js';

interface SharpFormat {
  /** The longest side that the format has, or that libvips writes of it, in pixels. */
  readonly longest: number;
  readonly encode: (picture: Sharp) => Sharp;
}

/** Colours keep their resolution: half of it would smear what is thin in a fractal. */
const jpg: SharpFormat = {
  longest: 65500,
  encode: (picture) => picture.jpeg({ quality: 92, chromaSubsampling: '4:4:4' }),
};
export const sharpFormats = {
  webp: { longest: 16383, encode: (picture) => picture.webp({ quality: 92, smartSubsample: true }) },
  jpg,
  jpeg: jpg,
  tiff: {
    longest: 10_000_000,
    encode: (picture) => picture.tiff({ compression: 'deflate', predictor: 'horizontal' }),
  },
  avif: { longest: 16384, encode: (picture) => picture.avif({ quality: 70, effort: 2 }) },
} satisfies Record<string, SharpFormat>;
export type SharpFormatName = keyof typeof sharpFormats;

/** What Node 20 can hold in one array, in bytes; later ones can more, but not every machine. */
const largestPicture = 2 ** 32;

/**
 * Checks before the work starts that such a picture can be written. Throws OutputError if sharp is missing or the format
 * does not allow the size, LimitError if the picture does not fit into an array.
 */
export async function checkSharp(name: SharpFormatName, { width, height }: PixelFormat): Promise<void> {
  const { longest } = sharpFormats[name];
  if (Math.max(width, height) > longest)
    throw new OutputError(
      `${width} x ${height} pixels: .${name} has sides of at most ${longest}; choose a smaller size, or .png`,
    );
  if (3 * width * height > largestPicture)
    throw new LimitError(`a .${name} picture`, 3 * width * height, largestPicture);
  await loadSharp(name);
}

/** Imported on use, because few pictures need it and it may be missing. */
async function loadSharp(name: string) {
  try {
    return (await import('sharp')).default;
  } catch {
    throw new OutputError(
      `.${name}: needs the package sharp: ${installLine(optionalPackages.sharp)}; or write .png`,
    );
  }
}

/** The bytes of the file, all at once. Throws RangeError for rows that are not the picture's. */
export async function* encodeWithSharp(
  name: SharpFormatName,
  format: PixelFormat,
  rows: PixelRows,
  description: string,
): AsyncGenerator<Uint8Array> {
  const { width, height } = format;
  const sharp = await loadSharp(name);
  const pixels = Buffer.alloc(bytesInRow({ width, height, depth: 8 }) * height);
  let filled = 0;
  for await (const part of rgbRows(format, rows)) {
    pixels.set(part, filled);
    filled += part.length;
  }
  if (filled !== pixels.length) throw new RangeError(`${filled} bytes: must be ${pixels.length}`);
  const raw = { width, height, channels: 3 } as const;
  yield await sharpFormats[name]
    .encode(sharp(pixels, { raw, limitInputPixels: false }).withXmp(xmpOf(description)))
    .toBuffer();
}

const xmpOf = (description: string): string =>
  `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>
<rdf:li xml:lang="x-default">${description.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</rdf:li>
</rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`;
