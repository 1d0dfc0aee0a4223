// A scene as a PNG while it is computed, on every platform, in memory that does not grow with the picture.
import { compressWith } from '#compress';
import { formats } from '../encode/formats.js';
import type { Scene } from '../scene/scene.js';
import { streamScene } from './stream.js';
import type { ComputeOptions } from './whole.js';

/**
 * The bytes of a scene's picture as a PNG that contains the scene, with the pixels that the command writes. `onProgress`
 * reports finished slices. Rejects as `render` does. If the reader stops early, the computation is cancelled.
 */
export async function* renderPng(scene: Scene, options: ComputeOptions = {}): AsyncGenerator<Uint8Array> {
  const stream = await streamScene(scene, { ...options, isPainted: true });
  yield* formats.png(stream, { dtype: 'uint16', compression: compressWith(options.pool) });
}
