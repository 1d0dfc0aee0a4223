// The memory layout of orbits that never escape, in the module that follows them (inside-module.ts): a row of doubles
// for each variable of an orbit. An orbit's address is its place in the first row, which is not 0.
import { type FunctionBody, i32, v128 } from '../assembler.js';
import type { RealFunction } from './code.js';
import type { ShadeJob } from './ends.js';
import { type OrbitStep, orbitStep } from './orbit.js';
import { inputOf } from './shade-list.js';
import { codeEmitter } from './step.js';

/** Orbits followed in one call. */
export const insideLength = 512;
export const firstAddress = 8;
const rowBytes = firstAddress + 8 * insideLength;
/** Vectors in flight. */
export const insideVectors = 4;

/** The step for their iterations, and the one for finding their periods. */
export const settleStep = ({ kernel, wanted, trap }: ShadeJob): OrbitStep =>
  orbitStep(kernel, { hasSlopes: false, trap: wanted.includes('trap') ? trap : undefined });
export const searchStep = ({ kernel }: ShadeJob): OrbitStep =>
  orbitStep(kernel, { hasSlopes: false, trap: undefined });

const insideRows = (job: ShadeJob): string[] => ['pRe', 'pIm', ...settleStep(job).next.keys(), 'period'];
export const insideBytes = (job: ShadeJob): number => rowBytes * insideRows(job).length;
/** The offset of a row, from an orbit's address. */
export const insideOffset = (job: ShadeJob, row: string): number => rowBytes * insideRows(job).indexOf(row);

/** Two orbits followed side by side: the locals of their variables, and each one's address or 0. */
export interface Pair {
  readonly locals: ReadonlyMap<string, number>;
  readonly addresses: readonly [number, number];
}

export function pairsOf(body: FunctionBody, names: Iterable<string>): Pair[] {
  const all = [...new Set(names)];
  return Array.from({ length: insideVectors }, () => ({
    locals: new Map(all.map((name) => [name, body.local(v128)])),
    addresses: [body.local(i32), body.local(i32)] as const,
  }));
}

/** Emits steps of pairs. */
export function stepEmitterOf(
  body: FunctionBody,
  job: ShadeJob,
  step: OrbitStep,
  functions: ReadonlyMap<RealFunction, number>,
) {
  const { emit, push } = codeEmitter(body, step.code.instructions, functions);
  return ({ locals }: Pair): void => {
    const input = inputOf(body, job, locals);
    emit(input);
    // All are computed before the first is set, since they depend on each other.
    for (const position of step.next.values()) push(position, input);
    for (const name of [...step.next.keys()].reverse()) body.set(locals.get(name)!);
  };
}

/** Sets a lane of a local to a number. */
export function setLane(body: FunctionBody, local: number, lane: number, value: number): void {
  body.get(local).f64x2(value).lane(0).replaceLane(lane).set(local);
}

/** Pushes the smaller of a vector's two numbers, a whole number, clamped to an i32. */
export function pushLeast(body: FunctionBody, local: number): FunctionBody {
  body.get(local, local, local).shuffle(halvesSwapped).op('f64x2.pmin');
  return body.op('i32x4.trunc_sat_f64x2_u_zero').lane32(0);
}

const halvesSwapped = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
