// The function that determines the counts of a tile's points without iterating them: the tile is far out, but has
// several counts, and its model gives |z| of each point closely enough. Points too near a threshold are listed, to be
// counted one by one. The thresholds are those of bounds.ts, for the rule `overflow`.
import { type FunctionBody, i32, v128 } from '../assembler.js';
import { told } from './bounds.js';
import { appendRectangle, groupColumns } from './count.js';
import { testRows } from './enclosure-tiles.js';
import { countBytes, type EmitOptions, storeCounts } from './escape.js';
import { inflation } from './model-arithmetic.js';
import type { KernelJob } from './reference.js';

/**
 * The parameters of the function: addresses of the sample points' arrays; the address of the tile's model, as `test`
 * wrote it; first row, end row, first column, end column; columns of the picture; counts from one row to the next; the
 * address that the count of [0][0] has or would have; and the end of a list of rectangles (count.ts), to which points
 * are added that the model does not decide. Returns the list's new end, or 0 if the model is not close enough.
 */
export const classifyParameters = [
  ...[i32, i32, i32, i32, i32, i32, i32],
  ...[i32, i32, i32, i32, i32, i32],
] as const;

/** The largest uncertainty of |z| with which a model decides single points: few are then too near a threshold. */
const closeEnough = 2 ** -7;

