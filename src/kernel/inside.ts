// Points that never escape: the least distances of their orbits from the trap, and the periods of their attracting
// cycles. Orbits are followed by inside-module.ts or by its oracle.
import type { Complex } from '../scene/complex.js';
import type { Channels, ShadeJob } from './ends.js';
import { insideLength } from './inside-list.js';
import type { FollowInside } from './inside-module.js';
import type { Counts } from './kernel.js';
import { pointAt, type SamplePoints } from './points.js';

/** The largest period that fits the channel. */
const largestPeriod = 65535;

/** Fills channels of some rows, row after row, for points that never escape according to their counts. */
export function traceInside(
  { kernel, trap }: ShadeJob,
  points: SamplePoints,
  follow: FollowInside | undefined,
  counts: Counts,
  into: Channels,
): void {
  const { iterations } = kernel;
  const columns = points.columnRe.length;
  if (into.smooth)
    for (let place = 0; place < counts.length; place++)
      if (counts[place] === iterations) into.smooth[place] = iterations;
  if (!follow || (!into.trap && !into.period)) return;
  const [places, chosen]: [number[], Complex[]] = [[], []];
  for (let place = 0; place < counts.length; place++) {
    if (counts[place] !== iterations) continue;
    places.push(place);
    chosen.push(pointAt(points, Math.floor(place / columns), place % columns));
    if (places.length === insideLength) writeAll(follow);
  }
  if (places.length > 0) writeAll(follow);

  function writeAll(follow: FollowInside): void {
    for (const [i, { least, period }] of follow(chosen).entries()) {
      if (into.trap) into.trap[places[i]!] = 'point' in trap ? Math.sqrt(least) : least;
      if (into.period) into.period[places[i]!] = period <= largestPeriod ? period : 0;
    }
    places.length = 0;
    chosen.length = 0;
  }
}
