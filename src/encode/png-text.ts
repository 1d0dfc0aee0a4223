// What a PNG says about itself (W3C PNG Specification, Third Edition): the texts of its iTXt chunks, after a check that
// the file is whole. Pixels are not decoded. Own code because the readers that were looked at (pngjs, fast-png, sharp)
// decode the pixels and give no iTXt, and png-chunk-text knows Latin-1 alone.
import { PictureError } from '../errors.js';
import { signature } from './png.js';

export interface PngText {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** Texts by their keys; of a key that comes again the first. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * The size and the texts of a PNG. Throws PictureError for what is none, or is cut off, or was changed so that a
 * chunk's CRC-32 is not its own.
 */
export function readPngText(file: Uint8Array, crc32: (bytes: Uint8Array) => number): PngText {
  if (signature.some((byte, i) => file[i] !== byte)) throw new PictureError('is no PNG');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const texts = new Map<string, string>();
  let size: readonly [number, number] | undefined;
  for (let at = signature.length; ; ) {
    if (at + 12 > file.length) throw cutOff();
    const length = view.getUint32(at);
    const end = at + 8 + length;
    if (end + 4 > file.length) throw cutOff();
    const type = latin(file.subarray(at + 4, at + 8));
    if (view.getUint32(end) !== crc32(file.subarray(at + 4, end)))
      throw new PictureError(`is damaged: the CRC of its chunk at byte ${at} is wrong`);
    if (!size !== (type === 'IHDR') || (!size && length !== 13))
      throw new PictureError('is no PNG: its header is not where it must be');
    size ??= [view.getUint32(at + 8), view.getUint32(at + 12)];
    if (type === 'iTXt') addText(texts, file.subarray(at + 8, end));
    at = end + 4;
    if (type === 'IEND') break;
  }
  return { width: size[0], height: size[1], texts };
}

const cutOff = () => new PictureError('is cut off: its end is missing');

/** The longest key that PNG knows, in bytes. */
const longestKey = 79;

/** Key, 0, whether it is compressed, how, language, 0, translated key, 0, text in UTF-8. Compressed ones are not read. */
function addText(texts: Map<string, string>, data: Uint8Array): void {
  const keyEnd = data.indexOf(0);
  const languageEnd = data.indexOf(0, keyEnd + 3);
  const translatedEnd = data.indexOf(0, languageEnd + 1);
  if (keyEnd < 1 || keyEnd > longestKey || data[keyEnd + 1] !== 0 || languageEnd < 0 || translatedEnd < 0)
    return;
  const key = latin(data.subarray(0, keyEnd));
  if (!texts.has(key)) texts.set(key, new TextDecoder().decode(data.subarray(translatedEnd + 1)));
}

const latin = (bytes: Uint8Array) => String.fromCharCode(...bytes);
