// The kernel as a WebAssembly module: counts the points of some rows, eight at a time in four vectors of two
// doubles. Between two tests for escape it takes as many steps as bounds.ts allows; a point past the trigger
// is then told exactly: from |z|^2 alone (rule `overflow`) or by taking the block again step by step (bailout
// radius). A point that is not told so is counted by the host's `reference`. No fused multiply-add, no relaxed
// SIMD: every step does the operations of reference.ts in their order.
import { assemble, FunctionBody, i32, type Signature, v128 } from './assembler.js';
import { bailoutBounds, overflowBounds, told } from './bounds.js';
import { lower } from './lower.js';
import type { KernelJob } from './reference.js';

/** Vectors in flight: enough to keep the multipliers busy, and few enough for 16 registers (x86-64). */
const vectorCount = 4;
/** Points that are counted together. Arrays of columns are read up to this many doubles beyond their end. */
export const groupSize = 2 * vectorCount;

export interface MemoryType {
  readonly shared: boolean;
  /** In pages of 64 KiB. */
  readonly maximum: number;
}

/**
 * The parameters of the exported function `count`: addresses of arrays of doubles, a band of rows, and where
 * its counts go. The sample point at [row][column] is
 * (rowRe[row] + columnRe[column]) + i (rowIm[row] + columnIm[column]).
 */
const parameters = [
  'rowRe',
  'rowIm',
  'columnRe',
  'columnIm',
  'rowStart',
  'rowEnd',
  'columns',
  'target',
] as const;

/** How many bytes one count takes in memory. */
export const countBytes = (iterations: number) => (iterations < 2 ** 16 ? 2 : 4);

/** The bytes of the module: imports `host.memory` and `host.reference(row, column)`, exports `count`. */
export function emitKernel(job: KernelJob, memory: MemoryType): Uint8Array<ArrayBuffer> {
  const signature: Signature = { parameters: [i32, i32], results: [i32] };
  const body = new FunctionBody({ parameters: parameters.map(() => i32), results: [] });
  emitCount(body, job);
  return assemble({
    memory,
    imports: [{ name: 'reference', signature }],
    exports: [{ name: 'count', body }],
  });
}

/** The local variables of one vector of two points. */
interface Lanes {
  readonly x: number;
  readonly y: number;
  /** z before the block. */
  readonly beforeX: number;
  readonly beforeY: number;
  /** |z|^2 at the last test. */
  readonly square: number;
  /** All ones where the point has not escaped. */
  readonly live: number;
  readonly count: number;
  /** All ones where the reference has to count. */
  readonly untold: number;
}

