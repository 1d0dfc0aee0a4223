// A band of rows cut into tiles: those that are proved to have one count are filled, others cut again, down to where
// counting their points is cheaper. What is proved is enclosure.ts's.
import { groupColumns } from './count.js';
import { testRows, tilesAtOnce, untold } from './enclosure.js';
import { inflation } from './model.js';
import type { SamplePoints } from './points.js';

/** Sides of the first and of the last tiles, in points; smaller ones cost more than their points. */
export const largestTile = 64;
const smallestTile = 4;
/**
 * Small tiles are tested only while at least this part of the last ones of their side was told, and now and then to
 * see whether that has changed: from what a test costs and what it saves. The smallest only in jobs of many
 * iterations, because short orbits are over before a test is.
 */
const worthwhile = bySide({ 4: 0.15, 8: 0.04, 16: 0.02 }, 0);
const tryAgain = 16;
/** How much of |z| a model may leave open if single points are to be told by it: few are too near a threshold then. */
const closeEnough = 2 ** -7;
const { pRe: reRow, pIm: imRow, rho: rhoRow, count: countRow } = testRows;
/** Room for rectangles that are to be counted point by point, 16 bytes each. */
export const listBytes = 16 * 4096;

/** What the compiled module exports for tiles; without a model there is no `test`. */
export interface TileFunctions {
  readonly test?: (address: number) => void;
  /** For tiles that are far out but not of one count, where the rule of escape allows it. */
  readonly classify?: (...parameters: number[]) => void;
  readonly fill: (address: number, rowBytes: number, rows: number, columns: number, count: number) => void;
}

export interface TileMemory {
  readonly functions: TileFunctions;
  /** The addresses of the sample points' arrays. */
  readonly addresses: readonly number[];
  /** Bytes of a count, and from a count to that of the next row. */
  readonly bytes: number;
  readonly rowBytes: number;
  /** What `test` reads and writes. */
  readonly test: Float64Array;
  readonly list: Int32Array;
  /** Counts the points of the first rectangles of the list; `origin` is where the count of [0][0] would be. */
  count(rectangles: number, origin: number, brute: boolean): void;
}

export interface Cover {
  /** Counts the rows from `start` up to but not `end`. `brute`: point by point. */
  band(start: number, end: number, origin: number, brute: boolean): void;
  /** A point that its tile's model does not tell. */
  again(row: number, column: number): void;
}

