// The channels of points whose counts are known, in plain TypeScript, one point after the other: slow, obviously right,
// and the oracle for what shade.ts compiles. ends.ts defines the channels; inside.ts handles points that never escape.
import type { Complex } from '../scene/complex.js';
import { Code } from './code.js';
import {
  type ChannelName,
  type Channels,
  convergedChannels,
  type EndCode,
  leftChannels,
  type ShadeJob,
} from './ends.js';
import type { Counts } from './kernel.js';
import { runCode, shadeStep } from './orbit.js';
import { pointAt, type SamplePoints } from './points.js';

/** Fills channels of rows with these counts, row after row, for points that escape. */
export function traceReference(job: ShadeJob, points: SamplePoints, counts: Counts, into: Channels): void {
  const end = endReference(job);
  const columns = points.columnRe.length;
  for (const [place, count] of counts.entries()) {
    if (count === job.kernel.iterations) continue;
    const values = end(pointAt(points, Math.floor(place / columns), place % columns), count);
    for (const [name, value] of values) {
      const channel = into[name];
      if (channel) channel[place] = value;
    }
  }
}

/** Makes the function that computes an escaping sample point's channels from its count. */
function endReference(job: ShadeJob): (p: Complex, count: number) => Map<ChannelName, number> {
  const { kernel, shading } = job;
  const { escape, c, z0 } = kernel;
  const { hasGrowth, radius, mostAfter, bailout } = shading;
  const step = shadeStep(job);
  const left = new Code();
  const leftEnd = leftChannels(left, job);
  const converged = new Code();
  const convergedEnd = typeof escape === 'object' ? convergedChannels(converged, job) : undefined;
  const values = new Float64Array(step.code.instructions.length);

  return (p, count) => {
    const [cRe, cIm] = c === 'p' ? p : c;
    const [zRe, zIm] = z0 === 'p' ? p : z0;
    const dRe = z0 === 'p' ? 1 : 0;
    const orbit: Record<string, number> = { zRe, zIm, dRe, least: Infinity, taken: 0, count };
    Object.assign(orbit, { cRe, cIm, pRe: p[0], pIm: p[1] });
    // Variables that an orbit does not have, such as slopes by the conjugate, are 0.
    const input = (name: string) => orbit[name] ?? 0;

    function take(): void {
      runCode(step.code.instructions, input, values);
      for (const [name, position] of step.next) orbit[name] = values[position]!;
      orbit.taken!++;
    }

    /** Keeps z and its slopes under other names. */
    function keep(as: string): void {
      for (const [letter, name] of [
        ['z', as],
        ['d', `${as}D`],
        ['g', `${as}G`],
      ] as const)
        for (const part of ['Re', 'Im']) orbit[name + part] = input(letter + part);
    }

    if (convergedEnd) {
      while (orbit.taken! < count - 1) take();
      keep('first');
      if (orbit.taken! < count) take();
      keep('second');
      take();
      const ends = new Float64Array(converged.instructions.length);
      runCode(converged.instructions, input, ends);
      const square = orbit.zRe! * orbit.zRe! + orbit.zIm! * orbit.zIm!;
      if (square < Infinity && square <= bailout * bailout) return channelsOf(convergedEnd, ends);
    }
    const least = escape !== 'overflow' ? count + 1 : hasGrowth ? Math.min(1, count) : count;
    const most = escape !== 'overflow' ? count + 1 + mostAfter : count;
    const isInside = () => orbit.zRe! * orbit.zRe! + orbit.zIm! * orbit.zIm! < radius * radius;
    while (orbit.taken! < least || (orbit.taken! < most && isInside())) take();
    runCode(step.code.instructions, input, values);
    orbit.nextRe = values[step.next.get('zRe')!]!;
    orbit.nextIm = values[step.next.get('zIm')!]!;
    const ends = new Float64Array(left.instructions.length);
    runCode(left.instructions, input, ends);
    return channelsOf(leftEnd, ends);
  };
}

const channelsOf = (code: EndCode, values: Float64Array) =>
  new Map([...code].map(([name, position]) => [name, values[position]!]));
