// The orbit of a single point, for drawings of it.
import { orbitStart } from '../kernel/reference.js';
import type { Complex } from '../scene/complex.js';
import { parseScene, type Scene } from '../scene/scene.js';
import { kernelJob } from './job.js';

/**
 * The orbit of a sample point in doubles: the first z and those after each step, at most `most` steps, up to the one in
 * which it escapes. Throws SceneError for an invalid scene.
 */
export const orbitOf = (scene: Scene, point: Complex, most: number): readonly Complex[] =>
  orbitStart(kernelJob(parseScene(scene)), point, most);