export function coverWithTiles(points: SamplePoints, memory: TileMemory, hasLongOrbits: boolean): Cover {
  const { rowRe, rowIm, columnRe, columnIm } = points;
  const { functions, addresses, rowBytes, test, list, count } = memory;
  const columns = columnRe.length;
  const { bytes } = memory;
  const bound = functions.test;
  const isOrdered = [rowRe, rowIm, columnRe, columnIm].every(isMonotonic);
  /** First row, end row, first column, end column of each tile that waits; plain loops, for this runs often. */
  const stack = new Int32Array(4 * (Math.ceil(columns / largestTile) + 64));
  let waiting = 0;
  const top = new Int32Array(4 * tilesAtOnce);
  let listed = 0;
  /** Where the count of [0][0] would be. */
  let origin = 0;
  /** For each side: which part of its last tiles was told, and how often they were passed over since. */
  const told = bySide({}, 1);
  const passed = bySide({}, 0);

  return { band, again };

  function band(start: number, end: number, at: number, brute: boolean): void {
    origin = at;
    if (!bound || !isOrdered || brute) {
      put(start, end, 0, columns);
    } else {
      for (let column = 0; column < columns; column += largestTile)
        push(start, end, column, Math.min(column + largestTile, columns));
      while (waiting > 0) testTop(bound);
    }
    count(listed, origin, brute);
    listed = 0;
  }

  function again(row: number, column: number): void {
    const start = column - (column % groupColumns);
    put(row, row + 1, start, Math.min(start + groupColumns, columns));
  }

  function push(row: number, rowEnd: number, column: number, columnEnd: number): void {
    write(stack, waiting++, row, rowEnd, column, columnEnd);
  }

  /** Tests the tiles that came last, so that few wait. */
  function testTop(bound: (address: number) => void): void {
    const tiles = Math.min(tilesAtOnce, waiting);
    waiting -= tiles;
    for (let i = 0; i < 4 * tiles; i++) top[i] = stack[4 * waiting + i]!;
    for (let i = 0; i < tiles; i++) enclose(4 * i, i);
    for (let i = tiles; i < tilesAtOnce; i++) test[rhoRow + i] = Infinity;
    bound(test.byteOffset);
    for (let i = 0; i < tiles; i++) {
      const row = top[4 * i]!;
      const rowEnd = top[4 * i + 1]!;
      const column = top[4 * i + 2]!;
      const columnEnd = top[4 * i + 3]!;
      const count = test[countRow + i]!;
      const side = sideOf(row, rowEnd, column, columnEnd);
      told[side] = told[side]! + ((count < 0 ? 0 : 1) - told[side]!) / 128;
      if (count >= 0) {
        const address = origin + row * rowBytes + column * bytes;
        functions.fill(address, rowBytes, rowEnd - row, columnEnd - column, count);
        continue;
      }
      if (count < untold && classify(i, -2 - count, row, rowEnd, column, columnEnd)) continue;
      if (side === smallestTile || !isWorthwhile(side / 2)) {
        put(row, rowEnd, column, columnEnd);
      } else {
        cut(row, rowEnd, column, columnEnd, side / 2);
      }
    }
  }

  /** Tells the counts of a tile that is far out after so many steps by its model, if that is close enough. */
  function classify(
    i: number,
    steps: number,
    row: number,
    rowEnd: number,
    column: number,
    columnEnd: number,
  ): boolean {
    const value = (row: number) => test[row + i]!;
    const size = modulus(value(testRows.zRe), value(testRows.zIm));
    const slope =
      modulus(value(testRows.dRe), value(testRows.dIm)) + modulus(value(testRows.gRe), value(testRows.gIm));
    const rest = value(testRows.rest);
    const spread = slope * value(rhoRow) + rest;
    // What the model leaves open, and what evaluating it loses, relative to the least |z|.
    const open = ((rest + 2 ** -46 * (size + spread)) / (size - spread)) * inflation;
    if (!functions.classify || !(open >= 0 && open <= closeEnough)) return false;
    const [low, high] = [(1 - 2 * open) * (2 - inflation), (1 + 2.01 * open) * inflation];
    const at = test.byteOffset + 8 * i;
    functions.classify(
      ...addresses,
      ...[at, low, high, steps, row, rowEnd, column, columnEnd, rowBytes, origin],
    );
    return true;
  }

  function isWorthwhile(side: number): boolean {
    if (side === smallestTile && !hasLongOrbits) return false;
    if (told[side]! >= worthwhile[side]!) return true;
    passed[side] = (passed[side]! + 1) % tryAgain;
    return passed[side] === 0;
  }

  /** The middle of a tile's sample points, and a radius around it that holds them as they are in doubles. */
  function enclose(at: number, i: number): void {
    const row = top[at]!;
    const lastRow = top[at + 1]! - 1;
    const column = top[at + 2]!;
    const lastColumn = top[at + 3]! - 1;
    const width = place(reRow + i, rowRe[row]!, rowRe[lastRow]!, columnRe[column]!, columnRe[lastColumn]!);
    const height = place(imRow + i, rowIm[row]!, rowIm[lastRow]!, columnIm[column]!, columnIm[lastColumn]!);
    test[rhoRow + i] = modulus(width, height) * (1 + 2 ** -48) + 2 ** -500;
  }

  /**
   * Writes the middle of the sums of one number of a row and one of a column, rounded as the kernel rounds them: they
   * lie between those at the corners. Gives how far the farthest is from it.
   */
  function place(i: number, row: number, lastRow: number, column: number, lastColumn: number): number {
    const low = Math.min(row, lastRow) + Math.min(column, lastColumn);
    const high = Math.max(row, lastRow) + Math.max(column, lastColumn);
    const middle = low + (high - low) / 2;
    test[i] = middle;
    return Math.max(middle - low, high - middle);
  }

  /** Cuts a tile in four that are at most so wide and high; one that is narrow in two. */
  function cut(row: number, rowEnd: number, column: number, columnEnd: number, side: number): void {
    const rowMiddle = Math.min(row + side, rowEnd);
    const columnMiddle = Math.min(column + side, columnEnd);
    if (rowMiddle < rowEnd) {
      if (columnMiddle < columnEnd) push(rowMiddle, rowEnd, columnMiddle, columnEnd);
      push(rowMiddle, rowEnd, column, columnMiddle);
    }
    if (columnMiddle < columnEnd) push(row, rowMiddle, columnMiddle, columnEnd);
    push(row, rowMiddle, column, columnMiddle);
  }

  function put(row: number, rowEnd: number, column: number, columnEnd: number): void {
    write(list, listed++, row, rowEnd, column, columnEnd);
    if (4 * listed < list.length) return;
    count(listed, origin, false);
    listed = 0;
  }
}

/** Writes a rectangle as the one of that number in a list. */
function write(
  list: Int32Array,
  number: number,
  row: number,
  rowEnd: number,
  column: number,
  columnEnd: number,
): void {
  const at = 4 * number;
  list[at] = row;
  list[at + 1] = rowEnd;
  list[at + 2] = column;
  list[at + 3] = columnEnd;
}

const modulus = (re: number, im: number) => Math.sqrt(re * re + im * im);

/** A number for each side that a tile may have. */
function bySide(numbers: Readonly<Record<number, number>>, otherwise: number): Float64Array {
  return Float64Array.from({ length: largestTile + 1 }, (_, side) => numbers[side] ?? otherwise);
}

/** The side of the square tile, 4 to 64, that a tile is or would be if it were not at an edge. */
function sideOf(row: number, rowEnd: number, column: number, columnEnd: number): number {
  const length = Math.max(rowEnd - row, columnEnd - column);
  for (let side = smallestTile; ; side *= 2) if (side >= length) return side;
}

/** Whether numbers only rise or only fall, so that those of a part lie between its ends. */
function isMonotonic(numbers: Float64Array): boolean {
  const rises = numbers.every((each, i) => i === 0 || each >= numbers[i - 1]!);
  return rises || numbers.every((each, i) => i === 0 || each <= numbers[i - 1]!);
}
