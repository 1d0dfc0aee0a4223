// Shared by the parts of the test: the local variables of a vector of two tiles, and the extent of their points.
import { type FunctionBody, i32, v128 } from '../assembler.js';
import type { EmitOptions } from './escape.js';
import type { StepModel } from './model.js';
import { inflation, underflow } from './model-arithmetic.js';
import type { KernelJob } from './reference.js';
import type { codeEmitter } from './step.js';

/** Tiles that are tested together, two in a vector. */
export const tilesAtOnce = 4;
export const vectorCount = tilesAtOnce / 2;

/**
 * The parameter of the function: the address of rows of four doubles, one for each tile. In: the middles' real parts,
 * their imaginary parts, and the radii. Out: the counts, or `untold`, or -2 - n for a tile that is far out after n
 * steps but has several counts; for such a tile also z's model then.
 */
export const testParameters = [i32] as const;
const rows = ['pRe', 'pIm', 'rho', 'count', 'zRe', 'zIm', 'dRe', 'dIm', 'gRe', 'gIm', 'rest'] as const;
/** The start of each row, in doubles. */
export const testRows = Object.fromEntries(rows.map((name, i) => [name, tilesAtOnce * i])) as Readonly<
  Record<(typeof rows)[number], number>
>;
export const testBytes = 8 * tilesAtOnce * rows.length;
export const untold = -1;

/** The parameter with the address of the rows. */
export const address = 0;

/** The current model and the kept one. */
export const keptNames = [
  ['keptRe', 'zRe'],
  ['keptIm', 'zIm'],
  ['keptDRe', 'dRe'],
  ['keptDIm', 'dIm'],
  ['keptGRe', 'gRe'],
  ['keptGIm', 'gIm'],
] as const;

/** The local variables of a vector of two tiles; names as in model.ts. */
const names = [
  ...(['zRe', 'zIm', 'dRe', 'dIm', 'gRe', 'gIm', 'rest', 'size', 'spread', 'rho', 'pRe', 'pIm'] as const),
  ...keptNames.map(([kept]) => kept),
  ...(['live', 'count', 'keptRest', 'nearest', 'beforeRe', 'beforeIm', 'beforeSpread'] as const),
];
export type Tiles = Readonly<Record<(typeof names)[number], number>>;

/** The test being emitted: the job, the model of its step, and the local variables that all tiles share. */
export interface Test extends ReturnType<typeof codeEmitter> {
  readonly body: FunctionBody;
  readonly job: KernelJob;
  readonly model: StepModel;
  readonly bounds: EmitOptions['bounds'];
  /** Steps taken: as an integer, and as a double in each lane. */
  readonly taken: number;
  readonly steps: number;
  /** Bounds of |z|. */
  readonly low: number;
  readonly high: number;
  readonly mask: number;
  /** Scratch for the mask of tiles being decided. */
  readonly any: number;
  readonly first: number;
  readonly second: number;
}

/** The locals of a vector of tiles. */
export const tileLocals = (body: FunctionBody): Tiles =>
  Object.fromEntries(names.map((name) => [name, body.local(v128)])) as Tiles;

/** |mid| and the spread, not below their true values except for an error that `inflation` covers many times. */
export function measure(test: Test, { zRe, zIm, dRe, dIm, gRe, gIm, rest, size, spread, rho }: Tiles) {
  const { body, model } = test;
  emitModulus(test, zRe, zIm).set(size);
  emitModulus(test, dRe, dIm);
  if (model.g) emitModulus(test, gRe, gIm).op('f64x2.add');
  body.get(rho).op('f64x2.mul').get(rest).op('f64x2.add').f64x2(inflation).op('f64x2.mul');
  body
    .f64x2(2 * Math.sqrt(underflow))
    .op('f64x2.add')
    .set(spread);
}

export function emitModulus(test: Test, re: number, im: number) {
  const { body } = test;
  body.get(re, re).op('f64x2.mul').get(im, im).op('f64x2.mul', 'f64x2.add');
  return body.f64x2(underflow).op('f64x2.add', 'f64x2.sqrt');
}

/** Sets the counts of the live tiles of the mask on the stack to those in `first`. */
export function tell(test: Test, { live, count }: Tiles) {
  const { body, mask, first } = test;
  body.get(live).op('v128.and').set(mask);
  body.get(first, count, mask).op('v128.bitselect').set(count).get(live, mask).op('v128.andnot').set(live);
}
