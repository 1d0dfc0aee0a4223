// The function that cuts a band of rows into tiles: those that are proved to have one count are filled, others cut
// again, down to where counting their points is cheaper. What is proved is enclosure.ts's. It stands in the module and
// not in JavaScript, because an engine takes longer to make that fast than a picture takes.
import { type FunctionBody, i32, v128 } from '../assembler.js';
import { appendRectangle, queuedAt, rectangleBytes } from './count.js';
import { testBytes, testRows, tilesAtOnce, untold } from './enclosure-tiles.js';
import { countBytes } from './escape.js';
import type { KernelJob } from './reference.js';

/** Sides of the first and of the last tiles, in points; smaller ones cost more than their points. */
export const largestTile = 64;
const smallestTile = 4;
/**
 * Small tiles are tested only while at least this part of the last ones of their side was told, and now and then to
 * see whether that has changed: from what a test costs and what it saves. The smallest only in jobs of many
 * iterations, because short orbits are over before a test is.
 */
const worthwhile = [
  [4, 0.3],
  [8, 0.04],
  [16, 0.02],
] as const;
/** A power of two. */
const tryAgain = 16;
/** The part is kept as a whole number of this size, an average in which each tile weighs 2^-7. */
const wholePart = 2 ** 16;
const weight = 7;

/** Rectangles (count.ts) that are listed before they are counted, and room for what one tile's model may add. */
const listLength = 4096;
const listRoom = listLength + largestTile ** 2 / 2;
/** What waits is at most a row of first tiles, and of each side less than four times what is tested at once. */
const stackLength = (columns: number) => Math.ceil(columns / largestTile) + 64;
/**
 * Where things lie in the memory to work with: what `test` reads and writes; for each side, 4 times so many bytes
 * after the beginning, which part of its last tiles was not told, and how often it was passed over since; the tiles
 * that are tested; the list of what is to be counted point by point; the tiles that wait.
 */
const sides = testBytes;
const top = sides + 4 * largestTile + 16;
const list = top + rectangleBytes * tilesAtOnce;
const stack = list + rectangleBytes * listRoom;
/** Bytes of that memory, all of them 0 at first. */
export const coverBytes = (columns: number) => stack + rectangleBytes * stackLength(columns);

/**
 * The parameters of the function: addresses of the sample points' arrays, which must only rise or only fall; counts
 * from one row to the next; first row and end row, at most `largestTile` of them; columns; the address that the count
 * of [0][0] has or would have; those of count.ts's queue and of `coverBytes` to work with.
 */
export const coverParameters = [i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32] as const;

/** The functions of the module that do the work: their indices. */
export interface CoverCalls {
  readonly test: number;
  readonly fill: number;
  readonly count: number;
  readonly classify: number | undefined;
}

