// The bands of a PNG compressed by a pool's workers, in turn.
import type { PngBand, PngCompression } from '../encode/png.js';
import { compressBand, crc32 } from '../encode/png-band.node.js';
import { type Pool, tasks } from '../pool/index.js';
import { sharedMemory } from './memory.js';

const worker = tasks<typeof import('../encode/png-band.node.js')>(
  new URL('../encode/png-band.node.js', import.meta.url),
);

/** Bands that are under way for each worker, and besides: enough that none waits. */
const bandsPerWorker = 2;
const moreBands = 2;

/** Compression for one PNG, by the pool's workers or by this thread. */
export function compressWith(pool: Pool | undefined): PngCompression {
  const bufferSize = bandsPerWorker * (pool?.workers ?? 0) + moreBands;
  const memory: ArrayBuffer[] = [];
  return {
    crc32,
    // A band is asked for when the one that many before it is done, so that these serve all of them.
    memoryOf(band, length) {
      const at = band % bufferSize;
      if (!memory[at] || memory[at].byteLength < length) memory[at] = sharedMemory(length);
      return new Uint8Array(memory[at], 0, length);
    },
    compressBands: (bands) =>
      pool ? pool.imap(worker.compressBand, bands, { bufferSize }) : inThisThread(bands),
  };
}

async function* inThisThread(bands: AsyncIterable<PngBand>) {
  for await (const band of bands) yield compressBand(band);
}
