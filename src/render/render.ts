// Computes the field of a scene: the only stage that sees all others. color/ and encode/ make pictures and files of the
// field.

import type { ChannelName, Field } from '../field/field.js';
import { Pool } from '../pool/index.js';
import type { Scene } from '../scene/scene.js';
import { prepareJob } from './job.js';
import { type Verified, type VerifyOptions, verifyField } from './verify.js';
import { type Computed, type ComputeOptions, wholeField } from './whole.js';

/** The contents of a field. */
export interface PrepareOptions {
  /** What to tell of each point besides its count. */
  readonly channels?: readonly ChannelName[] | undefined;
}

/** How a scene is computed, and what its field contains. */
export interface RenderOptions extends PrepareOptions, ComputeOptions {
  /** Number of workers to start for this call, without a `pool`; 0: this thread. Default: one per core. */
  readonly workers?: number | undefined;
}

/** A field with its scene and the work of each worker. */
export interface Rendering extends Field, Computed {
  /** The scene as it was checked. */
  readonly scene: Scene;
}

/**
 * Computes a scene: `rows x columns` counts, identical with any number of workers and slices. Throws SceneError for an
 * invalid scene, LimitError for more than 4 GiB of counts, the signal's reason when aborted, and VerifyError if `verify`
 * finds a wrong value.
 */
export async function render(scene: Scene, options: RenderOptions = {}): Promise<Rendering> {
  if (options.pool || options.workers === 0) return prepare(scene, options).compute(options);
  await using pool = new Pool({ workers: options.workers });
  return await prepare(scene, options).compute({ ...options, pool });
}

/** A compiled scene and the memory of its field, which is 0 until `compute` fills it. */
export interface Prepared extends Field {
  /** The scene as it was checked. */
  readonly scene: Scene;
  /** Computes all points into that memory. Rejects with the signal's reason when aborted, and with VerifyError. */
  compute(options?: ComputeOptions): Promise<Rendering>;
  /** Recomputes a random 1% of the points with the oracle, with channels. Rejects with VerifyError for the first mismatch. */
  verify(options?: VerifyOptions): Promise<Verified>;
}

/**
 * Compiles a scene and allocates its memory, to compute it once or repeatedly. Throws SceneError for an invalid scene,
 * LimitError for more than 4 GiB of counts.
 */
export function prepare(given: Scene, { channels: wanted = [] }: PrepareOptions = {}): Prepared {
  const { scene, job, setup } = prepareJob(given, wanted);
  const { field, compute } = wholeField(job, setup, wanted);
  return {
    scene,
    ...field,
    compute: async (options: ComputeOptions = {}): Promise<Rendering> => ({
      scene,
      ...field,
      ...(await compute(options)),
    }),
    verify: (options: VerifyOptions = {}) => verifyField(field, job, setup, options),
  };
}
