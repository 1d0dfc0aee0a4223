// The channels that a field may have besides its counts, their number types, and their arrays.
import type { ChannelName, Channels } from '../field/field.js';
import { sharedMemory } from '../shared-memory.js';
import { checkedBytes } from './memory.js';

/** The number type of each channel. */
export const channelTypes = {
  smooth: Float64Array,
  distance: Float32Array,
  slope: Float32Array,
  angle: Float32Array,
  trap: Float32Array,
  period: Uint16Array,
  basin: Uint8Array,
} as const;
/** All channels. */
export const channelNames = Object.keys(channelTypes) as ChannelName[];

/** An array for each channel. Throws LimitError if one needs more than 4 GiB. */
export const channelArrays = (wanted: readonly ChannelName[], length: number): Channels =>
  Object.fromEntries(
    wanted.map((name) => {
      const bytes = checkedBytes(`the channel ${name}`, length * channelTypes[name].BYTES_PER_ELEMENT);
      return [name, new channelTypes[name](sharedMemory(bytes))];
    }),
  );
