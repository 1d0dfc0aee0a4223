// A band of rows cut into tiles: those that are proved to have one count are filled, others cut again, down to where
// counting their points is cheaper. What is proved is enclosure.ts's.
import { testBytes, tilesAtOnce, untold } from './enclosure.js';
import type { SamplePoints } from './kernel.js';

/** Sides of the first and of the last tiles, in points; the last was tuned on the lesson's picture. */
const largestTile = 64;
const smallestTile = 8;
/** Room for rectangles that are to be counted point by point, 16 bytes each. */
export const listBytes = 16 * 4096;

/** What the compiled module exports for tiles; without a model there is no `test`. */
export interface TileFunctions {
  readonly test?: (address: number) => void;
  readonly fill: (address: number, rowBytes: number, rows: number, columns: number, count: number) => void;
}

export interface TileMemory {
  readonly functions: TileFunctions;
  readonly rowBytes: number;
  /** What `test` reads and writes. */
  readonly test: Float64Array;
  readonly list: Int32Array;
  /** Counts the points of the first rectangles of the list; `origin` is where the count of [0][0] would be. */
  count(rectangles: number, origin: number): void;
}

/** Counts the rows from `start` up to but not `end`. `brute`: point by point. */
export type Cover = (start: number, end: number, origin: number, brute: boolean) => void;

export function coverWithTiles(points: SamplePoints, memory: TileMemory): Cover {
  const { rowRe, rowIm, columnRe, columnIm } = points;
  const { functions, rowBytes, test, list, count } = memory;
  const columns = columnRe.length;
  const bytes = rowBytes / columns;
  const bound = functions.test;
  const isOrdered = [rowRe, rowIm, columnRe, columnIm].every(isMonotonic);
  /** First row, end row, first column, end column of each tile that waits. */
  const stack: number[] = [];
  let listed = 0;

  return (start, end, origin, brute) => {
    if (!bound || !isOrdered || brute) {
      put(start, end, 0, columns, origin);
    } else {
      for (let column = 0; column < columns; column += largestTile)
        stack.push(start, end, column, Math.min(column + largestTile, columns));
      while (stack.length > 0) testTop(bound, origin);
    }
    count(listed, origin);
    listed = 0;
  };

  /** Tests the tiles that came last, so that few wait. */
  function testTop(bound: (address: number) => void, origin: number): void {
    const tiles = Math.min(tilesAtOnce, stack.length / 4);
    const from = stack.length - 4 * tiles;
    for (let i = 0; i < tilesAtOnce; i++) enclose(from + 4 * Math.min(i, tiles - 1), i);
    bound(test.byteOffset);
    const told = stack.splice(from);
    for (let i = 0; i < tiles; i++) {
      const [row, rowEnd, column, columnEnd] = told.slice(4 * i, 4 * i + 4) as [
        number,
        number,
        number,
        number,
      ];
      const count = test[testBytes / 8 - tilesAtOnce + i]!;
      if (count !== untold) {
        const address = origin + row * rowBytes + column * bytes;
        functions.fill(address, rowBytes, rowEnd - row, columnEnd - column, count);
      } else if (rowEnd - row <= smallestTile && columnEnd - column <= smallestTile) {
        put(row, rowEnd, column, columnEnd, origin);
      } else {
        cut(row, rowEnd, column, columnEnd);
      }
    }
  }

  /** The middle of a tile's sample points, and a radius around it that holds them as they are in doubles. */
  function enclose(at: number, i: number): void {
    const [row, column] = [stack[at]!, stack[at + 2]!];
    const [lastRow, lastColumn] = [stack[at + 1]! - 1, stack[at + 3]! - 1];
    const [reLow, reHigh] = range(rowRe[row]!, rowRe[lastRow]!, columnRe[column]!, columnRe[lastColumn]!);
    const [imLow, imHigh] = range(rowIm[row]!, rowIm[lastRow]!, columnIm[column]!, columnIm[lastColumn]!);
    const [re, im] = [reLow + (reHigh - reLow) / 2, imLow + (imHigh - imLow) / 2];
    const [width, height] = [Math.max(re - reLow, reHigh - re), Math.max(im - imLow, imHigh - im)];
    test[i] = re;
    test[tilesAtOnce + i] = im;
    test[2 * tilesAtOnce + i] = Math.sqrt(width * width + height * height) * (1 + 2 ** -48) + 2 ** -500;
  }

  function cut(row: number, rowEnd: number, column: number, columnEnd: number): void {
    const rowMiddle = middle(row, rowEnd);
    const columnMiddle = middle(column, columnEnd);
    for (const [top, bottom] of [[rowMiddle, rowEnd] as const, [row, rowMiddle] as const]) {
      if (top === bottom) continue;
      if (columnMiddle < columnEnd) stack.push(top, bottom, columnMiddle, columnEnd);
      stack.push(top, bottom, column, columnMiddle);
    }
  }

  function put(row: number, rowEnd: number, column: number, columnEnd: number, origin: number): void {
    list.set([row, rowEnd, column, columnEnd], 4 * listed++);
    if (4 * listed < list.length) return;
    count(listed, origin);
    listed = 0;
  }
}

/** Where a side is cut: in the middle, at a multiple of the smallest tile; a side that is short already is not. */
function middle(start: number, end: number): number {
  const length = end - start;
  return length <= smallestTile ? end : start + Math.ceil(length / 2 / smallestTile) * smallestTile;
}

/** The least and the largest sum of one number of a row and one of a column, rounded as the kernel rounds them. */
function range(
  row: number,
  lastRow: number,
  column: number,
  lastColumn: number,
): [low: number, high: number] {
  const sums = [row + column, row + lastColumn, lastRow + column, lastRow + lastColumn];
  return [Math.min(...sums), Math.max(...sums)];
}

/** Whether numbers only rise or only fall, so that those of a part lie between its ends. */
function isMonotonic(numbers: Float64Array): boolean {
  const rises = numbers.every((each, i) => i === 0 || each >= numbers[i - 1]!);
  return rises || numbers.every((each, i) => i === 0 || each <= numbers[i - 1]!);
}