export function emitClassify(body: FunctionBody, job: KernelJob, options: EmitOptions): void {
  const { iterations } = job;
  const bytes = countBytes(iterations);
  const { thresholds } = options.bounds!;
  const [rowRe, rowIm, columnRe, columnIm, model, row, rowEnd] = [0, 1, 2, 3, 4, 5, 6];
  const [columnStart, columnEnd, columns, stride, target, listEnd] = [7, 8, 9, 10, 11, 12];
  const [column, address, nextRow] = [body.local(i32), body.local(i32), body.local(i32)];
  const [group, groupEnd, result] = [body.local(i32), body.local(i32), body.local(i32)];
  const vector = () => body.local(v128);
  const [re, im, x, y, square, first, second, hit] = Array.from({ length: 8 }, vector) as Eight;
  const names = ['pRe', 'pIm', 'rho', 'count', 'zRe', 'zIm', 'dRe', 'dIm', 'gRe', 'gIm', 'rest'] as const;
  const tile = Object.fromEntries(names.map((name) => [name, vector()])) as Record<
    (typeof names)[number],
    number
  >;
  const [lowest, highest, begun] = [vector(), vector(), vector()];

  for (const name of names)
    body
      .get(model)
      .loadSplat(8 * testRows[name])
      .set(tile[name]);
  pushIsClose();
  body.if(() => {
    body.f64x2(-2).get(tile.count).op('f64x2.sub').set(begun);
    body.loop((again) => {
      body.get(row).i32(1).op('i32.add').set(nextRow).get(columnStart).set(column);
      body.loop((nextPair) => {
        placePoints();
        evaluateModel();
        countPair();
        body.get(column).i32(2).op('i32.add').tee(column).get(columnEnd).op('i32.lt_u');
        nextPair();
      });
      body.get(nextRow).tee(row).get(rowEnd).op('i32.lt_u');
      again();
    });
    body.get(listEnd).set(result);
  });
  body.get(result);

  /** Pushes whether the model is close enough; finds the factors that bound |z|^2 from below and from above. */
  function pushIsClose() {
    const [spread, open] = [first, second];
    pushModulus(tile.dRe, tile.dIm);
    pushModulus(tile.gRe, tile.gIm).op('f64x2.add').get(tile.rho).op('f64x2.mul');
    body.get(tile.rest).op('f64x2.add').set(spread);
    pushModulus(tile.zRe, tile.zIm).set(x);
    // The uncertainty of the model and the rounding errors of its evaluation, relative to the least |z|.
    body
      .get(x, spread)
      .op('f64x2.add')
      .f64x2(2 ** -46)
      .op('f64x2.mul')
      .get(tile.rest)
      .op('f64x2.add');
    body.get(x, spread).op('f64x2.sub', 'f64x2.div').f64x2(inflation).op('f64x2.mul').set(open);
    body.f64x2(1).get(open).f64x2(2).op('f64x2.mul', 'f64x2.sub');
    body
      .f64x2(2 - inflation)
      .op('f64x2.mul')
      .set(lowest);
    body.f64x2(1).get(open).f64x2(2.01).op('f64x2.mul', 'f64x2.add').f64x2(inflation).op('f64x2.mul');
    body.set(highest).get(open).f64x2(0).op('f64x2.ge').get(open).f64x2(closeEnough);
    return body.op('f64x2.le', 'v128.and').lane64(0);
  }

  function pushModulus(re: number, im: number) {
    product(re, re);
    return product(im, im).op('f64x2.add', 'f64x2.sqrt');
  }

  function element(base: number, index: number) {
    return body.get(base, index).i32(3).op('i32.shl', 'i32.add');
  }

  /** The distances of two sample points from the tile's middle. */
  function placePoints() {
    element(rowRe, row).loadSplat();
    element(columnRe, column).load().op('f64x2.add').get(tile.pRe).op('f64x2.sub').set(re);
    element(rowIm, row).loadSplat();
    element(columnIm, column).load().op('f64x2.add').get(tile.pIm).op('f64x2.sub').set(im);
  }

  /** |mid + D d + G conj(d)|^2. */
  function evaluateModel() {
    body.get(tile.zRe);
    product(tile.dRe, re).op('f64x2.add');
    product(tile.dIm, im).op('f64x2.sub');
    product(tile.gRe, re).op('f64x2.add');
    product(tile.gIm, im).op('f64x2.add').set(x);
    body.get(tile.zIm);
    product(tile.dRe, im).op('f64x2.add');
    product(tile.dIm, re).op('f64x2.add');
    product(tile.gIm, re).op('f64x2.add');
    product(tile.gRe, im).op('f64x2.sub').set(y);
    product(x, x);
    product(y, y).op('f64x2.add').set(square);
  }

  function product(a: number, b: number) {
    return body.get(a, b).op('f64x2.mul');
  }

  function countPair() {
    const always = thresholds.filter(({ finite }) => finite >= told);
    body.get(begun).f64x2(always.length).op('f64x2.add').tee(first).set(second);
    product(square, lowest).set(x);
    product(square, highest).set(y);
    for (const { finite, overflown } of thresholds.slice(always.length)) {
      body.get(first, y).f64x2(finite).op('f64x2.lt').f64x2(1).op('v128.and', 'f64x2.add').set(first);
      body.get(second, x).f64x2(overflown).op('f64x2.lt').f64x2(1).op('v128.and', 'f64x2.add').set(second);
    }
    body.get(first).f64x2(iterations).op('f64x2.min').set(first);
    body.get(second).f64x2(iterations).op('f64x2.min').set(second);
    body.get(first, second).op('f64x2.eq').get(y).f64x2(told).op('f64x2.lt', 'v128.and', 'v128.not').set(hit);
    // A whole number below 2^52 is in the lower bits of its sum with 2^52.
    body
      .get(first)
      .f64x2(2 ** 52)
      .op('f64x2.add')
      .set(first);
    body.get(row, stride).op('i32.mul').get(column).op('i32.add').i32(Math.log2(bytes)).op('i32.shl');
    body.get(target).op('i32.add').set(address);
    const { two, first: one } = storeCounts(body, iterations, address, () => body.get(first));
    body.get(column).i32(1).op('i32.add').get(columnEnd).op('i32.lt_u').if(two, one);
    body
      .get(hit)
      .op('v128.any_true')
      .if(() => {
        body.get(column).i32(-groupColumns).op('i32.and').tee(group).i32(groupColumns).op('i32.add');
        body.tee(groupEnd).get(columns, groupEnd, columns).op('i32.lt_u', 'select').set(groupEnd);
        appendRectangle(body, listEnd, row, nextRow, group, groupEnd);
      });
  }
}

type Eight = [number, number, number, number, number, number, number, number];
