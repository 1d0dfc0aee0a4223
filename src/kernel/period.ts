// The function that looks for the periods of orbits that hardly move, two at a time, and calls cycle.ts to prove that
// they stay where they are. Its results need not be right: they only suggest where to try the proof.
import { type FunctionBody, i32, v128 } from '../assembler.js';
import type { KernelJob } from './reference.js';
import { stepEmitter } from './step.js';

/**
 * The parameters of the function: two points' z and c; the square of how near z must return for a number of steps to be
 * tried as a period; a mask of the points to examine; and the address of the discs. Returns cycle.ts's mask.
 */
export const periodParameters = [v128, v128, v128, v128, v128, v128, i32] as const;

/** The largest period that is looked for. */
const longestPeriod = 60;

/** `cycle` is the index of the function that proves cycles. */
export function emitPeriod(body: FunctionBody, job: KernelJob, cycle: number): void {
  const [startRe, startIm, pRe, pIm, nearSquare, wanted, discs] = [0, 1, 2, 3, 4, 5, 6];
  const step = stepEmitter(body, job, new Map());
  const period = body.local(i32);
  const vector = () => body.local(v128);
  const [x, y, wRe, wIm, first, second] = [vector(), vector(), vector(), vector(), vector(), vector()];
  const [square, least, told] = [vector(), vector(), vector()];

  body.get(startRe).set(x).get(startIm).set(y).f64x2(Infinity).set(least);
  body.loop((again) => {
    step.emit({ zRe: x, zIm: y, pRe, pIm });
    // The point nearest to 0 becomes w: there, f^q is mostly one square, so that its bounds are tight, for other c too.
    body.get(x, x).op('f64x2.mul').get(y, y).op('f64x2.mul', 'f64x2.add').tee(square).get(least);
    body.op('f64x2.lt').set(second);
    for (const [from, to] of [
      [square, least],
      [x, wRe],
      [y, wIm],
    ] as const)
      body.get(from, to, second).op('v128.bitselect').set(to);
    body.get(period).i32(1).op('i32.add').set(period);
    body.get(x, startRe).op('f64x2.sub').tee(first).get(first).op('f64x2.mul');
    body.get(y, startIm).op('f64x2.sub').tee(first).get(first).op('f64x2.mul', 'f64x2.add').get(nearSquare);
    // Ones where a wanted point has returned.
    body.op('f64x2.le').get(wanted).op('v128.not', 'v128.or').tee(first).op('i64x2.all_true', 'i32.eqz');
    body.get(period).i32(longestPeriod).op('i32.lt_u', 'i32.and');
    again();
  });
  body.get(first).op('i64x2.all_true');
  body.if(() => body.get(wRe, wIm, pRe, pIm, wanted, period, discs).call(cycle).set(told));
  body.get(told);
}
