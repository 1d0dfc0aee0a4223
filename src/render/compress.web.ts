// A PNG's compression in a browser: by fflate.
import { crc32 } from '../encode/crc.js';
import type { PngCompression } from '../encode/png.js';
import { compressBand } from '../encode/png-band.web.js';
import { type Pool, tasks } from '../pool/index.js';
import { compression } from './compress.js';

const { compressBand: task } = tasks<typeof import('../encode/png-band.web.js')>(
  new URL('../encode/png-band.web.js', import.meta.url),
);

/** Compression for one PNG, by the pool's workers or by this thread. */
export const compressWith = (pool: Pool | undefined): PngCompression =>
  compression(pool, { task, compressBand, crc32 });
