// What a PNG says about itself (W3C PNG Specification, Third Edition): a text in one of its tEXt, zTXt or iTXt chunks,
// after a check that the file is whole. Pixels are not decoded. Own code because the readers that were looked at (pngjs,
// fast-png, sharp) decode the pixels and do not read iTXt, and png-chunk-text knows Latin-1 alone; fflate inflates.
import { Unzlib } from 'fflate';
import { PictureError } from '../errors.js';
import { signature } from './png.js';

export interface PngText {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** The first text with the key that was asked for, if there is one. */
  readonly text: string | undefined;
}

/**
 * The size of a PNG, and its text with a key. Throws PictureError for a file that is not one, or is cut off, or was
 * changed so that a chunk's CRC-32 is not its own; and for a text that is too large.
 */
export function readPngText(file: Uint8Array, key: string, crc32: (bytes: Uint8Array) => number): PngText {
  if (signature.some((byte, i) => file[i] !== byte)) throw new PictureError('is not a PNG');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let text: string | undefined;
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
      throw new PictureError('is not a PNG: its header is not where it must be');
    size ??= [view.getUint32(at + 8), view.getUint32(at + 12)];
    text ||= readers[type]?.(file.subarray(at + 8, end), key);
    at = end + 4;
    if (type === 'IEND') break;
  }
  return { width: size[0], height: size[1], text: text || undefined };
}

const cutOff = () => new PictureError('is cut off: its end is missing');

/** How the text of a key is read from a chunk's data, by the chunk's type; undefined where it is not there. */
const readers: Readonly<Record<string, (data: Uint8Array, key: string) => string | undefined>> = {
  /** Key, 0, text in Latin-1; programs that do not know iTXt write UTF-8 here too. */
  tEXt: (data, key) => {
    const rest = afterKey(data, key);
    return rest && utf8OrLatin(checked(rest));
  },
  /** Key, 0, how it is compressed, text. */
  zTXt: (data, key) => {
    const rest = afterKey(data, key);
    const text = rest?.[0] === 0 ? inflated(rest.subarray(1)) : undefined;
    return text && utf8OrLatin(text);
  },
  /** Key, 0, whether it is compressed, how, language, 0, translated key, 0, text in UTF-8. */
  iTXt: (data, key) => {
    const rest = afterKey(data, key);
    const languageEnd = rest ? rest.indexOf(0, 2) : -1;
    const translatedEnd = rest && languageEnd >= 0 ? rest.indexOf(0, languageEnd + 1) : -1;
    if (!rest || translatedEnd < 0) return undefined;
    const [isCompressed, method] = rest;
    const text = rest.subarray(translatedEnd + 1);
    const plain = isCompressed === 0 ? checked(text) : method === 0 ? inflated(text) : undefined;
    return plain && new TextDecoder().decode(plain);
  },
};

/** What follows the key and its 0, where it is that key. */
function afterKey(data: Uint8Array, key: string): Uint8Array | undefined {
  const isKey = data[key.length] === 0 && latin(data.subarray(0, key.length)) === key;
  return isKey ? data.subarray(key.length + 1) : undefined;
}

/** Bytes of a text; scenes are far shorter. */
const longest = 1_000_000;

function checked(text: Uint8Array): Uint8Array {
  if (text.length > longest)
    throw new PictureError('has a text of more than 1 MB in it, which no scene needs');
  return text;
}

/** What zlib made of a text, inflated no further than it may be long; undefined where it is damaged. */
function inflated(data: Uint8Array): Uint8Array | undefined {
  const text = new Uint8Array(longest + 1);
  let length = 0;
  const stream = new Unzlib((chunk) => {
    text.set(chunk.subarray(0, text.length - length), length);
    length = Math.min(text.length, length + chunk.length);
  });
  // Little by little: a byte may become a thousand.
  const step = 512;
  try {
    for (let at = 0; at < data.length && length <= longest; at += step)
      stream.push(data.subarray(at, at + step), at + step >= data.length);
  } catch {
    return undefined;
  }
  return checked(text.subarray(0, length));
}

function utf8OrLatin(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes);
  }
}

const latin = (bytes: Uint8Array) => String.fromCharCode(...bytes);
