// The compiled module that computes the channels of points by a second pass over their orbits. It lists the points that
// escape, by their counts; follows each orbit through the steps that its count guarantees (shade-advance.ts) and then
// to its end (shade-ends.ts); and writes its channels (shade-channels.ts) by the code of ends.ts. inside.ts handles
// points that never escape.
import { assemble, FunctionBody, i32 } from '../assembler.js';
import { type Capture, captureOf, listAt, listEndAt, tableAt } from './capture.js';
import type { ShadeJob } from './ends.js';
import { countBytes } from './escape.js';
import { type OrbitStep, shadeStep } from './orbit.js';
import { advanceParameters, emitAdvance } from './shade-advance.js';
import { channelsParameters, emitChannels, endCodes } from './shade-channels.js';
import { emitEnds, endsParameters, endVectors } from './shade-ends.js';
import { type HostFunctions, listLength, rowOffsets } from './shade-list.js';
import { functionsIn, hostSignature } from './step.js';

/**
 * The parameters of `shade`: addresses of the table, of the sample points' arrays (each row's and each column's parts,
 * as in count.ts) and of the working list; rows and columns. Counts and channels are row after row.
 */
const shadeParameters = [i32, i32, i32, i32, i32, i32, i32, i32] as const;

/** The module for a job: imports `host.memory` and functions, exports `shade`. */
export function emitShade(job: ShadeJob): Uint8Array<ArrayBuffer> {
  const step = shadeStep(job);
  const ends = endCodes(job);
  const names = functionsIn(step.code.instructions);
  const functions = new Map(names.map((name, i) => [name, i]));
  const endsBody = new FunctionBody({ parameters: endsParameters, results: [] });
  emitEnds(endsBody, job, step, functions, { needsNext: readsNext(ends), isCaptured: false });
  const channelsBody = new FunctionBody({ parameters: channelsParameters, results: [] });
  emitChannels(channelsBody, job, step, ends);
  const advanceBody = new FunctionBody({ parameters: advanceParameters, results: [] });
  emitAdvance(advanceBody, job, step, functions);
  const body = new FunctionBody({ parameters: shadeParameters, results: [] });
  emitShadeRows(body, job, step, {
    ends: names.length,
    advance: names.length + 1,
    channels: names.length + 2,
  });
  return assemble({
    imports: names.map((name) => ({ name, signature: hostSignature(name) })),
    exports: [
      { name: 'ends', body: endsBody },
      { name: 'advance', body: advanceBody },
      { name: 'channels', body: channelsBody },
      { name: 'shade', body },
    ],
  });
}

/** Whether channels depend on the z after the last one. */
const readsNext = (ends: ReturnType<typeof endCodes>): boolean =>
  ends.at(-1)!.code.instructions.some((each) => each.kind === 'input' && each.name === 'nextRe');

/**
 * Adds the functions that complete what counting captures (capture.ts) to a module, and returns what counting needs;
 * `functions` are the host's.
 */
export function addCaptured(
  add: (name: string, body: FunctionBody) => number,
  job: ShadeJob,
  functions: HostFunctions,
): Capture {
  const step = shadeStep(job);
  const ends = endCodes(job);
  const endsBody = new FunctionBody({ parameters: endsParameters, results: [] });
  emitEnds(endsBody, job, step, functions, { needsNext: readsNext(ends), isCaptured: true });
  const channelsBody = new FunctionBody({ parameters: channelsParameters, results: [] });
  emitChannels(channelsBody, job, step, ends);
  const calls = { ends: add('ends', endsBody), channels: add('channels', channelsBody) };
  const body = new FunctionBody({ parameters: [], results: [] });
  const listEnd = body.local(i32);
  body.i32(0).load32(listEndAt).tee(listEnd).i32(listAt).op('i32.ne');
  body.if(() => {
    emitTail(body, listAt, listEnd, rowOffsets(job, step)('place'));
    body.i32(listAt).get(listEnd).call(calls.ends).i32(tableAt).i32(listAt).get(listEnd).call(calls.channels);
    body.i32(0).i32(listAt).store32(listEndAt);
  });
  return captureOf(job, step, add('empty', body));
}

