// The arrays of a field's channels, and what workers need to fill them. What stands in them is kernel/trace.ts's.
import type { ChannelName, Channels } from '../field/field.js';
import { compileFollow } from '../kernel/orbits.js';
import { followOptions } from '../kernel/trace.js';
import type { Scene } from '../scene/scene.js';
import { spacingOf } from '../scene/view.js';
import { findBasins } from './basins.js';
import { checkedBytes, sharedMemory } from './memory.js';
import type { RenderJob, TraceSetup } from './task.js';

const types = {
  ...{ smooth: Float64Array, distance: Float32Array, slope: Float32Array, angle: Float32Array },
  ...{ trap: Float32Array, period: Uint16Array, basin: Uint8Array },
} as const;
/** The channels there are. */
export const channelNames = Object.keys(types) as ChannelName[];

/** Throws RangeError for what is no channel, LimitError where one takes more than 4 GiB. */
export function prepareChannels(
  scene: Scene,
  { kernel, points }: RenderJob,
  wanted: readonly ChannelName[],
): { readonly channels: Channels; readonly setup: TraceSetup } {
  const length = points.rowRe.length * points.columnRe.length;
  const channels = Object.fromEntries(
    wanted.map((name) => {
      if (!channelNames.includes(name))
        throw new RangeError(`channel ${name}: must be one of ${channelNames.join(', ')}`);
      const bytes = checkedBytes(`the channel ${name}`, length * types[name].BYTES_PER_ELEMENT);
      return [name, new types[name](sharedMemory(bytes))];
    }),
  );
  const { view, lattice, trap = { point: [0, 0] } } = scene;
  const setup: TraceSetup = {
    module: compileFollow(kernel, followOptions(wanted, trap)),
    spacing: view ? spacingOf(view) : lattice.extent / lattice.cells,
    trap,
    basins: wanted.includes('basin') ? findBasins(kernel, points) : undefined,
  };
  return { channels, setup };
}
