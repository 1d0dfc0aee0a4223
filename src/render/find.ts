// Finds a minibrot in a scene's view: its nucleus, proved, and the scene that frames it. exact/find.ts has the mathematics.
import { withCounts } from '../scene/arithmetic.js';
import { parseScene, type Scene, type ViewScene } from '../scene/scene.js';
import { exactView } from './exact-job.js';

/** How a search is stopped and reported. */
export interface FindOptions {
  /** Aborts with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called at intervals with the steps of the orbit that is followed. */
  readonly onProgress?: ((steps: number) => void) | undefined;
}

/** A minibrot: a small copy of the Mandelbrot set, or of that of another power. */
export interface Minibrot {
  /** The period of its nucleus: the lowest one in the view. */
  readonly period: number;
  /** The nucleus, in decimals: the c whose critical orbit returns after `period` steps. */
  readonly nucleus: readonly [re: string, im: string];
  /** Proved: within this distance of the nucleus there is exactly one, and its period is `period`. */
  readonly radius: string;
  /** Its size relative to the whole set, estimated. */
  readonly size: string;
  /** How it is turned, in degrees counterclockwise, estimated. */
  readonly rotation: number;
  /** The scene that frames it as the whole set is framed. */
  readonly scene: ViewScene;
}

/** Iterations that a picture of a minibrot has for each step of its period: those of the whole set. */
const iterationsPerStep = 200;

/**
 * Finds the nucleus of the lowest period in the view of a scene in the parameter plane, with a proof that it exists. Throws
 * SceneError for a scene that exact arithmetic cannot count, and NucleusError where there is none to find.
 */
export async function findMinibrot(scene: Scene, options: FindOptions = {}): Promise<Minibrot> {
  const exact = parseScene({ ...scene, arithmetic: 'exact', coloring: 'count' }) as ViewScene;
  // Loaded where it is wanted: a page opens without it.
  const [{ findNucleus }, { readView }] = await Promise.all([
    import('../exact/find.js'),
    import('../exact/view.js'),
  ]);
  const found = await findNucleus(readView(exactView(exact)), options);
  const { period, center, radius, size, rotation, middle, width } = found;
  const iterations = Math.min(2 ** 32 - 1, Math.max(scene.iterations, iterationsPerStep * period));
  const { arithmetic: _, ...others } = scene;
  const view = { ...exact.view, center: middle, width, rotation };
  const framed = parseScene(withCounts({ ...others, view, iterations })) as ViewScene;
  return { period, nucleus: center, radius, size, rotation, scene: framed };
}
