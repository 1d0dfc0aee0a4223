// The channels that a field may have besides its counts, and the numbers that each is kept in.
import type { ChannelName } from '../field/field.js';

/** The numbers that each channel is kept in. */
export const channelTypes = {
  ...{ smooth: Float64Array, distance: Float32Array, slope: Float32Array, angle: Float32Array },
  ...{ trap: Float32Array, period: Uint16Array, basin: Uint8Array },
} as const;
/** The channels there are. */
export const channelNames = Object.keys(channelTypes) as ChannelName[];
