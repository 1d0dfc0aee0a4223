// Where the channels of a band of rows are in a kernel's memory, when it makes them while it counts (capture.ts).
import { listAt, listEndAt, tableAt } from './capture.js';
import type { Channels, ShadeJob } from './ends.js';
import { channelBytes, type ShadedName, shadedNames, tableBytes } from './shade-channels.js';

export interface ChannelBand {
  /** Where it ends. */
  readonly end: number;
  /** Makes it ready for rows from this one on. */
  begin(memory: ArrayBuffer, from: number): void;
  /** Has what was made there taken. */
  take(
    memory: ArrayBuffer,
    channels: Channels,
    take: (band: Float64Array, values: Float64Array) => void,
  ): void;
}

/** The band's memory from that address on, with so many points, so many of which are a row. */
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
      // What points that never escape have; what a band before left there is not theirs.
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
