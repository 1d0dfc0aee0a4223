// Captures the ends of orbits while points are counted (count.ts, finish.ts), so that channels need no second pass: an
// orbit's state at its first step outside goes into a list in memory. When the list is full, the functions of shade.ts
// empty it.
import { type FunctionBody, i32, v128 } from '../assembler.js';
import type { RealFunction } from './code.js';
import { type ShadeJob, wantsShape } from './ends.js';
import { isHolomorphic } from './lower.js';
import type { OrbitStep } from './orbit.js';
import { freeAt } from './shade-channels.js';
import { inputOf, keptRows, listBytes, listLength, nowOf, rowOffsets } from './shade-list.js';
import { codeEmitter } from './step.js';

export interface Capture {
  readonly job: ShadeJob;
  readonly step: OrbitStep;
  /** The variables of an orbit besides z and the previous z. */
  readonly carried: readonly string[];
  /** The rows of the list in which an orbit's end is kept. */
  readonly rows: readonly string[];
  /** The index of the function that processes and empties the list. */
  readonly empty: number;
}

/**
 * Whether orbits are captured for a job's channels. Not where they overflow, because the step at which they did is
 * determined only afterwards. Slopes cost points that never escape as much as others, which is less than capturing
 * saves only where orbits are short and a step has one slope: the burning ship, with two of many operations, took twice
 * as long with them.
 */
export const isCaptured = ({ kernel, wanted }: ShadeJob): boolean =>
  kernel.escape !== 'overflow' &&
  (!wantsShape(wanted) || (kernel.iterations <= fewIterations && isHolomorphic(kernel.step)));

/** Jobs with at most this many iterations take all points to their ends together, without a queue (count.ts). */
export const fewIterations = 128;

export function captureOf(job: ShadeJob, step: OrbitStep, empty: number): Capture {
  const isOfZ = (name: string) => /^(z|previous)(Re|Im)$/.test(name);
  const kept = typeof job.kernel.escape === 'object' ? keptRows(step.next) : [];
  return {
    job,
    step,
    empty,
    carried: [...step.next.keys()].filter((name) => !isOfZ(name)),
    rows: [...step.next.keys(), ...kept],
  };
}

/** Locals of a vector that hold the state of its orbits for their channels. */
export interface Orbit {
  /** What is carried besides z, now and before the block, by the step's names for it. */
  readonly now: ReadonlyMap<string, number>;
  readonly before: ReadonlyMap<string, number>;
  /** The z before that, under the rule of convergence. */
  readonly earlier: { readonly re: number; readonly im: number } | undefined;
  /** The captured values, by row. */
  readonly ends: ReadonlyMap<string, number>;
}

/** The locals of a vector of two points from which channels are made. */
export interface OrbitLanes {
  readonly x: number;
  readonly y: number;
  /** z before the block. */
  readonly beforeX: number;
  readonly beforeY: number;
  readonly pRe: number;
  readonly pIm: number;
  readonly previousRe: number;
  readonly previousIm: number;
  /** Valid where the point is not under way, unless it is undecided (`untold`). */
  readonly count: number;
  readonly orbit: Orbit;
}

export function orbitOf(body: FunctionBody, capture: Capture | undefined): Orbit {
  const locals = (names: readonly string[] = []) => new Map(names.map((name) => [name, body.local(v128)]));
  const isConverging = capture && typeof capture.job.kernel.escape === 'object';
  return {
    now: locals(capture?.carried),
    before: locals(capture?.carried),
    earlier: isConverging ? { re: body.local(v128), im: body.local(v128) } : undefined,
    ends: locals(capture?.rows),
  };
}

/** An orbit's value of this name before its first step. */
export function firstOf({ kernel: { z0 } }: ShadeJob, name: string): number {
  if (name === 'least') return Infinity;
  return name === 'dRe' && z0 === 'p' ? 1 : 0;
}

/** Emits a step with everything that is carried, in the locals of these names. */
export function carriedStep(
  body: FunctionBody,
  { job, step }: Capture,
  functions: ReadonlyMap<RealFunction, number>,
) {
  const { emit, push } = codeEmitter(body, step.code.instructions, functions);
  return (locals: ReadonlyMap<string, number>): void => {
    const input = inputOf(body, job, locals);
    emit(input);
    for (const position of step.next.values()) push(position, input);
    for (const name of [...step.next.keys()].reverse()) body.set(locals.get(name)!);
  };
}

