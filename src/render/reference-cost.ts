// What the reference of an exact picture will cost.
import { memoryNeeded, mostSteps, referenceBits } from '../exact/count.js';
import { formulaCost } from '../exact/formula-count.js';
import { readView } from '../exact/view.js';
import type { Scene } from '../scene/scene.js';
import { exactView } from './exact-job.js';

/** What is expected of an exact picture before it is computed. */
export interface ReferenceCost {
  /** Bits of the reference orbit, and its steps at most. */
  readonly bits: number;
  readonly steps: number;
  /** How long it takes at most, on a core of 2020. */
  readonly seconds: number;
  /** Bytes of the reference and its tables, for one thread. */
  readonly bytes: number;
}

/** What a scene's reference costs; undefined for a scene that doubles count. */
export function referenceCost(scene: Scene): ReferenceCost | undefined {
  if (scene.arithmetic !== 'exact') return undefined;
  const view = exactView(scene);
  if (view.step) return formulaCost(view);
  const bits = referenceBits(readView(view));
  const steps = Math.min(view.iterations, mostSteps);
  // Measured with BigInt: 0.3 us a step of 128 bits, 1.8 of 1024, 17 of 4096, 176 of 16384.
  const step = 1e-7 + 1.7e-4 * (bits / 16384) ** 1.6;
  return { bits, steps, seconds: steps * step, bytes: memoryNeeded(view) };
}
