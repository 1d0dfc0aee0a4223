// The module that gives points their channels, compiled: it lists those that escape, by their counts, and has each
// orbit followed once more (shade-ends.ts); what it ends with becomes channels by the code of ends.ts. Points that never
// escape are inside.ts's.
import { assemble, FunctionBody, i32 } from '../assembler.js';
import { type ShadeJob, wantsShape } from './ends.js';
import { countBytes } from './escape.js';
import { orbitStep } from './orbit.js';
import { emitEnds, endCodes, endsParameters, entryBytes } from './shade-ends.js';
import { functionsIn, hostSignature } from './step.js';
import { emitLog, logSignature } from './vector-log.js';

const listLength = 1024;
export const listBytes = entryBytes * listLength;

/**
 * The parameters of `shade`: addresses of the table, of the sample points' arrays (each row's and each column's parts,
 * as in count.ts) and of the list to work with; rows and columns. Counts and channels are row after row.
 */
const shadeParameters = [i32, i32, i32, i32, i32, i32, i32, i32] as const;

/** The module for a job: imports `host.memory` and functions, exports `shade`. */
export function emitShade(job: ShadeJob): Uint8Array<ArrayBuffer> {
  const { kernel, wanted, trap } = job;
  const step = orbitStep(kernel, {
    hasSlopes: wantsShape(wanted),
    trap: wanted.includes('trap') ? trap : undefined,
  });
  const ends = endCodes(job);
  const names = functionsIn([
    ...step.code.instructions,
    ...ends.flatMap(({ code }) => code.instructions),
  ]).filter((name) => name !== 'log');
  const functions = new Map(names.map((name, i) => [name, i]));
  const log = names.length;
  const logBody = new FunctionBody(logSignature);
  emitLog(logBody);
  const endsBody = new FunctionBody({ parameters: endsParameters, results: [] });
  emitEnds(endsBody, job, step, ends, { functions, vectorFunctions: new Map([['log', log]]) });
  const body = new FunctionBody({ parameters: shadeParameters, results: [] });
  emitShadeRows(body, kernel.iterations, log + 1);
  return assemble({
    imports: names.map((name) => ({ name, signature: hostSignature(name) })),
    exports: [
      { name: 'log', body: logBody },
      { name: 'ends', body: endsBody },
      { name: 'shade', body },
    ],
  });
}

/** Emits the function that lists points and has their orbits followed, list after list; `ends` is that function's index. */
function emitShadeRows(body: FunctionBody, iterations: number, ends: number): void {
  const [table, rowRe, rowIm, columnRe, columnIm, list, rows, columns] = [0, 1, 2, 3, 4, 5, 6, 7];
  const whole = () => body.local(i32);
  const [counts, place, row, column, listEnd] = [whole(), whole(), whole(), whole(), whole()];
  body.get(table).load32(0).set(counts);
  body.loop((again) => {
    listPoints();
    body.get(table, list, listEnd).call(ends);
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
      body.i32(iterations).op('i32.ne');
      body.if(() => {
        for (const [i, [ofRow, ofColumn]] of [
          [rowRe, columnRe],
          [rowIm, columnIm],
        ].entries()) {
          body.get(listEnd, ofRow!, row).i32(3).op('i32.shl', 'i32.add').loadSplat();
          body.get(ofColumn!, column).i32(3).op('i32.shl', 'i32.add').loadSplat().op('f64x2.add');
          body.storeLane(8, 0, 8 * i);
        }
        body.get(listEnd, place).store32(16);
        body.get(listEnd).i32(entryBytes).op('i32.add').set(listEnd);
      });
      body.get(place).i32(1).op('i32.add').set(place);
      body.get(column).i32(1).op('i32.add').tee(column).get(columns).op('i32.ge_u');
      body.if(() => {
        body.i32(0).set(column).get(row).i32(1).op('i32.add').set(row);
      });
      body
        .get(row, rows)
        .op('i32.lt_u')
        .get(listEnd, list)
        .op('i32.sub')
        .i32(listBytes)
        .op('i32.lt_u', 'i32.and');
      again();
    });
  }
}