/** The local from which a row of the list is taken, for a vector whose points have just escaped. */
export function rowOf(row: string, lanes: OrbitLanes): number {
  const { now, before, earlier } = lanes.orbit;
  const own: Record<string, number> = {
    zRe: lanes.x,
    zIm: lanes.y,
    previousRe: lanes.previousRe,
    previousIm: lanes.previousIm,
    secondRe: lanes.beforeX,
    secondIm: lanes.beforeY,
    ...(earlier && { firstRe: earlier.re, firstIm: earlier.im }),
  };
  return own[row] ?? now.get(row) ?? before.get(nowOf(row))!;
}

/** The address of the list's end; after it come the table of shade-channels.ts and the list. */
export const listEndAt = 0;
export const tableAt = 16;
export const listAt = freeAt;
/** Bytes of all these, before the arrays of the sample points. */
export const captureBytes = (job: ShadeJob): number => listAt + listBytes(job);

export interface CaptureEmitter {
  /** Lists all lanes of four vectors; `pushPlace` pushes the place of a vector's first lane as i32. */
  group(all: readonly OrbitLanes[], pushPlace: (j: number) => void): void;
  /** Lists a lane if it has escaped. */
  one(lanes: OrbitLanes, lane: number, pushPlace: () => void): void;
  emptyIfFull(): void;
}

/** Points that may be listed between two checks whether the list is full. */
const listRoom = 16;

export function captureEmitter(body: FunctionBody, capture: Capture): CaptureEmitter {
  const { job, step } = capture;
  const { iterations } = job.kernel;
  const offsetOf = rowOffsets(job, step);
  const end = body.local(i32);
  const [places, counts] = [body.local(v128), body.local(v128)];

  const loadEnd = () => body.i32(0).load32(listEndAt).set(end);
  const moveEnd = (points: number) => {
    body
      .get(end)
      .i32(8 * points)
      .op('i32.add')
      .set(end)
      .i32(0)
      .get(end)
      .store32(listEndAt);
  };
  /** A whole number below 2^52 is in the lower bits of its sum with 2^52. */
  const setCounts = ({ count }: OrbitLanes) => {
    body
      .get(count)
      .f64x2(2 ** 52)
      .op('v128.or')
      .f64x2(2 ** 52)
      .op('f64x2.sub')
      .set(counts);
  };
  const rowsOf = (lanes: OrbitLanes): [string, number][] => [
    ...[['pRe', lanes.pRe] as [string, number], ['pIm', lanes.pIm] as [string, number]],
    ...[['count', counts] as [string, number], ['place', places] as [string, number]],
    ...lanes.orbit.ends,
  ];
  const setPlaces = (push: () => void) => {
    push();
    body.splatInteger(4).bytes(lanePlaces).op('i32x4.add').set(places);
  };

  return {
    group(all, pushPlace) {
      loadEnd();
      for (const [j, lanes] of all.entries()) {
        setCounts(lanes);
        setPlaces(() => pushPlace(j));
        for (const [row, local] of rowsOf(lanes)) body.get(end, local).store(offsetOf(row) + 16 * j);
      }
      moveEnd(2 * all.length);
    },
    one(lanes, lane, pushPlace) {
      body.get(lanes.count).i64x2(BigInt(iterations)).op('i64x2.lt_s').lane64(lane);
      body.if(() => {
        loadEnd();
        setCounts(lanes);
        pushPlace();
        body.splatInteger(4).set(places);
        for (const [row, local] of rowsOf(lanes)) body.get(end, local).storeLane(8, lane, offsetOf(row));
        moveEnd(1);
      });
    },
    emptyIfFull() {
      body
        .i32(0)
        .load32(listEndAt)
        .i32(listAt + 8 * (listLength - listRoom))
        .op('i32.ge_u');
      body.if(() => body.call(capture.empty));
    },
  };
}

/** 0 in the first lane of 64 bits, 1 in the second. */
const lanePlaces = [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
