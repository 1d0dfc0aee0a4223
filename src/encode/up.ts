// A PNG's filter 2, Up: each row as differences from the row above, with the checksum of the result. In WebAssembly, 16
// bytes at a time; in TypeScript both took as long as compressing.
import { assemble, FunctionBody, i32 } from '../assembler.js';
import { adler32, adlerCombine, adlerSignature, emitAdler } from './adler.js';
import type { PngBand } from './png.js';

/** Address of the row above the first, whose others follow, bytes in a row, rows (both at least 1), where to. */
const upSignature = { parameters: [i32, i32, i32, i32], results: [] } as const;
const vector = 16;
const pageBytes = 2 ** 16;

function emitUp(body: FunctionBody): void {
  const [above, stride, rows, to] = [0, 1, 2, 3];
  const [at, end] = [body.local(i32), body.local(i32)];
  body.loop((nextRow) => {
    body.get(to).i32(2).store8();
    body.get(to).i32(1).op('i32.add').tee(at).get(stride).op('i32.add').set(end);
    // The last vector may reach into the next row, which is written after it.
    body.loop((next) => {
      body.get(at, above, stride).op('i32.add').load().get(above).load().op('i8x16.sub').store();
      body.get(above).i32(vector).op('i32.add').set(above);
      body.get(at).i32(vector).op('i32.add').tee(at).get(end).op('i32.lt_u');
      next();
    });
    // Back from where the last vector ended to where the row does.
    body.get(above, at, end).op('i32.sub', 'i32.sub').set(above);
    body.get(end).set(to);
    body.get(rows).i32(-1).op('i32.add').tee(rows);
    nextRow();
  });
}

interface Functions {
  readonly up: (above: number, stride: number, rows: number, to: number) => void;
  readonly adler: (address: number, length: number) => number;
}

/** Instantiated on first use, in each thread. */
let started: { readonly memory: WebAssembly.Memory; readonly functions: Functions } | undefined;

function start() {
  const [up, adler] = [new FunctionBody(upSignature), new FunctionBody(adlerSignature)];
  emitUp(up);
  emitAdler(adler);
  const exports = [
    { name: 'up', body: up },
    { name: 'adler', body: adler },
  ];
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(assemble({ imports: [], exports }));
  const instance = new WebAssembly.Instance(module, { host: { memory } });
  return { memory, functions: instance.exports as unknown as Functions };
}

/**
 * The rows of a band, at least one, each after the number of its filter, and their Adler-32. In memory that the next band
 * reuses.
 */
export function filterUp({ rows, above }: PngBand): { readonly bytes: Uint8Array; readonly adler: number } {
  started ??= start();
  const { memory, functions } = started;
  const stride = above.length;
  const count = rows.length / stride;
  const to = Math.ceil((stride + rows.length) / vector + 1) * vector;
  const length = count * (stride + 1);
  const missing = to + length + vector - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  const all = new Uint8Array(memory.buffer);
  all.set(above);
  all.set(rows, stride);
  functions.up(0, stride, count, to);
  const whole = length - (length % vector);
  const bytes = all.subarray(to, to + length);
  const most = whole > 0 ? functions.adler(to, whole) >>> 0 : adler32(new Uint8Array());
  return { bytes, adler: adlerCombine(most, adler32(bytes.subarray(whole)), length - whole) };
}
