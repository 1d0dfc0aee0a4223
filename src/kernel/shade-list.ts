// The layout of the list of points whose orbits are followed for their channels, and the steps of several of them side
// by side in vectors: shared by shade-advance.ts and shade-ends.ts.
import { type FunctionBody, v128 } from '../assembler.js';
import type { RealFunction } from './code.js';
import type { ShadeJob } from './ends.js';
import { type OrbitStep, shadeStep } from './orbit.js';
import { codeEmitter } from './step.js';

/** Points in a list; a multiple of all vectors in flight. */
export const listLength = 1024;

/**
 * The rows of doubles in a list: the sample point, its count, its place in the field as i32 in the lower half (-1:
 * there is no point), the variables of its orbit, the steps taken, and the z after that. Under the rule of convergence
 * also the values kept of the two steps before, and a mask of the points that escaped instead.
 */
export function listRows({ kernel }: ShadeJob, { next }: OrbitStep): readonly string[] {
  const rows = ['pRe', 'pIm', 'count', 'place', ...next.keys(), 'taken', 'nextRe', 'nextIm'];
  return typeof kernel.escape === 'object' ? [...rows, 'hasLeft', ...keptRows(next)] : rows;
}

/** Bytes of a list. */
export const listBytes = (job: ShadeJob): number => 8 * listLength * listRows(job, shadeStep(job)).length;

/** The values kept: z of the last step but two, and z and its slopes of the last but one. */
export const keptRows = (next: OrbitStep['next']): readonly string[] => [
  ...['firstRe', 'firstIm', 'secondRe', 'secondIm'],
  ...['secondDRe', 'secondDIm', 'secondGRe', 'secondGIm'].filter((name) => next.has(nowOf(name))),
];

/** The current variable for a kept one: firstRe is an earlier zRe, secondDRe an earlier dRe. */
export function nowOf(kept: string): string {
  const rest = kept.replace(/^(first|second)/, '');
  return /^[DG]/.test(rest) ? rest[0]!.toLowerCase() + rest.slice(1) : `z${rest}`;
}

/** The start of each row of a list, in bytes. */
export function rowOffsets(job: ShadeJob, step: OrbitStep): (name: string) => number {
  const rows = listRows(job, step);
  return (name) => 8 * listLength * rows.indexOf(name);
}

/** Indices of the host's functions. */
export type HostFunctions = ReadonlyMap<RealFunction, number>;

/** The locals of two points, by the names of their variables. */
export type Lanes = ReadonlyMap<string, number>;

export const lanesWith = (body: FunctionBody, names: Iterable<string>): Lanes =>
  new Map([...new Set(names)].map((name) => [name, body.local(v128)]));

/** Pushes a point's variable, by its name. */
export function inputOf(body: FunctionBody, { kernel: { c } }: ShadeJob, lanes: Lanes) {
  return (name: string): void => {
    if (name === 'cRe' || name === 'cIm') {
      if (c === 'p') body.get(lanes.get(name.replace('c', 'p'))!);
      else body.f64x2(name === 'cRe' ? c[0] : c[1]);
    } else if (lanes.has(name)) body.get(lanes.get(name)!);
    // A slope that the step does not have.
    else body.f64x2(0);
  };
}

/** Emitters for the steps of a job's orbits. */
export function stepsOf(body: FunctionBody, job: ShadeJob, step: OrbitStep, functions: HostFunctions) {
  const { kernel, shading } = job;
  const { escape } = kernel;
  const { emit, push } = codeEmitter(body, step.code.instructions, functions);

  const input = (lanes: Lanes) => inputOf(body, job, lanes);

  return {
    offsetOf: rowOffsets(job, step),

    /** Sets the number of steps that a point certainly takes before its end, from its count. */
    setSure(lanes: Lanes): void {
      body.get(lanes.get('count')!);
      if (typeof escape === 'object') body.f64x2(-1).op('f64x2.add').f64x2(0).op('f64x2.max');
      else if (escape !== 'overflow') body.f64x2(1 + shading.sureAfter).op('f64x2.add');
      else if (shading.hasGrowth) {
        // Points beyond the radius overflow within this many steps, so with more steps left, none is beyond it.
        if (shading.thresholds > 0) body.f64x2(-shading.thresholds - 1).op('f64x2.add');
        else body.f64x2(0).op('f64x2.mul');
        body.get(lanes.get('count')!).f64x2(1).op('f64x2.min', 'f64x2.max');
      }
      body.set(lanes.get('sure')!);
    },

    plainStep(lanes: Lanes): void {
      emit(input(lanes));
      // All are computed before the first is set, because they depend on each other.
      for (const position of step.next.values()) push(position, input(lanes));
      for (const name of [...step.next.keys()].reverse()) body.set(lanes.get(name)!);
    },

    /** Takes a step of the lanes in a mask. */
    maskedStep(lanes: Lanes, mask: number): void {
      emit(input(lanes));
      for (const [name, position] of step.next) {
        push(position, input(lanes));
        body.get(lanes.get(name)!, mask).op('v128.bitselect');
      }
      for (const name of [...step.next.keys()].reverse()) body.set(lanes.get(name)!);
      body.get(lanes.get('taken')!).f64x2(1).get(mask).op('v128.and', 'f64x2.add').set(lanes.get('taken')!);
    },

    /** Computes the z after the last one, as `nextRe` and `nextIm`. */
    lookAhead(lanes: Lanes): void {
      emit(input(lanes));
      push(step.next.get('zRe')!, input(lanes));
      push(step.next.get('zIm')!, input(lanes));
      body.set(lanes.get('nextIm')!).set(lanes.get('nextRe')!);
    },
  };
}
