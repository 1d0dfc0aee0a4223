// The function that writes the channels of listed points, from the ends of their orbits.
import { type FunctionBody, i32, type Opcode, v128 } from '../assembler.js';
import { Code } from './code.js';
import { type ChannelName, convergedChannels, type EndCode, leftChannels, type ShadeJob } from './ends.js';
import type { OrbitStep } from './orbit.js';
import { inputOf, lanesWith, listRows, rowOffsets } from './shade-list.js';
import { codeEmitter } from './step.js';

/** The channels that have an array in the module's memory, in the order of their addresses in the table. */
export const shadedNames = ['smooth', 'distance', 'slope', 'angle', 'trap', 'basin'] as const;
export type ShadedName = (typeof shadedNames)[number];
/** Bytes of a number of each. */
export const channelBytes = { smooth: 8, distance: 4, slope: 4, angle: 4, trap: 4, basin: 1 } as const;
/** The table holds the address of the counts, followed by those of the channels, as i32. */
export const tableBytes = 4 * (1 + shadedNames.length);

/** Pairs of points whose code is side by side; a list consists of whole groups of them. */
const pairsAtOnce = 4;

/** The address for values that belong to no point. */
const nowhereAt = 48;
/** The first address free for other data. */
export const freeAt = nowhereAt + 16;

/** The parameters of the function: the address of the table, the start of the list, and the end of its first row. */
export const channelsParameters = [i32, i32, i32] as const;

/** The code of the channels at the ends of orbits: for escaped ones, preceded by that for converged ones if any. */
export function endCodes(job: ShadeJob): { code: Code; channels: EndCode }[] {
  const [left, converged] = [new Code(), new Code()];
  const codes = [{ code: left, channels: leftChannels(left, job) }];
  if (typeof job.kernel.escape !== 'object') return codes;
  return [{ code: converged, channels: convergedChannels(converged, job) }, ...codes];
}

export function emitChannels(
  body: FunctionBody,
  job: ShadeJob,
  step: OrbitStep,
  ends: ReturnType<typeof endCodes>,
): void {
  const [table, first, listEnd] = [0, 1, 2];
  const offsetOf = rowOffsets(job, step);
  const addresses = new Map(shadedNames.map((name) => [name as ChannelName, body.local(i32)]));
  const [place, isPoint] = [body.local(i32), body.local(i32)];
  const read = new Set(
    ends.flatMap(({ code }) =>
      code.instructions.flatMap((each) => (each.kind === 'input' ? [each.name] : [])),
    ),
  );
  const rows = listRows(job, step).filter((name) => name === 'hasLeft' || read.has(name));
  const pairs = Array.from({ length: pairsAtOnce }, () => {
    const lanes = lanesWith(body, rows);
    return { lanes, mask: body.local(v128), input: inputOf(body, job, lanes) };
  });
  const emitters = ends.map(({ code, channels }) => ({
    code,
    channels,
    ofPairs: pairs.map(() => codeEmitter(body, code.instructions, new Map())),
  }));
  const [left] = emitters.slice(-1);
  const [converged] = emitters.slice(0, -1);

  for (const [i, [, address]] of [...addresses].entries())
    body
      .get(table)
      .load32(4 * (i + 1))
      .set(address);
  body.loop((again) => {
    for (const [j, { lanes }] of pairs.entries())
      for (const name of rows)
        body
          .get(first)
          .load(offsetOf(name) + 16 * j)
          .set(lanes.get(name)!);
    if (converged) {
      for (const { lanes, mask } of pairs) body.get(lanes.get('hasLeft')!).op('v128.not').set(mask);
      write(converged);
      for (const { lanes, mask } of pairs) body.get(lanes.get('hasLeft')!).set(mask);
      for (const [j, { mask }] of pairs.entries()) {
        body.get(mask);
        if (j > 0) body.op('v128.or');
      }
      body.op('v128.any_true').if(() => write(left!));
    } else {
      for (const { mask } of pairs) body.i64x2(-1n).set(mask);
      write(left!);
    }
    body
      .get(first)
      .i32(16 * pairsAtOnce)
      .op('i32.add')
      .tee(first)
      .get(listEnd)
      .op('i32.lt_u');
    again();
  });

  /** Writes the channels of the lanes in the masks. */
  function write({ code, channels, ofPairs }: (typeof emitters)[number]): void {
    // Side by side, because each operation waits for the one before it.
    for (const index of code.instructions.keys())
      for (const [j, { emitAt }] of ofPairs.entries()) emitAt(index, pairs[j]!.input);
    for (const [j, { mask, input }] of pairs.entries())
      for (const lane of [0, 1]) {
        body
          .get(mask)
          .lane64(lane)
          .get(first)
          .load32(offsetOf('place') + 16 * j + 8 * lane);
        body.tee(place).i32(-1).op('i32.ne', 'i32.and').set(isPoint);
        for (const [channel, position] of channels) {
          const { shift, convert, bytes } = stored[channel as ShadedName];
          // No branch: V8 would move the computation of the value into it, for each lane.
          body.get(place).i32(shift).op('i32.shl').get(addresses.get(channel)!).op('i32.add');
          body.i32(nowhereAt).get(isPoint).op('select');
          ofPairs[j]!.push(position, input);
          body.op(...convert);
          if (bytes === 1) body.lane32(lane).store8();
          else body.storeLane(bytes, lane);
        }
      }
  }
}

/** How a channel's number, a double, is stored: log2 of its bytes, and the conversion of two doubles. */
const single: { shift: number; bytes: 4; convert: readonly Opcode[] } = {
  shift: 2,
  bytes: 4,
  convert: ['f32x4.demote_f64x2_zero'],
};
const stored: Readonly<Record<ShadedName, { shift: number; bytes: 1 | 4 | 8; convert: readonly Opcode[] }>> =
  {
    smooth: { shift: 3, bytes: 8, convert: [] },
    distance: single,
    slope: single,
    angle: single,
    trap: single,
    basin: { shift: 0, bytes: 1, convert: ['i32x4.trunc_sat_f64x2_u_zero'] },
  };
