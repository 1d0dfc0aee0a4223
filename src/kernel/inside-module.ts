// The compiled module that follows orbits which never escape, and its calls: finds their least distances from a trap,
// and their periods. `insideReference` does the same in plain TypeScript, one orbit after the other, bit for bit.
import { assemble, FunctionBody } from '../assembler.js';
import type { Complex } from '../scene/complex.js';
import type { ShadeJob } from './ends.js';
import { realFunctions } from './functions.js';
import {
  firstAddress,
  insideBytes,
  insideLength,
  insideOffset,
  searchStep,
  settleStep,
} from './inside-list.js';
import {
  emitSearch,
  leastWindow,
  looseTolerance,
  mostSearched,
  searchParameters,
  tolerance,
} from './inside-search.js';
import { emitSettle, lookEvery, settleParameters } from './inside-settle.js';
import { type OrbitStep, runCode } from './orbit.js';
import { functionsIn, hostSignature, readsPrevious } from './step.js';

/** The results for an orbit: the least value of the trap's code, and its period or 0. */
export interface Inside {
  readonly least: number;
  readonly period: number;
}

/** Follows the orbits of at most `insideLength` sample points. */
export type FollowInside = (points: readonly Complex[]) => Inside[];

/** The module: imports `host.memory` and functions, exports `settle` and, for periods, `search`. */
export function compileInside(job: ShadeJob): WebAssembly.Module {
  const names = functionsIn(settleStep(job).code.instructions);
  const functions = new Map(names.map((name, i) => [name, i]));
  const settle = new FunctionBody({ parameters: settleParameters, results: [] });
  emitSettle(settle, job, functions);
  const search = new FunctionBody({ parameters: searchParameters, results: [] });
  emitSearch(search, job, functions);
  const imports = names.map((name) => ({ name, signature: hostSignature(name) }));
  const exports = [
    { name: 'settle', body: settle },
    ...(job.wanted.includes('period') ? [{ name: 'search', body: search }] : []),
  ];
  return new WebAssembly.Module(assemble({ imports, exports }));
}

export function startInside(job: ShadeJob, module: WebAssembly.Module): FollowInside {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(insideBytes(job) / 2 ** 16) });
  const { exports } = new WebAssembly.Instance(module, { host: { memory, ...realFunctions } });
  const { settle, search } = exports as { settle: (end: number) => void; search?: (end: number) => void };
  const row = (name: string) =>
    new Float64Array(memory.buffer, firstAddress + insideOffset(job, name), insideLength);
  const [pRe, pIm, period] = [row('pRe'), row('pIm'), row('period')];
  const least = job.wanted.includes('trap') ? row('least') : undefined;
  return (points) => {
    points.forEach(([re, im], i) => {
      pRe[i] = re;
      pIm[i] = im;
    });
    const end = firstAddress + 8 * points.length;
    settle(end);
    search?.(end);
    return points.map((_, i) => ({ least: least ? least[i]! : Infinity, period: period[i]! }));
  };
}

export function insideReference(job: ShadeJob): FollowInside {
  const { iterations, z0, c } = job.kernel;
  const [settle, search] = [settleStep(job), searchStep(job)];
  const repeats = !readsPrevious(settle.code.instructions);
  const values = new Float64Array(settle.code.instructions.length);
  return (points) => points.map(follow);

  function follow(p: Complex): Inside {
    const [zRe, zIm] = z0 === 'p' ? p : z0;
    const [cRe, cIm] = c === 'p' ? p : c;
    const orbit: Record<string, number> = { zRe, zIm, cRe, cIm, pRe: p[0], pIm: p[1], least: Infinity };
    const take = ({ code, next }: OrbitStep) => {
      runCode(code.instructions, (name) => orbit[name] ?? 0, values);
      for (const [name, position] of next) orbit[name] = values[position]!;
    };
    const z = (): Complex => [orbit.zRe!, orbit.zIm!];
    let mark: Complex | undefined;
    for (let taken = 1, nextMark = lookEvery; taken <= iterations; taken++) {
      take(settle);
      if (!repeats || taken % lookEvery > 0) continue;
      if (mark && Object.is(mark[0], orbit.zRe) && Object.is(mark[1], orbit.zIm)) break;
      if (taken < nextMark) continue;
      mark = z();
      nextMark *= 2;
    }
    /** The number of steps, at most `steps`, until z has returned to within `distance`; 0 if it has not. */
    const returnWithin = (distance: number, steps: number): number => {
      const [re, im] = z();
      const near = distance * distance * Math.max(1, re * re + im * im);
      for (let taken = 1; taken <= steps; taken++) {
        take(search);
        const [x, y] = [orbit.zRe! - re, orbit.zIm! - im];
        if (near < Infinity && x * x + y * y <= near) return taken;
      }
      return 0;
    };
    const found = () => {
      const most = mostSearched(job);
      for (let [taken, window] = [0, leastWindow]; taken < most; taken += window, window *= 2) {
        const period = returnWithin(tolerance, Math.min(window, most - taken));
        if (period > 0) return period;
      }
      return 0;
    };
    const period = job.wanted.includes('period') ? found() : 0;
    const part = period > 0 ? returnWithin(looseTolerance, period) : 0;
    return { least: orbit.least!, period: part > 0 && period % part === 0 ? part : period };
  }
}
