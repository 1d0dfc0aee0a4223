// Prepares a scene for computation: compiles its formula for its sample points, and derives its sizes.

import { compileOptimized } from '#compile';
import { SceneError } from '../errors.js';
import type { ChannelName } from '../field/field.js';
import { parseFormula } from '../formula/parse.js';
import { largestTile } from '../kernel/cover.js';
import { compileAsCalled, compileKernel, countsType } from '../kernel/kernel.js';
import { rangeOf } from '../kernel/points.js';
import type { KernelJob } from '../kernel/reference.js';
import { type SliceRange, sliceRange } from '../pool/slices.js';
import { toComplex } from '../scene/complex.js';
import { axisLength, latticePoints } from '../scene/lattice.js';
import { parseScene, type Scene } from '../scene/scene.js';
import { viewPoints } from '../scene/view.js';
import { capturedBy, traceSetup } from './channels.js';
import { exactView } from './exact-job.js';
import { checkedBytes } from './memory.js';
import type { RenderJob } from './render-job.js';
import type { TraceSetup } from './task.js';

/** Sample points along each side of a pixel. */
export const samplesOf = ({ view }: Scene): number => view?.samples ?? 1;

/** Rows and columns of a scene's sample points. */
export function sceneShape(scene: Scene): readonly [rows: number, columns: number] {
  const [rows, columns] = pictureShape(scene);
  const samples = samplesOf(scene);
  return [rows * samples, columns * samples];
}

/** Rows and columns of a scene's picture: a lattice's points, or a view's pixels. */
export function pictureShape({ lattice, view }: Scene): readonly [rows: number, columns: number] {
  if (view) return [view.rows, view.columns];
  const length = axisLength(lattice);
  return [length, length];
}

/** Bytes of the counts of a number of points. Throws LimitError beyond 4 GiB. */
export const countsBytes = ([rows, columns]: readonly [number, number], iterations: number): number =>
  checkedBytes(
    `a field of ${columns} x ${rows} counts`,
    rows * columns * countsType(iterations).BYTES_PER_ELEMENT,
  );

/**
 * Slices per worker, so that none waits long for the last one: slices of half a tile's height up to the first number, lower
 * ones up to the second.
 */
const [evenSlices, fewestForEach] = [16, 4];

/** The default number of slices: lower ones would cut tiles, higher ones gain nothing. */
export function defaultSlices(rows: number, workers: number): number {
  const all = Math.max(1, workers);
  const halves = Math.min(Math.ceil((2 * rows) / largestTile), evenSlices * all);
  return Math.max(Math.ceil(rows / largestTile), halves, Math.min(rows, fewestForEach * all));
}

/** How many of a number of slices have rows: the first ones. */
export const filledSlices = (scene: Scene, slices: number): number =>
  Math.min(slices, pictureShape(scene)[0]);

/** The rows of sample points of these slices, in order. */
export function* sliceRanges(scene: Scene, slices: number, numbers: Iterable<number>): Generator<SliceRange> {
  const [height] = pictureShape(scene);
  const samples = samplesOf(scene);
  for (const index of numbers) {
    const { start, end } = sliceRange(height, slices, index);
    yield { index, start: start * samples, end: end * samples };
  }
}

/** One part of a picture's work, which several programs share: number 1 to `of`. */
export interface Part {
  readonly number: number;
  readonly of: number;
}

/** All of the work. */
export const wholePart: Part = { number: 1, of: 1 };

/** How many of a number of slices a part has. */
export const partSize = ({ number, of }: Part, slices: number): number =>
  Math.max(0, Math.ceil((slices - number + 1) / of));

/** The numbers of a part's slices: every n-th, because neighbouring slices take about the same time. */
export function* partSlices({ number, of }: Part, slices: number): Generator<number> {
  for (let slice = number - 1; slice < slices; slice += of) yield slice;
}

/** The number of the part that has a slice. */
export const partOfSlice = (slice: number, of: number): number => (slice % of) + 1;

/** Above this number of steps, optimizing the kernel first, about 20 ms, takes less time than it saves. */
const manySteps = 2 ** 28;

/** What is computed of a scene that was checked, in doubles. */
export function kernelJob({ formula, parameters, c, z0, iterations, escape }: Scene): KernelJob {
  const point = (value: Scene['c']) => (value === 'p' ? value : toComplex(value));
  return { step: parseFormula(formula, parameters), c: point(c), z0: point(z0), iterations, escape };
}

/** A scene that was checked, and what workers need of it. */
export interface Ready {
  readonly scene: Scene;
  readonly job: RenderJob;
  /** Where there are channels. */
  readonly setup: TraceSetup | undefined;
}

/** Throws SceneError for what is no scene or has no channels, RangeError for what is no channel. */
export function prepareJob(given: Scene, wanted: readonly ChannelName[] = []): Ready {
  const scene = parseScene(given);
  if (scene.arithmetic === 'exact') {
    const accepted = `computes only counts, not ${wanted.join(', ')}; use a scene whose arithmetic is double`;
    if (wanted.length > 0) throw new SceneError([{ path: 'arithmetic', given: '"exact"', accepted }]);
    return { scene, job: { view: exactView(scene) }, setup: undefined };
  }
  const { iterations } = scene;
  const kernel = kernelJob(scene);
  const points = scene.view ? viewPoints(scene.view) : latticePoints(scene.lattice);
  const setup = wanted.length > 0 ? traceSetup(scene, { kernel, points }, wanted) : undefined;
  const captured = capturedBy(setup);
  const isLong = points.rowRe.length * points.columnRe.length * iterations >= manySteps;
  const compile = isLong ? compileOptimized : compileAsCalled;
  const module = compileKernel(kernel, rangeOf(points), compile, captured);
  return { scene, job: { kernel, module, points, captured }, setup };
}
