// The function that cuts a band of rows into tiles: tiles proved to have one count (enclosure.ts) are filled, others
// are cut again, down to where counting their points is cheaper. It is in the module and not in JavaScript, because an
// engine takes longer to optimise that than a picture takes.
import type { FunctionBody } from '../assembler.js';
import { appendRectangle, rectangleBytes } from './count.js';
import {
  type Cover,
  type CoverCalls,
  coverOf,
  filledAt,
  largestTile,
  list,
  listLength,
  sides,
  smallestTile,
  stack,
  top,
} from './cover.js';
import { testRows, tilesAtOnce, untold } from './enclosure-tiles.js';
import type { KernelJob } from './reference.js';

/**
 * Small tiles are tested only while at least this fraction of the recent ones of their side was decided, and
 * occasionally to see whether that has changed. The fractions come from the cost of a test and what it saves. The
 * smallest tiles are tested only in jobs of many iterations, because short orbits are over before a test is.
 */
const worthwhile = [
  [4, 0.3],
  [8, 0.04],
  [16, 0.02],
] as const;
/** A side is tried again after this many skips; a power of two. */
const tryAgain = 16;
/** The fraction is stored as an integer of this size, a moving average in which each tile has weight 2^-7. */
const wholePart = 2 ** 16;
const weight = 7;

const halvesSwapped = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];

/** `isCaptured`: whether escaping points are counted one by one, for their channels. */
export function emitCover(body: FunctionBody, job: KernelJob, calls: CoverCalls, isCaptured: boolean): void {
  const cover = coverOf(body, job, calls, isCaptured);
  const { start, end, columns, work, listEnd, stackEnd, column, columnEnd } = cover;
  inWork(cover, list).set(listEnd);
  inWork(cover, stack).set(stackEnd);
  body.loop((next) => {
    pushSum(cover, column, largestTile).set(columnEnd);
    pushLess(cover, columnEnd, columns).set(columnEnd);
    appendRectangle(body, stackEnd, start, end, column, columnEnd);
    body.get(columnEnd).tee(column).get(columns).op('i32.lt_u');
    next();
  });
  body.loop((next) => {
    takeTop(cover);
    eachOfTop(cover, () => enclose(cover));
    body.get(work).call(calls.test);
    eachOfTop(cover, () => settle(cover));
    inWork(cover, stack).get(stackEnd).op('i32.lt_u');
    next();
  });
  countList(cover);
}

function inWork(cover: Cover, offset: number) {
  const { work } = cover;
  return pushSum(cover, work, offset);
}

function pushSum(cover: Cover, local: number, number: number) {
  const { body } = cover;
  return body.get(local).i32(number).op('i32.add');
}

function pushLess(cover: Cover, a: number, b: number) {
  const { body } = cover;
  return body.get(a, b, a, b).op('i32.lt_u', 'select');
}

/** Takes the tiles that came last, so that few wait. */
function takeTop(cover: Cover) {
  const { body, work, stackEnd, first, at, topEnd } = cover;
  inWork(cover, stack).set(first);
  pushSum(cover, stackEnd, -rectangleBytes * tilesAtOnce).tee(at);
  body.get(first, first, at).op('i32.lt_u', 'select').set(first);
  for (let i = 0; i < tilesAtOnce; i++)
    body
      .get(work, first)
      .load(rectangleBytes * i)
      .store(top + rectangleBytes * i);
  inWork(cover, top).get(stackEnd).op('i32.add').get(first).op('i32.sub').set(topEnd);
  body.get(first).set(stackEnd);
  // Places without a tile get an infinite radius, so that they are given up at once.
  for (let i = 0; i < tilesAtOnce; i += 2)
    body
      .get(work)
      .f64x2(Infinity)
      .store(8 * (testRows.rho + i));
}

function eachOfTop(cover: Cover, inside: () => void) {
  const { body, work, at, topEnd, model, tile } = cover;
  inWork(cover, top).set(at).get(work).set(model);
  body.loop((next) => {
    for (const [i, edge] of tile.entries())
      body
        .get(at)
        .load32(4 * i)
        .set(edge);
    inside();
    pushSum(cover, model, 8).set(model);
    pushSum(cover, at, rectangleBytes).tee(at).get(topEnd).op('i32.lt_u');
    next();
  });
}

