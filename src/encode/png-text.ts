// Reads a text of a PNG (W3C PNG Specification, Third Edition) from its tEXt, zTXt or iTXt chunks, after checking that the
// file is complete. Pixels are not decoded. Looked at: pngjs, fast-png and sharp (decode pixels, do not read iTXt),
// png-chunk-text (Latin-1 only). fflate inflates.
import { Unzlib } from 'fflate';
import { PictureError } from '../errors.js';
import { signature } from './png.js';

export interface PngText {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** The first text with the requested key, if any. */
  readonly text: string | undefined;
}

/**
 * The size of a PNG, and its text with a key. Throws PictureError for other files, truncated files, wrong CRC-32s, and
 * texts that are too large.
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
      throw new PictureError('is not a PNG: its header is missing');
    size ??= [view.getUint32(at + 8), view.getUint32(at + 12)];
    text ||= readers[type]?.(file.subarray(at + 8, end), key);
    at = end + 4;
    if (type === 'IEND') break;
  }
  return { width: size[0], height: size[1], text: text || undefined };
}

const cutOff = () => new PictureError('is cut off: its end is missing');

/** Readers of a key's text in a chunk, by type of chunk; they return undefined for other keys. */
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

/** The bytes after the key and its 0, if it is that key. */
function afterKey(data: Uint8Array, key: string): Uint8Array | undefined {
  const isKey = data[key.length] === 0 && latin(data.subarray(0, key.length)) === key;
  return isKey ? data.subarray(key.length + 1) : undefined;
}

/** Bytes of a text; scenes are far shorter. */
const longest = 1_000_000;

function checked(text: Uint8Array): Uint8Array {
  if (text.length > longest)
    throw new PictureError('has a text of more than 1 MB in it, more than any scene needs');
  return text;
}

/** Inflates a text, up to the limit; undefined if it is damaged. */
function inflated(data: Uint8Array): Uint8Array | undefined {
  const text = new Uint8Array(longest + 1);
  let length = 0;
  const stream = new Unzlib((chunk) => {
    text.set(chunk.subarray(0, text.length - length), length);
    length = Math.min(text.length, length + chunk.length);
  });
  // In small steps: a byte may become a thousand.
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
