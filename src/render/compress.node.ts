// The bands of a PNG compressed by a pool's workers, in turn.
import type { CompressedBand, PngBand } from '../encode/png.js';
import { compressBand } from '../encode/png-band.node.js';
import { type Pool, tasks } from '../pool/index.js';

const worker = tasks<typeof import('../encode/png-band.node.js')>(
  new URL('../encode/png-band.node.js', import.meta.url),
);

/** Bands that are under way for each worker: enough that none waits. */
const bandsPerWorker = 2;

/** By the pool's workers; without a pool by this thread. */
export const compressWith =
  (pool: Pool | undefined) =>
  (bands: AsyncIterable<PngBand>): AsyncIterable<CompressedBand> =>
    pool
      ? pool.imap(worker.compressBand, bands, { bufferSize: bandsPerWorker * pool.workers + 2 })
      : inThisThread(bands);

async function* inThisThread(bands: AsyncIterable<PngBand>): AsyncGenerator<CompressedBand> {
  for await (const band of bands) yield compressBand(band);
}