/** Writes the middle of a tile's sample points, and a radius around it that contains them as doubles. */
function enclose(cover: Cover) {
  const {
    body,
    rowRe,
    rowIm,
    columnRe,
    columnIm,
    model,
    row,
    rowEnd,
    column,
    columnEnd,
    lastRow,
    lastColumn,
    margin,
    low,
    high,
    middle,
    ofRow,
    ofLastRow,
    ofColumn,
    ofLastColumn,
  } = cover;
  pushSum(cover, rowEnd, -1).set(lastRow);
  pushSum(cover, columnEnd, -1).set(lastColumn);
  loadNumbers(cover, rowRe, rowIm, row, ofRow);
  loadNumbers(cover, rowRe, rowIm, lastRow, ofLastRow);
  loadNumbers(cover, columnRe, columnIm, column, ofColumn);
  loadNumbers(cover, columnRe, columnIm, lastColumn, ofLastColumn);
  // The sums of a row's number and a column's, rounded as in the kernel, are between those at the corners.
  body.get(ofRow, ofLastRow).op('f64x2.min').get(ofColumn, ofLastColumn).op('f64x2.min', 'f64x2.add');
  body.set(low);
  body.get(ofRow, ofLastRow).op('f64x2.max').get(ofColumn, ofLastColumn).op('f64x2.max', 'f64x2.add');
  body.set(high);
  body.get(low, high, low).op('f64x2.sub').f64x2(0.5).op('f64x2.mul', 'f64x2.add').set(middle);
  body.get(model, middle).storeLane(8, 0, 8 * testRows.pRe);
  body.get(model, middle).storeLane(8, 1, 8 * testRows.pIm);
  // The largest distances from the middle: in both directions, and overall.
  body.get(middle, low).op('f64x2.sub').get(high, middle).op('f64x2.sub', 'f64x2.max').tee(low);
  body.get(low).op('f64x2.mul').tee(low).get(low, low).shuffle(halvesSwapped);
  body.op('f64x2.add', 'f64x2.sqrt').f64x2(1 + 2 ** -48);
  body.op('f64x2.mul').f64x2(margin);
  body
    .op('f64x2.add')
    .set(low)
    .get(model, low)
    .storeLane(8, 0, 8 * testRows.rho);
}

/** Loads the terms of a row or a column for the real and the imaginary part. */
function loadNumbers(cover: Cover, re: number, im: number, index: number, numbers: number) {
  const { body } = cover;
  const pushAddress = (base: number) => body.get(base, index).i32(3).op('i32.shl', 'i32.add');
  pushAddress(re).loadSplat().set(numbers);
  pushAddress(im).get(numbers).loadLane(1).set(numbers);
}

/** Fills, classifies, lists or cuts a tile, depending on its test. */
function settle(cover: Cover) {
  const { body, calls, listEnd, model, tile, isOpen, escapes, told, isCaptured } = cover;
  body.get(model).loadSplat(8 * testRows.count);
  body.tee(told).f64x2(0).op('f64x2.lt').lane64(0).i32(1).op('i32.and').set(isOpen);
  if (isCaptured) findEscaping(cover);
  findSide(cover);
  learn(cover);
  body.get(isOpen).if(
    () => {
      if (calls.classify !== undefined) classify(cover, calls.classify);
      if (isCaptured)
        body.get(escapes).if(
          () => appendRectangle(body, listEnd, ...tile),
          () => cutOrList(cover),
        );
      else body.get(isOpen).if(() => cutOrList(cover));
      // Keeps room for what the next tile adds.
      body.get(listEnd);
      inWork(cover, list + rectangleBytes * listLength)
        .op('i32.ge_u')
        .if(() => countList(cover));
    },
    () => fill(cover),
  );
}

/** A tile that escapes as a whole is open, too, if its points are needed. */
function findEscaping({ body, told, iterations, isOpen, escapes }: Cover) {
  body.get(told).f64x2(iterations).op('f64x2.lt').get(told).f64x2(0).op('f64x2.ge', 'v128.and').lane64(0);
  body.set(escapes).get(isOpen, escapes).op('i32.or').i32(1).op('i32.and').set(isOpen);
}

/** The side of the square tile that a tile is, or would be if it were not at an edge. */
function findSide(cover: Cover) {
  const { body, row, rowEnd, column, columnEnd, side } = cover;
  body.i32(smallestTile / 2).set(side);
  body.loop((again) => {
    body.get(side, side).op('i32.add').tee(side).get(rowEnd, row).op('i32.sub', 'i32.lt_u');
    body.get(side, columnEnd, column).op('i32.sub', 'i32.lt_u', 'i32.or');
    again();
  });
}

function findOfSide(cover: Cover, square: number) {
  const { body, work, ofSide } = cover;
  body.get(work, square).i32(2).op('i32.shl', 'i32.add').set(ofSide);
}

/** Updates the fraction of undecided tiles of the tile's side. */
function learn(cover: Cover) {
  const { body, side, ofSide, isOpen } = cover;
  const loadPart = () => body.get(ofSide).load32(sides);
  findOfSide(cover, side);
  body.get(ofSide);
  loadPart();
  loadPart().i32(weight).op('i32.shr_u', 'i32.sub');
  body.get(isOpen).i32(wholePart >> weight);
  body.op('i32.mul', 'i32.add').store32(sides);
}

