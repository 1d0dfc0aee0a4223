// From a scene to its field: the only place that sees all stages and joins them. Pictures and files are color's
// and encode's, which take the field from here.

import type { ChannelName, Field } from '../field/field.js';
import { Pool } from '../pool/index.js';
import type { Scene } from '../scene/scene.js';
import { prepareJob } from './job.js';
import { type Verified, type VerifyOptions, verifyField } from './verify.js';
import { type Computed, type ComputeOptions, wholeField } from './whole.js';

/** What a field is to have. */
export interface PrepareOptions {
  /** What to tell of each point besides its count. */
  readonly channels?: readonly ChannelName[] | undefined;
}

/** How a scene is computed, by whom, and what its field is to have. */
export interface RenderOptions extends PrepareOptions, ComputeOptions {
  /** How many workers to start for this call, where no `pool` is given; 0: this thread. Default: one a core. */
  readonly workers?: number | undefined;
}

/** A field with its scene and who made it. */
export interface Rendering extends Field, Computed {
  /** The scene as it was checked. */
  readonly scene: Scene;
}

/**
 * Computes a scene: `rows x columns` counts, the same bytes with any number of workers and slices. Throws
 * SceneError for what is no scene, LimitError for more than 4 GiB of counts, the signal's reason when aborted, and
 * VerifyError where `verify` finds a wrong value.
 */
export async function render(scene: Scene, options: RenderOptions = {}): Promise<Rendering> {
  if (options.pool || options.workers === 0) return prepare(scene, options).compute(options);
  await using pool = new Pool({ workers: options.workers });
  return await prepare(scene, options).compute({ ...options, pool });
}

/** A scene that is compiled, and the memory of its field: zeros until `compute` has filled it. */
export interface Prepared extends Field {
  /** The scene as it was checked. */
  readonly scene: Scene;
  /** Computes all points into that memory. Rejects with the signal's reason when aborted, and with VerifyError. */
  compute(options?: ComputeOptions): Promise<Rendering>;
  /** Computes a random 1% of the points again by the oracle, channels included. Rejects with VerifyError for the first that differs. */
  verify(options?: VerifyOptions): Promise<Verified>;
}

/**
 * A scene compiled and with memory of its own, to be computed once or again and again into the same memory. Throws
 * SceneError for what is no scene, LimitError for more than 4 GiB of counts.
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
