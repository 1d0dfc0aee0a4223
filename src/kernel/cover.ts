// The memory, parameters and local variables of the function that cuts a band of rows into tiles (tiles.ts).
import { type FunctionBody, i32, type ValueType, v128 } from '../assembler.js';
import { queuedAt, rectangleBytes } from './count.js';
import { testBytes, tilesAtOnce } from './enclosure-tiles.js';
import { countBytes } from './escape.js';
import { inflation } from './model-arithmetic.js';
import type { KernelJob } from './reference.js';

/** Sides of the first and of the last tiles, in points; testing smaller ones costs more than counting their points. */
export const largestTile = 64;
export const smallestTile = 4;

/** Rectangles (count.ts) listed before they are counted, and room for those that one tile's model may add. */
export const listLength = 4096;
const listRoom = listLength + largestTile ** 2 / 2;
/** Waiting tiles are at most a row of first tiles and, of each side, fewer than four times `tilesAtOnce`. */
const stackLength = (columns: number) => Math.ceil(columns / largestTile) + 64;
/**
 * The layout of the working memory: what `test` reads and writes; for each side, at 4 times the side in bytes, the part
 * of its recent tiles that was undecided and how often the side was skipped since; the tiles under test; the list of
 * rectangles to count point by point; the waiting tiles.
 */
export const sides = testBytes;
/** Before the first side: for jobs with a proof, the number of points in filled tiles. */
export const filledAt = sides;
export const top = sides + 4 * largestTile + 16;
export const list = top + rectangleBytes * tilesAtOnce;
export const stack = list + rectangleBytes * listRoom;
/** Bytes of that memory, all 0 at first. */
export const coverBytes = (columns: number) => stack + rectangleBytes * stackLength(columns);

/**
 * The parameters of the function: addresses of the sample points' arrays, which must be monotonic; counts from one row
 * to the next; first row and end row, at most `largestTile` of them; columns; the address that the count of [0][0] has
 * or would have; those of count.ts's queue and of `coverBytes` of working memory.
 */
export const coverParameters = [i32, i32, i32, i32, i32, i32, i32, i32, i32, i32, i32] as const;

/** The indices of the module's functions that do the work. */
export interface CoverCalls {
  readonly test: number;
  readonly fill: number;
  readonly count: number;
  readonly classify: number | undefined;
}

/** The parameters' indices. */
const parameters = {
  rowRe: 0,
  rowIm: 1,
  columnRe: 2,
  columnIm: 3,
  stride: 4,
  start: 5,
  end: 6,
  columns: 7,
  target: 8,
  queue: 9,
  work: 10,
} as const;
const tileEdges = ['row', 'rowEnd', 'column', 'columnEnd'] as const;
const integers = [
  'listEnd',
  'stackEnd',
  'first',
  'at',
  'topEnd',
  'model',
  ...tileEdges,
  'lastRow',
  'lastColumn',
  'middleRow',
  'middleColumn',
  'side',
  'half',
  'ofSide',
  'passed',
  'isOpen',
  'isWorthwhile',
  'classified',
  'escapes',
] as const;
const vectors = ['told', 'low', 'high', 'middle', 'ofRow', 'ofLastRow', 'ofColumn', 'ofLastColumn'] as const;
type Local = keyof typeof parameters | (typeof integers)[number] | (typeof vectors)[number];

/** The function being emitted, with its parameters and local variables. */
export interface Cover extends Readonly<Record<Local, number>> {
  readonly body: FunctionBody;
  readonly calls: CoverCalls;
  /** log2 of the bytes of a count. */
  readonly bytesShift: number;
  readonly iterations: number;
  readonly isProved: boolean;
  /** Added to a tile's radius. */
  readonly margin: number;
  /** Whether escaping points are counted one by one, for their channels (capture.ts). */
  readonly isCaptured: boolean;
  /** The side of the smallest tiles that are tested. */
  readonly smallest: number;
  readonly tile: readonly [number, number, number, number];
}

export function coverOf(body: FunctionBody, job: KernelJob, calls: CoverCalls, isCaptured: boolean): Cover {
  const named = (names: readonly string[], type: ValueType) =>
    Object.fromEntries(names.map((name) => [name, body.local(type)]));
  const locals = { ...parameters, ...named(integers, i32), ...named(vectors, v128) } as Record<Local, number>;
  return {
    ...locals,
    body,
    calls,
    isCaptured,
    iterations: job.iterations,
    isProved: job.proof !== undefined,
    margin: job.proof ? job.proof.off * inflation : 2 ** -500,
    bytesShift: Math.log2(countBytes(job.iterations)),
    smallest: queuedAt(job) === undefined ? 2 * smallestTile : smallestTile,
    tile: [locals.row, locals.rowEnd, locals.column, locals.columnEnd],
  };
}
