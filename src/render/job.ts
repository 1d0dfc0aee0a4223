// A scene made ready to be computed: its formula compiled for its sample points, and what is known of its size.
import { parseFormula } from '../formula/parse.js';
import { compileKernel, countsType } from '../kernel/kernel.js';
import { rangeOf } from '../kernel/points.js';
import type { KernelJob } from '../kernel/reference.js';
import { largestTile } from '../kernel/tiles.js';
import { axisLength, latticePoints } from '../scene/lattice.js';
import { parseScene, type Scene } from '../scene/scene.js';
import { viewPoints } from '../scene/view.js';
import { checkedBytes } from './memory.js';
import type { RenderJob } from './task.js';

/** How many sample points there are along each side of a pixel. */
export const samplesOf = ({ view }: Scene): number => view?.samples ?? 1;

/** How many sample points a scene has. */
export function sceneShape(scene: Scene): readonly [rows: number, columns: number] {
  const [rows, columns] = pictureShape(scene);
  const samples = samplesOf(scene);
  return [rows * samples, columns * samples];
}

/** How many pixels a scene's picture has: a lattice's points, or a view's without its samples. */
export function pictureShape({ lattice, view }: Scene): readonly [rows: number, columns: number] {
  if (view) return [view.rows, view.columns];
  const length = axisLength(lattice);
  return [length, length];
}

/** How many bytes the counts of so many points take. Throws LimitError beyond 4 GiB. */
export const countsBytes = ([rows, columns]: readonly [number, number], iterations: number): number =>
  checkedBytes(
    `a field of ${rows} x ${columns} counts`,
    rows * columns * countsType(iterations).BYTES_PER_ELEMENT,
  );

/** At least so many slices for each worker, that none waits long for the last one. */
const slicesPerWorker = 4;

/** Into how many slices rows are cut where nobody says: lower ones would cut tiles, higher ones gain nothing. */
export const defaultSlices = (rows: number, workers: number): number =>
  Math.max(Math.ceil(rows / largestTile), Math.min(rows, slicesPerWorker * Math.max(1, workers)));

/** A scene that was checked, and what workers need of it. Throws SceneError for what is no scene. */
export function prepareJob(given: Scene): { readonly scene: Scene; readonly job: RenderJob } {
  const scene = parseScene(given);
  const { formula, parameters, c, z0, iterations, escape } = scene;
  const kernel: KernelJob = { step: parseFormula(formula, parameters), c, z0, iterations, escape };
  const points = scene.view ? viewPoints(scene.view) : latticePoints(scene.lattice);
  return { scene, job: { kernel, module: compileKernel(kernel, rangeOf(points)), points } };
}
