// The function that takes listed points to where their orbits end and writes their channels: several side by side,
// without a test for escape as long as a point's count says that there is none. A lane whose point is done takes the next
// one of the list.
import { type FunctionBody, i32, type Opcode, v128 } from '../assembler.js';
import { Code, type RealFunction } from './code.js';
import { type ChannelName, convergedChannels, leftChannels, type ShadeJob, wantsShape } from './ends.js';
import { countBytes } from './escape.js';
import type { OrbitStep } from './orbit.js';
import { codeEmitter } from './step.js';

/** Vectors in flight: with slopes each has twice the operations and numbers. */
const vectorsOf = (hasSlopes: boolean) => (hasSlopes ? 2 : 4);

/** An entry of the list of points: pRe and pIm as doubles, place as i32. */
export const entryBytes = 24;

/** The channels that have an array in the module's memory, in the order of their addresses in the table. */
export const shadedNames = ['smooth', 'distance', 'slope', 'angle', 'trap', 'basin'] as const;
/** The table has the address of the counts, and after it those of the channels, as i32. */
export const tableBytes = 4 * (1 + shadedNames.length);

/** The parameters of the function: the address of the table, and where the list begins and ends. */
export const endsParameters = [i32, i32, i32] as const;

/** The code of the channels where orbits end: of those that have left, and before it, where the rule has them, of others. */
export function endCodes(job: ShadeJob) {
  const left = new Code();
  const codes = [{ code: left, channels: leftChannels(left, job), hasLeft: undefined as number | undefined }];
  if (typeof job.kernel.escape !== 'object') return codes;
  const converged = new Code();
  return [{ code: converged, ...convergedChannels(converged, job) }, ...codes];
}

/** Functions that code calls: the host's, and the module's own on vectors. */
export interface Callable {
  readonly functions: ReadonlyMap<RealFunction, number>;
  readonly vectorFunctions: ReadonlyMap<RealFunction, number>;
}

