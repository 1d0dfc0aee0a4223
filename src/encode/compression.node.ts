// Compression by Node's zlib. Level 4 because, on the lesson's picture, it was 2.6 times as fast as the default
// (6) for files 8% larger; CompressionStream, which browsers have too, knows only the default.
import { Readable } from 'node:stream';
import { crc32, createDeflate } from 'node:zlib';
import type { Compression } from './png.js';

export const compression: Compression = {
  deflate: (chunks) => Readable.from(chunks).compose(createDeflate({ level: 4, chunkSize: 2 ** 16 })),
  crc32: (bytes) => crc32(bytes),
};