export function emitCover(body: FunctionBody, job: KernelJob, calls: CoverCalls): void {
  const [rowRe, rowIm, columnRe, columnIm, stride, start, end, columns, target, queue, work] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ];
  const bytesShift = Math.log2(countBytes(job.iterations));
  const smallest = queuedAt(job) === undefined ? 2 * smallestTile : smallestTile;
  const whole = () => body.local(i32);
  const vector = () => body.local(v128);
  const [listEnd, stackEnd, first, at, topEnd, model] = [
    whole(),
    whole(),
    whole(),
    whole(),
    whole(),
    whole(),
  ];
  const [row, rowEnd, column, columnEnd] = [whole(), whole(), whole(), whole()];
  const tile = [row, rowEnd, column, columnEnd] as const;
  const [lastRow, lastColumn, middleRow, middleColumn] = [whole(), whole(), whole(), whole()];
  const [side, half, ofSide, passed] = [whole(), whole(), whole(), whole()];
  const [isOpen, isWorthwhile, classified] = [whole(), whole(), whole()];
  const [told, low, high, middle] = [vector(), vector(), vector(), vector()];
  const [ofRow, ofLastRow, ofColumn, ofLastColumn] = [vector(), vector(), vector(), vector()];

  inWork(list).set(listEnd);
  inWork(stack).set(stackEnd);
  body.loop((next) => {
    pushSum(column, largestTile).set(columnEnd);
    pushLess(columnEnd, columns).set(columnEnd);
    appendRectangle(body, stackEnd, start, end, column, columnEnd);
    body.get(columnEnd).tee(column).get(columns).op('i32.lt_u');
    next();
  });
  body.loop((next) => {
    takeTop();
    eachOfTop(enclose);
    body.get(work).call(calls.test);
    eachOfTop(settle);
    inWork(stack).get(stackEnd).op('i32.lt_u');
    next();
  });
  countList();

  function inWork(offset: number) {
    return pushSum(work, offset);
  }

  function pushSum(local: number, number: number) {
    return body.get(local).i32(number).op('i32.add');
  }

  function pushLess(a: number, b: number) {
    return body.get(a, b, a, b).op('i32.lt_u', 'select');
  }

  /** Takes the tiles that came last, so that few wait. */
  function takeTop() {
    inWork(stack).set(first);
    pushSum(stackEnd, -rectangleBytes * tilesAtOnce).tee(at);
    body.get(first, first, at).op('i32.lt_u', 'select').set(first);
    for (let i = 0; i < tilesAtOnce; i++)
      body
        .get(work, first)
        .load(rectangleBytes * i)
        .store(top + rectangleBytes * i);
    inWork(top).get(stackEnd).op('i32.add').get(first).op('i32.sub').set(topEnd);
    body.get(first).set(stackEnd);
    // Where there are fewer, the others are so wide that they are given up at once.
    for (let i = 0; i < tilesAtOnce; i += 2)
      body
        .get(work)
        .f64x2(Infinity)
        .store(8 * (testRows.rho + i));
  }

  function eachOfTop(inside: () => void) {
    inWork(top).set(at).get(work).set(model);
    body.loop((next) => {
      for (const [i, edge] of tile.entries())
        body
          .get(at)
          .load32(4 * i)
          .set(edge);
      inside();
      pushSum(model, 8).set(model);
      pushSum(at, rectangleBytes).tee(at).get(topEnd).op('i32.lt_u');
      next();
    });
  }

  /** Writes the middle of a tile's sample points, and a radius around it that holds them as they are in doubles. */
  function enclose() {
    pushSum(rowEnd, -1).set(lastRow);
    pushSum(columnEnd, -1).set(lastColumn);
    loadNumbers(rowRe, rowIm, row, ofRow);
    loadNumbers(rowRe, rowIm, lastRow, ofLastRow);
    loadNumbers(columnRe, columnIm, column, ofColumn);
    loadNumbers(columnRe, columnIm, lastColumn, ofLastColumn);
    // The sums of a row's number and a column's, rounded as the kernel rounds them, lie between those at the corners.
    body.get(ofRow, ofLastRow).op('f64x2.min').get(ofColumn, ofLastColumn).op('f64x2.min', 'f64x2.add');
    body.set(low);
    body.get(ofRow, ofLastRow).op('f64x2.max').get(ofColumn, ofLastColumn).op('f64x2.max', 'f64x2.add');
    body.set(high);
    body.get(low, high, low).op('f64x2.sub').f64x2(0.5).op('f64x2.mul', 'f64x2.add').set(middle);
    body.get(model, middle).storeLane(8, 0, 8 * testRows.pRe);
    body.get(model, middle).storeLane(8, 1, 8 * testRows.pIm);
    // How far the farthest is in both directions, and at all.
    body.get(middle, low).op('f64x2.sub').get(high, middle).op('f64x2.sub', 'f64x2.max').tee(low);
    body.get(low).op('f64x2.mul').tee(low).get(low, low).shuffle(halvesSwapped);
    body.op('f64x2.add', 'f64x2.sqrt').f64x2(1 + 2 ** -48);
    body.op('f64x2.mul').f64x2(2 ** -500);
    body
      .op('f64x2.add')
      .set(low)
      .get(model, low)
      .storeLane(8, 0, 8 * testRows.rho);
  }

  /** What a row or a column adds to the real and to the imaginary part. */
  function loadNumbers(re: number, im: number, index: number, numbers: number) {
    const pushAddress = (base: number) => body.get(base, index).i32(3).op('i32.shl', 'i32.add');
    pushAddress(re).loadSplat().set(numbers);
    pushAddress(im).get(numbers).loadLane(1).set(numbers);
  }

  /** Does with a tile what its test allows. */
  function settle() {
    body.get(model).loadSplat(8 * testRows.count);
    body.tee(told).f64x2(0).op('f64x2.lt').lane64(0).i32(1).op('i32.and').set(isOpen);
    findSide();
    learn();
    body.get(isOpen).if(() => {
      if (calls.classify !== undefined) classify(calls.classify);
      body.get(isOpen).if(cutOrList);
      // What the next tile adds has room.
      body.get(listEnd);
      inWork(list + rectangleBytes * listLength)
        .op('i32.ge_u')
        .if(countList);
    }, fill);
  }

  /** The side of the square tile that a tile is or would be if it were not at an edge. */
  function findSide() {
    body.i32(smallestTile / 2).set(side);
    body.loop((again) => {
      body.get(side, side).op('i32.add').tee(side).get(rowEnd, row).op('i32.sub', 'i32.lt_u');
      body.get(side, columnEnd, column).op('i32.sub', 'i32.lt_u', 'i32.or');
      again();
    });
  }

  function findOfSide(side: number) {
    body.get(work, side).i32(2).op('i32.shl', 'i32.add').set(ofSide);
  }

  /** Takes the tile into the part of its side's last ones that were not told. */
  function learn() {
    const loadPart = () => body.get(ofSide).load32(sides);
    findOfSide(side);
    body.get(ofSide);
    loadPart();
    loadPart().i32(weight).op('i32.shr_u', 'i32.sub');
    body.get(isOpen).i32(wholePart >> weight);
    body.op('i32.mul', 'i32.add').store32(sides);
  }

  function fill() {
    body.get(row, stride).op('i32.mul').get(column).op('i32.add').i32(bytesShift).op('i32.shl');
    body.get(target).op('i32.add').get(stride).i32(bytesShift).op('i32.shl');
    body.get(rowEnd, row).op('i32.sub').get(columnEnd, column).op('i32.sub');
    // A whole number below 2^52 stands in the lower bits of its sum with 2^52.
    body.get(told).f64x2(2 ** 52);
    body.op('f64x2.add').lane64(0).call(calls.fill);
  }

  /** Lets the model of a tile that is far out tell its points. */
  function classify(index: number) {
    body.get(told).f64x2(untold).op('f64x2.lt').lane64(0);
    body.if(() => {
      body.get(rowRe, rowIm, columnRe, columnIm, model, ...tile, columns, stride, target, listEnd);
      body.call(index).tee(classified).op('i32.eqz').set(isOpen);
      body.get(classified).if(() => body.get(classified).set(listEnd));
    });
  }

  /** Cuts a tile that is not told; lists it where tests of its parts are not worthwhile. */
  function cutOrList() {
    body.get(side).i32(1).op('i32.shr_u').set(half);
    body.i32(0).set(isWorthwhile).get(half).i32(smallest).op('i32.ge_u').if(decide);
    body.get(isWorthwhile).if(cut, () => appendRectangle(body, listEnd, ...tile));
  }

  function decide() {
    findOfSide(half);
    body.get(ofSide).load32(sides);
    // Less than the part of the half's side that may be not told; larger ones are always worthwhile.
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

  /** Cuts a tile in four that are at most so wide and high as half its side; one that is narrow in two. */
  function cut() {
    body.get(row, half).op('i32.add').set(middleRow);
    pushLess(middleRow, rowEnd).set(middleRow);
    body.get(column, half).op('i32.add').set(middleColumn);
    pushLess(middleColumn, columnEnd).set(middleColumn);
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
  function countList() {
    body.get(rowRe, rowIm, columnRe, columnIm, stride);
    inWork(list).get(listEnd, target, queue).i32(1).call(calls.count);
    inWork(list).set(listEnd);
  }
}

const halvesSwapped = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