function emitCount(body: FunctionBody, job: KernelJob): void {
  const { iterations, escape } = job;
  const bounds =
    escape === 'overflow' ? overflowBounds(job.step, job.c) : bailoutBounds(job.step, job.c, escape);
  const block = Math.min(bounds.block, iterations);
  const vector = () => body.local(v128);
  const [rowRe, rowIm, columnRe, columnIm, row, rowEnd, columns, target] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [column, taken, step, more, address] = Array.from({ length: 5 }, () => body.local(i32)) as Five;
  const left = body.local(i32);
  const [re, im, any, hit, first] = Array.from({ length: 5 }, vector) as Five;
  const [x, y, second] = [vector(), vector(), vector()];
  const lanes = Array.from(
    { length: vectorCount },
    (): Lanes => ({
      ...{ x: vector(), y: vector(), beforeX: vector(), beforeY: vector() },
      ...{ square: vector(), live: vector(), count: vector(), untold: vector() },
    }),
  );
  const takeStep = stepEmitter(body, job);

  body.loop((nextRow) => {
    elementAddress(rowRe, row).loadSplat().set(re);
    elementAddress(rowIm, row).loadSplat().set(im);
    body.i32(0).set(column);
    body.loop((nextGroup) => {
      loadGroup();
      body.loop((nextBlock) => {
        body.i32(iterations).get(step).op('i32.sub').i32(block).op('i32.lt_u');
        body.if(
          () => takeSteps(1),
          () => takeSteps(block),
        );
        testGroup();
        body.i32(1).set(more);
        body.get(any).op('v128.any_true').if(settleGroup);
        body.get(step).i32(iterations).op('i32.lt_u').get(more).op('i32.and');
        nextBlock();
      });
      askReference();
      storeGroup();
      body.get(column).i32(groupSize).op('i32.add').tee(column).get(columns).op('i32.lt_u');
      nextGroup();
    });
    body
      .get(target)
      .get(columns)
      .i32(Math.log2(countBytes(iterations)))
      .op('i32.shl', 'i32.add')
      .set(target);
    body.get(row).i32(1).op('i32.add').tee(row).get(rowEnd).op('i32.lt_u');
    nextRow();
  });

  function elementAddress(base: number, index: number) {
    return body.get(base, index).i32(3).op('i32.shl', 'i32.add');
  }

  function loadGroup() {
    elementAddress(columnRe, column).set(address);
    for (const [j, { x }] of lanes.entries()) {
      body.get(re, address).load(16 * j);
      body.op('f64x2.add').set(x);
    }
    elementAddress(columnIm, column).set(address);
    for (const [j, { y }] of lanes.entries()) {
      body.get(im, address).load(16 * j);
      body.op('f64x2.add').set(y);
    }
    for (const { live, count, untold } of lanes)
      body.i64x2(-1n).set(live).i64x2(BigInt(iterations)).set(count).i64x2(0n).set(untold);
    body.i32(0).set(step);
  }

  function takeSteps(number: number) {
    if (escape !== 'overflow')
      for (const lane of lanes) body.get(lane.x).set(lane.beforeX).get(lane.y).set(lane.beforeY);
    for (let n = 0; n < number; n++) for (const lane of lanes) takeStep(lane.x, lane.y);
    body.i32(number).tee(taken).get(step).op('i32.add').set(step);
  }

  /** |z|^2 of every point; `any` has ones where a live point is past the trigger. */
  function testGroup() {
    body.i64x2(0n).set(any);
    for (const lane of lanes) {
      emitSquare(lane.x, lane.y).set(lane.square);
      pastTrigger(lane).get(any).op('v128.or').set(any);
    }
  }

  function emitSquare(re: number, im: number) {
    return body.get(re, re).op('f64x2.mul').get(im, im).op('f64x2.mul', 'f64x2.add');
  }

  /** Not "at least the trigger", because what is not a number is past it too. */
  function pastTrigger({ live, square }: Lanes) {
    return body.get(live, square).f64x2(bounds.trigger).op('f64x2.lt', 'v128.andnot');
  }

  function settleGroup() {
    for (const lane of lanes) {
      pastTrigger(lane).tee(hit).op('v128.any_true');
      body.if(() => (escape === 'overflow' ? settleOverflow(lane) : settleBailout(lane, escape * escape)));
    }
    lanes.forEach(({ live }, j) => {
      body.get(live);
      if (j > 0) body.op('v128.or');
    });
    body.op('v128.any_true').set(more);
  }

  /** z is far out: how many more steps until overflow follows from |z|^2. */
  function settleOverflow({ square, live, count, untold }: Lanes) {
    const always = bounds.thresholds.filter(({ finite }) => finite >= told);
    body.get(step).splat64().i64x2(BigInt(always.length)).op('i64x2.add').tee(first).set(second);
    for (const { finite, overflown } of bounds.thresholds.slice(always.length)) {
      body.get(first, square).f64x2(finite).op('f64x2.lt', 'i64x2.sub').set(first);
      body.get(second, square).f64x2(overflown).op('f64x2.lt', 'i64x2.sub').set(second);
    }
    body.get(first, second).op('i64x2.ne').get(hit).op('v128.and').get(untold).op('v128.or').set(untold);
    body.get(hit, square).f64x2(told).op('f64x2.lt', 'v128.andnot').get(untold).op('v128.or').set(untold);
    // The smaller of the count and the iterations, for the points that were hit.
    const most = BigInt(iterations);
    body.get(first).i64x2(most).get(first).i64x2(most).op('i64x2.lt_s', 'v128.bitselect');
    body.get(count, hit).op('v128.bitselect').set(count);
    body.get(live, hit).op('v128.andnot').set(live);
  }

  /** The block again, step by step, for the point that may have left the circle in it. */
  function settleBailout({ beforeX, beforeY, live, count }: Lanes, limit: number) {
    const [inside, number] = [second, first];
    body.get(beforeX).set(x).get(beforeY).set(y).get(hit).set(inside);
    body.get(step, taken).op('i32.sub').splat64().set(number).get(taken).set(left);
    body.loop((again) => {
      takeStep(x, y);
      emitSquare(x, y).f64x2(limit).op('f64x2.le').get(inside).op('v128.and').set(inside);
      body.get(number, inside).op('i64x2.sub').set(number);
      body.get(left).i32(-1).op('i32.add').tee(left);
      again();
    });
    body.get(hit, inside).op('v128.andnot').set(hit);
    body.get(number, count, hit).op('v128.bitselect').set(count);
    body.get(live, hit).op('v128.andnot').set(live);
  }

  function askReference() {
    lanes.forEach(({ count, untold }, j) => {
      body
        .get(untold)
        .op('v128.any_true')
        .if(() => {
          for (const lane of [0, 1]) {
            body
              .get(untold)
              .lane64(lane)
              .if(() => {
                body
                  .get(count, row, column)
                  .i32(2 * j + lane)
                  .op('i32.add')
                  .call(0)
                  .replaceLane64(lane)
                  .set(count);
              });
          }
        });
    });
  }

  /** The lower halves of the counts, side by side; the last group of a row may be short. */
  function storeGroup() {
    const bytes = countBytes(iterations);
    const lowerHalves = [0, 8, 16, 24].flatMap((at) => [at, at + 1, at + 2, at + 3]);
    const four = (j: number) => body.get(lanes[j]!.count, lanes[j + 1]!.count).shuffle(lowerHalves);
    four(0);
    if (bytes === 2) four(2).op('i16x8.narrow_i32x4_u');
    body.set(first);
    if (bytes === 4) four(2).set(second);
    body.get(target, column).i32(Math.log2(bytes)).op('i32.shl', 'i32.add').set(address);
    body.get(columns, column).op('i32.sub').tee(left).i32(groupSize).op('i32.lt_u');
    body.if(
      () => {
        for (let point = 0; point < groupSize - 1; point++) {
          const perVector = 16 / bytes;
          const source = point < perVector ? first : second;
          body.i32(point).get(left).op('i32.lt_u');
          body.if(() => body.get(address, source).storeLane(bytes, point % perVector, point * bytes));
        }
      },
      () => {
        body.get(address, first).store();
        if (bytes === 4) body.get(address, second).store(16);
      },
    );
  }
}

