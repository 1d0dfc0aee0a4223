// The memory, the parameters and the local variables of the function that cuts a band of rows into tiles (tiles.ts).
import { type FunctionBody, i32, type ValueType, v128 } from '../assembler.js';
import { queuedAt, rectangleBytes } from './count.js';
import { testBytes, tilesAtOnce } from './enclosure-tiles.js';
import { countBytes } from './escape.js';
import type { KernelJob } from './reference.js';

/** Sides of the first and of the last tiles, in points; smaller ones cost more than their points. */
export const largestTile = 64;
export const smallestTile = 4;

/** Rectangles (count.ts) that are listed before they are counted, and room for what one tile's model may add. */
export const listLength = 4096;
const listRoom = listLength + largestTile ** 2 / 2;
/** What waits is at most a row of first tiles, and of each side less than four times what is tested at once. */
const stackLength = (columns: number) => Math.ceil(columns / largestTile) + 64;
/**
 * Where things lie in the memory to work with: what `test` reads and writes; for each side, 4 times so many bytes
 * after the beginning, which part of its last tiles was not told, and how often it was passed over since; the tiles
 * that are tested; the list of what is to be counted point by point; the tiles that wait.
 */
export const sides = testBytes;
export const top = sides + 4 * largestTile + 16;
export const list = top + rectangleBytes * tilesAtOnce;
export const stack = list + rectangleBytes * listRoom;
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

/** The parameters' places. */
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

/** A function that is being emitted, with its parameters and local variables. */
export interface Cover extends Readonly<Record<Local, number>> {
  readonly body: FunctionBody;
  readonly calls: CoverCalls;
  /** A count has two to so many bytes. */
  readonly bytesShift: number;
  readonly iterations: number;
  /** Whether what escapes is counted point by point, for its channels (capture.ts). */
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
    bytesShift: Math.log2(countBytes(job.iterations)),
    smallest: queuedAt(job) === undefined ? 2 * smallestTile : smallestTile,
    tile: [locals.row, locals.rowEnd, locals.column, locals.columnEnd],
  };
}