/** Marks the lanes of the list's last group that have no points. */
function emitTail(body: FunctionBody, list: number, listEnd: number, placeOffset: number): void {
  const end = body.local(i32);
  body.get(listEnd).set(end);
  body.loop((nextLane) => {
    body.get(end).i32(-1).store32(placeOffset);
    body.get(end).i32(8).op('i32.add').tee(end).i32(list).op('i32.sub');
    body.i32(16 * endVectors - 1).op('i32.and');
    nextLane();
  });
}

/**
 * Emits the function that lists points and follows their orbits, list after list, by the functions with these indices.
 */
function emitShadeRows(
  body: FunctionBody,
  job: ShadeJob,
  step: OrbitStep,
  { advance, ends, channels }: Readonly<Record<'advance' | 'ends' | 'channels', number>>,
): void {
  const { iterations } = job.kernel;
  const offsetOf = rowOffsets(job, step);
  const [table, rowRe, rowIm, columnRe, columnIm, list, rows, columns] = [0, 1, 2, 3, 4, 5, 6, 7];
  const whole = () => body.local(i32);
  const [counts, place, row, column, listEnd, count, end] = [
    ...[whole(), whole(), whole(), whole(), whole(), whole(), whole()],
  ] as [number, number, number, number, number, number, number];
  body.get(table).load32(0).set(counts);
  body.loop((again) => {
    listPoints();
    body.get(list, listEnd).op('i32.lt_u');
    body.if(() => {
      body.get(list, listEnd).call(advance);
      // The last group may have lanes without points.
      body.get(listEnd).set(end);
      body.loop((nextLane) => {
        body.get(end).i32(-1).store32(offsetOf('place'));
        body.get(end).i32(8).op('i32.add').tee(end).get(list).op('i32.sub');
        body.i32(16 * endVectors - 1).op('i32.and');
        nextLane();
      });
      body.get(list, listEnd).call(ends).get(table, list, listEnd).call(channels);
    });
    body.get(row, rows).op('i32.lt_u');
    again();
  });

  /** Lists points that escape, row after row, until the list is full or there are no more. */
  function listPoints(): void {
    body.get(list).set(listEnd);
    body.loop((again) => {
      body
        .get(counts, place)
        .i32(Math.log2(countBytes(iterations)))
        .op('i32.shl', 'i32.add');
      if (countBytes(iterations) === 2) body.load16();
      else body.load32();
      body.tee(count).i32(iterations).op('i32.ne');
      body.if(() => {
        for (const [name, ofRow, ofColumn] of [
          ['pRe', rowRe, columnRe],
          ['pIm', rowIm, columnIm],
        ] as const) {
          body.get(listEnd, ofRow, row).i32(3).op('i32.shl', 'i32.add').loadSplat();
          body.get(ofColumn, column).i32(3).op('i32.shl', 'i32.add').loadSplat().op('f64x2.add');
          body.storeLane(8, 0, offsetOf(name));
        }
        body.get(listEnd, count).splatInteger(4).op('f64x2.convert_low_i32x4_u');
        body.storeLane(8, 0, offsetOf('count'));
        body.get(listEnd, place).store32(offsetOf('place'));
        body.get(listEnd).i32(8).op('i32.add').set(listEnd);
      });
      body.get(place).i32(1).op('i32.add').set(place);
      body.get(column).i32(1).op('i32.add').tee(column).get(columns).op('i32.ge_u');
      body.if(() => {
        body.i32(0).set(column).get(row).i32(1).op('i32.add').set(row);
      });
      // The last place of the list is reserved for the end of a group.
      body
        .get(row, rows)
        .op('i32.lt_u')
        .get(listEnd, list)
        .op('i32.sub')
        .i32(8 * (listLength - 1))
        .op('i32.lt_u', 'i32.and');
      again();
    });
  }
}
