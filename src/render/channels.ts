// What workers need to fill the channels of a field; kernel/ends.ts defines them.
import type { ChannelName } from '../field/field.js';
import { isCaptured } from '../kernel/capture.js';
import type { ShadeJob } from '../kernel/ends.js';
import { compileInside } from '../kernel/inside-module.js';
import { compileShade } from '../kernel/shade-rows.js';
import { shadingOf } from '../kernel/shading.js';
import type { Scene } from '../scene/scene.js';
import { spacingOf } from '../scene/view.js';
import { findBasins } from './basins.js';
import { channelNames } from './channel-types.js';
import type { DoubleJob } from './render-job.js';
import type { TraceSetup } from './task.js';

/** Sent to every worker once, to trace a scene's points. Throws RangeError for an unknown channel. */
export function traceSetup(
  scene: Scene,
  { kernel, points }: Pick<DoubleJob, 'kernel' | 'points'>,
  wanted: readonly ChannelName[],
): TraceSetup {
  const unknown = wanted.find((name) => !channelNames.includes(name));
  if (unknown) throw new RangeError(`channel ${unknown}: must be one of ${channelNames.join(', ')}`);
  const { view, lattice, trap = { point: [0, 0] } } = scene;
  const job: ShadeJob = {
    kernel,
    wanted,
    trap,
    spacing: view ? spacingOf(view) : lattice.extent / lattice.cells,
    shading: shadingOf(kernel, points),
    basins: wanted.includes('basin') ? findBasins(kernel, points) : undefined,
  };
  return {
    job,
    shade: needsShade(job) && !isCaptured(job) ? compileShade(job) : undefined,
    follow: wanted.includes('trap') || wanted.includes('period') ? compileInside(job) : undefined,
  };
}

/** Whether a channel is made of where orbits that escape end. */
const needsShade = ({ wanted }: ShadeJob): boolean => wanted.some((name) => name !== 'period');

/** The channels that the kernel makes while it counts, if any. */
export const capturedBy = (setup: TraceSetup | undefined): ShadeJob | undefined =>
  setup && needsShade(setup.job) && isCaptured(setup.job) ? setup.job : undefined;
