// A PNG's compression on Node: by its zlib.
import type { PngCompression } from '../encode/png.js';
import { compressBand, crc32 } from '../encode/png-band.node.js';
import { type Pool, tasks } from '../pool/index.js';
import { compression } from './compress.js';

const { compressBand: task } = tasks<typeof import('../encode/png-band.node.js')>(
  new URL('../encode/png-band.node.js', import.meta.url),
);

/** Compression for one PNG, by the pool's workers or by this thread. */
export const compressWith = (pool: Pool | undefined): PngCompression =>
  compression(pool, { task, compressBand, crc32 });