type Five = [number, number, number, number, number];

/** Emits one step on the two locals that hold z. */
function stepEmitter(body: FunctionBody, { step, c }: KernelJob): (x: number, y: number) => void {
  const { instructions, re, im } = lower(step);
  const constants: Record<string, number> = { cx: c[0], cy: c[1] };
  const temporaries = instructions.map(() => body.local(v128));
  const opcodes = { add: 'f64x2.add', subtract: 'f64x2.sub', multiply: 'f64x2.mul' } as const;

  return (x, y) => {
    const inputs: Record<string, number> = { x, y };
    const push = (index: number) => {
      const instruction = instructions[index]!;
      if (instruction.kind === 'constant') body.f64x2(instruction.value);
      else if (instruction.kind !== 'input') body.get(temporaries[index]!);
      else if (instruction.name in inputs) body.get(inputs[instruction.name]!);
      else body.f64x2(constants[instruction.name]!);
    };
    instructions.forEach((instruction, index) => {
      if (instruction.kind === 'input' || instruction.kind === 'constant') return;
      push(instruction.left);
      if (instruction.kind === 'negate') body.op('f64x2.neg');
      else {
        push(instruction.right);
        body.op(opcodes[instruction.kind]);
      }
      body.set(temporaries[index]!);
    });
    push(re);
    push(im);
    body.set(y).set(x);
  };
}