/** Emits the function; its parts are in the order in which they run. */
export function emitEnds(
  body: FunctionBody,
  job: ShadeJob,
  step: OrbitStep,
  ends: ReturnType<typeof endCodes>,
  { functions, vectorFunctions }: Callable,
): void {
  const { kernel, wanted, shading } = job;
  const { iterations, escape, c, z0 } = kernel;
  const [table, next, listEnd] = [0, 1, 2];
  const whole = () => body.local(i32);
  const vector = () => body.local(v128);
  const [counts, under, left] = [whole(), whole(), whole()];
  const addresses = new Map(shadedNames.map((name) => [name as ChannelName, whole()]));
  const [mask, least, taking] = [vector(), vector(), vector()];

  const isConverging = typeof escape === 'object';
  /** What an orbit has besides what steps change. */
  const kept = isConverging ? ['firstRe', 'firstIm', ...keptBefore()] : [];
  const nexts = shading.hasGrowth ? ['nextRe', 'nextIm'] : [];
  const orbitNames = [
    ...new Set([
      ...step.next.keys(),
      'pRe',
      'pIm',
      'taken',
      'count',
      'sure',
      'most',
      'ready',
      'ending',
      ...kept,
      ...nexts,
    ]),
  ];
  const all = Array.from({ length: vectorsOf(wantsShape(wanted)) }, () => ({
    locals: new Map(orbitNames.map((name) => [name, vector()])),
    /** For each lane the place of its point plus 1, or 0. */
    places: [whole(), whole()] as const,
  }));
  type Vector = (typeof all)[number];
  const at = ({ locals }: Vector, name: string) => locals.get(name)!;
  const { emit, push } = codeEmitter(body, step.code.instructions, functions, vectorFunctions);
  const endEmitters = ends.map(({ code, ...rest }) => ({
    ...rest,
    ...codeEmitter(body, code.instructions, functions, vectorFunctions),
  }));

  body.get(table).load32(0).set(counts);
  for (const [i, [, address]] of [...addresses].entries())
    body
      .get(table)
      .load32(4 * (i + 1))
      .set(address);
  for (const each of all) {
    body.f64x2(Infinity).set(at(each, 'count'));
    setTargets(each);
  }
  followListed();

  /** What is kept of the step before the last: z, and its slopes where they are wanted. */
  function keptBefore(): string[] {
    const slopes = wantsShape(wanted) ? ['secondDRe', 'secondDIm', 'secondGRe', 'secondGIm'] : [];
    return ['secondRe', 'secondIm', ...slopes.filter((name) => step.next.has(nowOf(name)))];
  }

  /** Takes all points of the list to their ends. */
  function followListed(): void {
    body.loop((again) => {
      for (const each of all) refill(each);
      body.get(under).if(() => {
        takeSureSteps();
        for (const each of all)
          body.get(at(each, 'sure'), at(each, 'taken')).op('f64x2.le').set(at(each, 'ready'));
        if (isConverging) all.forEach(endConverged);
        else for (const each of all) body.get(at(each, 'ready')).set(at(each, 'ending'));
        if (shading.hasGrowth) {
          takeLastSteps();
          all.forEach(lookAhead);
        }
        for (const each of all) {
          body
            .get(at(each, 'ending'))
            .tee(mask)
            .op('v128.any_true')
            .if(() => {
              endEmitters.at(-1)!.emit(input(each));
              write(each, endEmitters.at(-1)!);
            });
          release(each);
        }
      });
      body.get(under).get(next, listEnd).op('i32.lt_u', 'i32.or');
      again();
    });
  }

  /** Puts points of the list into the lanes that are free. */
  function refill(each: Vector): void {
    const [first, second] = each.places;
    body
      .get(first)
      .op('i32.eqz')
      .get(second)
      .op('i32.eqz', 'i32.or')
      .get(next, listEnd)
      .op('i32.lt_u', 'i32.and');
    body.if(() => {
      for (const lane of [0, 1])
        body
          .get(each.places[lane]!)
          .op('i32.eqz')
          .get(next, listEnd)
          .op('i32.lt_u', 'i32.and')
          .if(() => load(each, lane));
      setTargets(each);
    });
  }

  function load(each: Vector, lane: number): void {
    for (const [i, name] of ['pRe', 'pIm'].entries())
      body
        .get(next, at(each, name))
        .loadLane(lane, 8 * i)
        .set(at(each, name));
    const setLane = (name: string, pushValue: () => void) => {
      if (!each.locals.has(name)) return;
      body.get(at(each, name));
      pushValue();
      body.lane(0).replaceLane(lane).set(at(each, name));
    };
    const begin: Record<string, number> = { taken: 0, dRe: z0 === 'p' ? 1 : 0, least: Infinity };
    for (const name of [...step.next.keys(), 'taken'])
      if (!/^z/.test(name)) setLane(name, () => body.f64x2(begin[name] ?? 0));
    for (const [i, name] of ['zRe', 'zIm'].entries())
      setLane(name, () => (z0 === 'p' ? body.get(next).loadSplat(8 * i) : body.f64x2(z0[i]!)));
    body.get(next).load32(16).i32(1).op('i32.add').set(each.places[lane]!);
    setLane('count', () => {
      body
        .get(counts)
        .get(next)
        .load32(16)
        .i32(Math.log2(countBytes(iterations)))
        .op('i32.shl', 'i32.add');
      if (countBytes(iterations) === 2) body.load16();
      else body.load32();
      body.splatInteger(4).op('f64x2.convert_low_i32x4_u');
    });
    body.get(next).i32(entryBytes).op('i32.add').set(next).get(under).i32(1).op('i32.add').set(under);
  }

  /** How many steps a point surely takes before its end, and how many at most; of a free lane Infinity. */
  function setTargets(each: Vector): void {
    const [count, sure, most] = [at(each, 'count'), at(each, 'sure'), at(each, 'most')];
    body.get(count);
    if (escape !== 'overflow') {
      body.f64x2(1).op('f64x2.add').tee(sure).f64x2(shading.mostAfter).op('f64x2.add').set(most);
      if (isConverging) body.get(count).f64x2(-1).op('f64x2.add').f64x2(0).op('f64x2.max').set(sure);
      return;
    }
    body.tee(most).set(sure);
    if (!shading.hasGrowth) return;
    // Who is beyond the radius overflows within so many steps, so that with more of them left nobody is.
    if (shading.thresholds > 0)
      body
        .get(count)
        .f64x2(-shading.thresholds - 1)
        .op('f64x2.add');
    else body.f64x2(0);
    body.get(count).f64x2(1).op('f64x2.min', 'f64x2.max').set(sure);
    // A free lane is never ready.
    body.get(sure, count, count).f64x2(Infinity).op('f64x2.lt', 'v128.bitselect').set(sure);
  }

  /** Takes as many steps as every lane surely has. */
  function takeSureSteps(): void {
    for (const [j, each] of all.entries()) {
      body.get(at(each, 'sure'), at(each, 'taken')).op('f64x2.sub');
      if (j > 0) body.get(least).op('f64x2.min');
      body.set(least);
    }
    body.get(least, least, least).shuffle(halvesSwapped).op('f64x2.min').f64x2(0).op('f64x2.max').tee(least);
    body.op('i32x4.trunc_sat_f64x2_u_zero').lane32(0).tee(left);
    body.if(() => {
      body.loop((again) => {
        for (const each of all) plainStep(each);
        body.get(left).i32(-1).op('i32.add').tee(left);
        again();
      });
      for (const each of all) body.get(at(each, 'taken'), least).op('f64x2.add').set(at(each, 'taken'));
    });
  }

  function input(each: Vector) {
    return (name: string) => {
      if (name.startsWith('c') && name !== 'count') {
        if (c === 'p') body.get(at(each, name.replace('c', 'p')));
        else body.f64x2(name === 'cRe' ? c[0] : c[1]);
      } else if (each.locals.has(name)) body.get(at(each, name));
      // A slope that the step does not have.
      else body.f64x2(0);
    };
  }

  function plainStep(each: Vector): void {
    emit(input(each));
    // All are computed before the first is set, since they are made of each other.
    for (const position of step.next.values()) push(position, input(each));
    for (const name of [...step.next.keys()].reverse()) body.set(at(each, name));
  }

  /** A step of the lanes in a mask. */
  function maskedStep(each: Vector, mask: number): void {
    emit(input(each));
    for (const [name, position] of step.next) {
      push(position, input(each));
      body.get(at(each, name), mask).op('v128.bitselect');
    }
    for (const name of [...step.next.keys()].reverse()) body.set(at(each, name));
    body.get(at(each, 'taken')).f64x2(1).get(mask).op('v128.and', 'f64x2.add').set(at(each, 'taken'));
  }

  /** One by one, the steps until an orbit is beyond the radius or has taken all that it may. */
  function takeLastSteps(): void {
    body.loop((again) => {
      body.f64x2(0).set(taking);
      for (const each of all) {
        body.get(at(each, 'ending'), at(each, 'taken'), at(each, 'most')).op('f64x2.lt', 'v128.and');
        const [re, im] = [at(each, 'zRe'), at(each, 'zIm')];
        body.get(re, re).op('f64x2.mul').get(im, im).op('f64x2.mul', 'f64x2.add');
        body
          .f64x2(shading.radius * shading.radius)
          .op('f64x2.lt', 'v128.and')
          .tee(mask);
        body.get(taking).op('v128.or').set(taking);
        maskedStep(each, mask);
      }
      body.get(taking).op('v128.any_true');
      again();
    });
  }

  /** The z after the last one. */
  function lookAhead(each: Vector): void {
    emit(input(each));
    push(step.next.get('zRe')!, input(each));
    push(step.next.get('zIm')!, input(each));
    body.set(at(each, 'nextIm')).set(at(each, 'nextRe'));
  }

  /** The last two steps of points under the rule of convergence; those that have not left are done then. */
  function endConverged(each: Vector): void {
    for (const name of ['firstRe', 'firstIm']) body.get(at(each, nowOf(name))).set(at(each, name));
    // With a count of 0 there is but one step.
    body.get(at(each, 'ready'), at(each, 'taken'), at(each, 'count')).op('f64x2.lt', 'v128.and').set(mask);
    maskedStep(each, mask);
    for (const name of keptBefore()) body.get(at(each, nowOf(name))).set(at(each, name));
    maskedStep(each, at(each, 'ready'));
    const emitter = endEmitters[0]!;
    emitter.emit(input(each));
    body.get(at(each, 'ready'));
    emitter.push(emitter.hasLeft!, input(each));
    body.op('v128.and').set(at(each, 'ending'));
    body.get(at(each, 'ready'), at(each, 'ending')).op('v128.andnot').set(mask);
    write(each, emitter);
  }

  /** Writes the channels of the lanes in `mask`, whose code has been emitted. */
  function write(each: Vector, { channels, push }: (typeof endEmitters)[number]): void {
    for (const lane of [0, 1])
      body
        .get(mask)
        .lane64(lane)
        .if(() => {
          const index = each.places[lane]!;
          for (const [channel, position] of channels) {
            const address = addresses.get(channel)!;
            const { shift, convert, bytes } = stored[channel as (typeof shadedNames)[number]];
            body.get(index).i32(-1).op('i32.add').i32(shift).op('i32.shl').get(address).op('i32.add');
            push(position, input(each));
            body.op(...convert);
            if (bytes === 1) body.lane32(lane).store8();
            else body.storeLane(bytes, lane);
          }
        });
  }

  /** Makes the lanes free whose points are done. */
  function release(each: Vector): void {
    for (const lane of [0, 1])
      body
        .get(at(each, 'ready'))
        .lane64(lane)
        .if(() => {
          body.get(at(each, 'count')).f64x2(Infinity).lane(0).replaceLane(lane).set(at(each, 'count'));
          for (const name of ['sure', 'most'])
            body.get(at(each, name)).f64x2(Infinity).lane(0).replaceLane(lane).set(at(each, name));
          body.i32(0).set(each.places[lane]!).get(under).i32(-1).op('i32.add').set(under);
        });
  }
}

/** How a channel's number, a double, is kept: the shift of its size, and what makes of two doubles what is stored. */
const single: { shift: number; bytes: 4; convert: readonly Opcode[] } = {
  shift: 2,
  bytes: 4,
  convert: ['f32x4.demote_f64x2_zero'],
};
const stored: Readonly<
  Record<(typeof shadedNames)[number], { shift: number; bytes: 1 | 4 | 8; convert: readonly Opcode[] }>
> = {
  smooth: { shift: 3, bytes: 8, convert: [] },
  ...{ distance: single, slope: single, angle: single, trap: single },
  basin: { shift: 0, bytes: 1, convert: ['i32x4.trunc_sat_f64x2_u_zero'] },
};

/** The name of what an orbit has now, of that which was kept: firstRe is an earlier zRe, secondDRe an earlier dRe. */
function nowOf(kept: string): string {
  const rest = kept.replace(/^(first|second)/, '');
  return /^[DG]/.test(rest) ? rest[0]!.toLowerCase() + rest.slice(1) : `z${rest}`;
}

const halvesSwapped = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
