// What workers are sent of a scene that was prepared.
import type { ShadeJob } from '../kernel/ends.js';
import type { SamplePoints } from '../kernel/points.js';
import type { KernelJob } from '../kernel/reference.js';
import { type ExactJob, isExact } from './exact-job.js';

/** A prepared scene, sent to every worker once. */
export type RenderJob = DoubleJob | ExactJob;

/** A scene that doubles count. */
export interface DoubleJob {
  readonly kernel: KernelJob;
  readonly module: WebAssembly.Module;
  readonly points: SamplePoints;
  /** The channels that the module makes while it counts, if any. */
  readonly captured: ShadeJob | undefined;
}

/** How many rows and columns of sample points a job has. */
export const shapeOf = (job: RenderJob): readonly [rows: number, columns: number] =>
  isExact(job) ? [job.view.rows, job.view.columns] : [job.points.rowRe.length, job.points.columnRe.length];

export const iterationsOf = (job: RenderJob): number =>
  isExact(job) ? job.view.iterations : job.kernel.iterations;
