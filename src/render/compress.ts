// Compresses the bands of a PNG with a pool's workers, in order. The platform has the compressor (compress.node.ts and
// compress.web.ts, selected by the package's condition `#compress`).
import type { CompressedBand, PngBand, PngCompression } from '../encode/png.js';
import type { Pool, Task } from '../pool/index.js';
import { sharedMemory } from '../shared-memory.js';

/** Bands in progress per worker, and in addition: enough that none waits. */
const bandsPerWorker = 2;
const moreBands = 2;

/** How a platform compresses a band: a task of workers, or in this thread; and the CRC-32. */
interface Compressor {
  readonly task: Task<(band: PngBand) => CompressedBand>;
  compressBand(band: PngBand): CompressedBand;
  crc32(bytes: Uint8Array): number;
}

/** Compression for one PNG, by the pool's workers or by this thread. */
export function compression(
  pool: Pool | undefined,
  { task, compressBand, crc32 }: Compressor,
): PngCompression {
  const bufferSize = bandsPerWorker * (pool?.workers ?? 0) + moreBands;
  const memory: ArrayBuffer[] = [];
  async function* inThisThread(bands: AsyncIterable<PngBand>) {
    for await (const band of bands) yield compressBand(band);
  }
  return {
    crc32,
    // A band is requested when the band that many before it is finished, so this memory serves all bands.
    memoryOf(band, length) {
      const at = band % bufferSize;
      if (!memory[at] || memory[at].byteLength < length) memory[at] = sharedMemory(length);
      return new Uint8Array(memory[at], 0, length);
    },
    compressBands: (bands) => (pool ? pool.imap(task, bands, { bufferSize }) : inThisThread(bands)),
  };
}
