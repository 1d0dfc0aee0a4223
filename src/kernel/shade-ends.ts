// The function that takes listed points from the last step that was sure to where their orbits end, and writes their
// channels: as many side by side as there are lanes, since all of them are near their ends.
import { type FunctionBody, i32, type Opcode, v128 } from '../assembler.js';
import { Code } from './code.js';
import { type ChannelName, convergedChannels, leftChannels, type ShadeJob, wantsShape } from './ends.js';
import type { OrbitStep } from './orbit.js';
import { type Callable, type Lanes, lanesWith, stepsOf } from './shade-list.js';
import { codeEmitter } from './step.js';

/** Vectors in flight. */
export const endVectors = 4;

/** The channels that have an array in the module's memory, in the order of their addresses in the table. */
export const shadedNames = ['smooth', 'distance', 'slope', 'angle', 'trap', 'basin'] as const;
/** The table has the address of the counts, and after it those of the channels, as i32. */
export const tableBytes = 4 * (1 + shadedNames.length);

/** The parameters of the function: the address of the table, where the list begins and where its first row ends. */
export const endsParameters = [i32, i32, i32] as const;

/** The code of the channels where orbits end: of those that have left, and before it, where the rule has them, of others. */
export function endCodes(job: ShadeJob) {
  const left = new Code();
  const codes = [{ code: left, channels: leftChannels(left, job), hasLeft: undefined as number | undefined }];
  if (typeof job.kernel.escape !== 'object') return codes;
  const converged = new Code();
  return [{ code: converged, ...convergedChannels(converged, job) }, ...codes];
}

/** Emits the function; its parts are in the order in which they run. */
export function emitEnds(
  body: FunctionBody,
  job: ShadeJob,
  step: OrbitStep,
  ends: ReturnType<typeof endCodes>,
  callable: Callable,
): void {
  const { kernel, wanted, shading } = job;
  const { escape } = kernel;
  const [table, first, listEnd] = [0, 1, 2];
  const { input, offsetOf, setSure, maskedStep, lookAhead } = stepsOf(body, job, step, callable);
  const addresses = new Map(shadedNames.map((name) => [name as ChannelName, body.local(i32)]));
  const [mask, taking, place] = [body.local(v128), body.local(v128), body.local(i32)];
  const isConverging = typeof escape === 'object';
  const needsNext = ends
    .at(-1)!
    .code.instructions.some((each) => each.kind === 'input' && each.name === 'nextRe');
  const secondSlopes = wantsShape(wanted) ? ['secondDRe', 'secondDIm', 'secondGRe', 'secondGIm'] : [];
  /** What is kept of the step before the last: z, and its slopes where they are wanted. */
  const seconds = ['secondRe', 'secondIm', ...secondSlopes.filter((name) => step.next.has(nowOf(name)))];
  const names = [
    ...[...step.next.keys(), 'pRe', 'pIm', 'count', 'taken', 'sure', 'most', 'ending', 'nextRe', 'nextIm'],
    ...(isConverging ? ['firstRe', 'firstIm', ...seconds] : []),
  ];
  const all = Array.from({ length: endVectors }, () => lanesWith(body, names));
  const endEmitters = ends.map(({ code, ...rest }) => ({
    ...rest,
    ...codeEmitter(body, code.instructions, callable.functions, callable.vectorFunctions),
  }));

  for (const [i, [, address]] of [...addresses].entries())
    body
      .get(table)
      .load32(4 * (i + 1))
      .set(address);
  body.loop((again) => {
    all.forEach(load);
    if (isConverging) all.forEach(endConverged);
    if (shading.hasGrowth) {
      takeLastSteps();
      if (needsNext) all.forEach(lookAhead);
    }
    for (const [j, lanes] of all.entries()) {
      endEmitters.at(-1)!.emit(input(lanes));
      write(lanes, j, endEmitters.at(-1)!, lanes.get('ending')!);
    }
    body
      .get(first)
      .i32(16 * endVectors)
      .op('i32.add')
      .tee(first)
      .get(listEnd)
      .op('i32.lt_u');
    again();
  });

  function load(lanes: Lanes, j: number): void {
    for (const name of ['pRe', 'pIm', 'count', ...step.next.keys()])
      body
        .get(first)
        .load(offsetOf(name) + 16 * j)
        .set(lanes.get(name)!);
    setSure(lanes);
    body.get(lanes.get('sure')!).set(lanes.get('taken')!);
    body.get(lanes.get('count')!);
    if (escape !== 'overflow') body.f64x2(1 + shading.mostAfter).op('f64x2.add');
    body.set(lanes.get('most')!).i64x2(-1n).set(lanes.get('ending')!);
  }

  /** The last two steps of points under the rule of convergence; those that have not left are done then. */
  function endConverged(lanes: Lanes, j: number): void {
    for (const name of ['firstRe', 'firstIm']) body.get(lanes.get(nowOf(name))!).set(lanes.get(name)!);
    // With a count of 0 there is but one step.
    body.get(lanes.get('taken')!, lanes.get('count')!).op('f64x2.lt').set(mask);
    maskedStep(lanes, mask);
    for (const name of seconds) body.get(lanes.get(nowOf(name))!).set(lanes.get(name)!);
    maskedStep(lanes, lanes.get('ending')!);
    const emitter = endEmitters[0]!;
    emitter.emit(input(lanes));
    emitter.push(emitter.hasLeft!, input(lanes));
    body.tee(lanes.get('ending')!).op('v128.not').set(mask);
    write(lanes, j, emitter, mask);
  }

  /** One by one, the steps until an orbit is beyond the radius or has taken all that it may. */
  function takeLastSteps(): void {
    body.loop((again) => {
      body.f64x2(0).set(taking);
      for (const lanes of all) {
        body.get(lanes.get('ending')!, lanes.get('taken')!, lanes.get('most')!).op('f64x2.lt', 'v128.and');
        const [re, im] = [lanes.get('zRe')!, lanes.get('zIm')!];
        body.get(re, re).op('f64x2.mul').get(im, im).op('f64x2.mul', 'f64x2.add');
        body
          .f64x2(shading.radius * shading.radius)
          .op('f64x2.lt', 'v128.and')
          .tee(mask);
        body.get(taking).op('v128.or').set(taking);
        maskedStep(lanes, mask);
      }
      body.get(taking).op('v128.any_true');
      again();
    });
  }

  /** Writes the channels of the lanes in a mask, whose code has been emitted. */
  function write(
    lanes: Lanes,
    j: number,
    { channels, push }: (typeof endEmitters)[number],
    mask: number,
  ): void {
    for (const lane of [0, 1]) {
      body
        .get(mask)
        .lane64(lane)
        .get(first)
        .load32(offsetOf('place') + 16 * j + 8 * lane);
      body.tee(place).i32(-1).op('i32.ne', 'i32.and');
      body.if(() => {
        for (const [channel, position] of channels) {
          const address = addresses.get(channel)!;
          const { shift, convert, bytes } = stored[channel as (typeof shadedNames)[number]];
          body.get(place).i32(shift).op('i32.shl').get(address).op('i32.add');
          push(position, input(lanes));
          body.op(...convert);
          if (bytes === 1) body.lane32(lane).store8();
          else body.storeLane(bytes, lane);
        }
      });
    }
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
