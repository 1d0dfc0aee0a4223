// The memory layout of the channels of a band of rows, in a kernel that makes them while it counts (capture.ts).
import { listAt, listEndAt, tableAt } from './capture.js';
import type { Channels, ShadeJob } from './ends.js';
import { channelBytes, type ShadedName, shadedNames, tableBytes } from './shade-channels.js';

export interface ChannelBand {
  /** The end address. */
  readonly end: number;
  /** Prepares it for rows from this one on. */
  begin(memory: ArrayBuffer, from: number): void;
  /** Passes the channels made there to `take`. */
  take(
    memory: ArrayBuffer,
    channels: Channels,
    take: (band: Float64Array, values: Float64Array) => void,
  ): void;
}

/** The band's memory from that address on, for this many points in rows of `stride`. */
export function channelBand(
  { wanted, kernel }: ShadeJob,
  address: number,
  points: number,
  stride: number,
): ChannelBand {
  const places = new Map<ShadedName, number>();
  let end = address;
  for (const name of shadedNames.filter((name) => wanted.includes(name))) {
    places.set(name, end);
    end += Math.ceil((points * channelBytes[name]) / 16) * 16;
  }
  return {
    end,
    begin(memory, from) {
      new Int32Array(memory, listEndAt, 1)[0] = listAt;
      const table = new Int32Array(memory, tableAt, tableBytes / 4);
      for (const [i, name] of shadedNames.entries())
        table[i + 1] = (places.get(name) ?? 0) - from * stride * channelBytes[name];
      // The values of points that never escape; this clears what the band before left there.
      for (const [name, at] of places)
        if (name === 'smooth') new Float64Array(memory, at, points).fill(kernel.iterations);
        else new Uint8Array(memory, at, points * channelBytes[name]).fill(0);
    },
    take(memory, channels, take) {
      for (const [name, at] of places) {
        const values = channels[name] as Float64Array | undefined;
        if (values) take(new (values.constructor as Float64ArrayConstructor)(memory, at, points), values);
      }
    },
  };
}
