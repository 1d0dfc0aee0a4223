// The function that writes one count to all points of a rectangle.
import { type FunctionBody, i32, v128 } from '../assembler.js';
import { countBytes } from './escape.js';
import type { KernelJob } from './reference.js';

/** Address of the first count, bytes from one row to the next, rows and columns (both at least 1), and the count. */
export const fillParameters = [i32, i32, i32, i32, i32] as const;

export function emitFill(body: FunctionBody, { iterations }: KernelJob): void {
  const bytes = countBytes(iterations);
  const [address, rowBytes, rows, columns, count] = [0, 1, 2, 3, 4];
  const [at, end] = [body.local(i32), body.local(i32)];
  const counts = body.local(v128);
  body.get(count).splatInteger(bytes).set(counts);
  body.loop((nextRow) => {
    body.get(address).tee(at).get(columns).i32(Math.log2(bytes)).op('i32.shl', 'i32.add').set(end);
    body.loop((next) => {
      body.get(end, at).i32(16).op('i32.add', 'i32.lt_u');
      body.if(
        () => {
          // The last ones of the row, one by one.
          body.loop((again) => {
            body.get(at, counts).storeLane(bytes, 0);
            body.get(at).i32(bytes).op('i32.add').tee(at).get(end).op('i32.lt_u');
            again();
          });
        },
        () => body.get(at, counts).store(),
      );
      body.get(at).i32(16).op('i32.add').tee(at).get(end).op('i32.lt_u');
      next();
    });
    body.get(address, rowBytes).op('i32.add').set(address);
    body.get(rows).i32(-1).op('i32.add').tee(rows);
    nextRow();
  });
}