function fill(cover: Cover) {
  const { body, calls, stride, target, bytesShift, row, rowEnd, column, columnEnd, told } = cover;
  if (cover.isProved) {
    body.get(cover.work, cover.work).load32(filledAt);
    body.get(rowEnd, row).op('i32.sub').get(columnEnd, column).op('i32.sub', 'i32.mul', 'i32.add');
    body.store32(filledAt);
  }
  body.get(row, stride).op('i32.mul').get(column).op('i32.add').i32(bytesShift).op('i32.shl');
  body.get(target).op('i32.add').get(stride).i32(bytesShift).op('i32.shl');
  body.get(rowEnd, row).op('i32.sub').get(columnEnd, column).op('i32.sub');
  // A whole number below 2^52 is in the lower bits of its sum with 2^52.
  body.get(told).f64x2(2 ** 52);
  body.op('f64x2.add').lane64(0).call(calls.fill);
}

/** Determines the counts of a far-out tile's points by its model. */
function classify(cover: Cover, index: number) {
  const {
    body,
    rowRe,
    rowIm,
    columnRe,
    columnIm,
    stride,
    columns,
    target,
    listEnd,
    model,
    tile,
    isOpen,
    classified,
    told,
  } = cover;
  body.get(told).f64x2(untold).op('f64x2.lt').lane64(0);
  body.if(() => {
    body.get(rowRe, rowIm, columnRe, columnIm, model, ...tile, columns, stride, target, listEnd);
    body.call(index).tee(classified).op('i32.eqz').set(isOpen);
    body.get(classified).if(() => body.get(classified).set(listEnd));
  });
}

/** Cuts an undecided tile; lists it if tests of its parts are not worthwhile. */
function cutOrList(cover: Cover) {
  const { body, smallest, listEnd, tile, side, half, isWorthwhile } = cover;
  body.get(side).i32(1).op('i32.shr_u').set(half);
  body
    .i32(0)
    .set(isWorthwhile)
    .get(half)
    .i32(smallest)
    .op('i32.ge_u')
    .if(() => decide(cover));
  body.get(isWorthwhile).if(
    () => cut(cover),
    () => appendRectangle(body, listEnd, ...tile),
  );
}

function decide(cover: Cover) {
  const { body, half, ofSide, passed, isWorthwhile } = cover;
  findOfSide(cover, half);
  body.get(ofSide).load32(sides);
  // The limit for the undecided fraction of the half side; larger sides are always worthwhile.
  body.i32(wholePart + 1);
  for (const [side, part] of worthwhile) {
    body.i32(Math.ceil((1 - part) * wholePart));
    body.get(half).i32(side).op('i32.ne', 'select');
  }
  body.op('i32.lt_u').tee(isWorthwhile).op('i32.eqz');
  body.if(() => {
    body.get(ofSide).load32(sides + 4);
    body
      .i32(1)
      .op('i32.add')
      .i32(tryAgain - 1);
    body.op('i32.and').set(passed).get(ofSide, passed);
    body.store32(sides + 4);
    body.get(passed).op('i32.eqz').set(isWorthwhile);
  });
}

/** Cuts a tile in four, at most half its side wide and high; cuts a narrow one in two. */
function cut(cover: Cover) {
  const { body, stackEnd, row, rowEnd, column, columnEnd, middleRow, middleColumn, half } = cover;
  body.get(row, half).op('i32.add').set(middleRow);
  pushLess(cover, middleRow, rowEnd).set(middleRow);
  body.get(column, half).op('i32.add').set(middleColumn);
  pushLess(cover, middleColumn, columnEnd).set(middleColumn);
  const push = (...edges: [number, number, number, number]) => appendRectangle(body, stackEnd, ...edges);
  body.get(middleRow, rowEnd).op('i32.lt_u');
  body.if(() => {
    body.get(middleColumn, columnEnd).op('i32.lt_u');
    body.if(() => push(middleRow, rowEnd, middleColumn, columnEnd));
    push(middleRow, rowEnd, column, middleColumn);
  });
  body.get(middleColumn, columnEnd).op('i32.lt_u');
  body.if(() => push(row, middleRow, middleColumn, columnEnd));
  push(row, middleRow, column, middleColumn);
}

/** Counts the points of the list. */
function countList(cover: Cover) {
  const { body, calls, rowRe, rowIm, columnRe, columnIm, stride, target, queue, listEnd } = cover;
  body.get(rowRe, rowIm, columnRe, columnIm, stride);
  inWork(cover, list).get(listEnd, target, queue).i32(1).call(calls.count);
  inWork(cover, list).set(listEnd);
}
