// The function that tells whether all points of a tile have one count, for four tiles at a time. It takes the model of
// a tile (model.ts) through the steps until all of the tile has certainly escaped in one step, or part of it may have
// (then nothing is told), or the iterations are over, or the tile has come back into where it was: then it stays
// there for ever. What it tells is proved for what the plain kernel computes, bit for bit.
import { type FunctionBody, i32, i64, v128 } from '../assembler.js';
import { told } from './bounds.js';
import type { EmitOptions } from './escape.js';
import { inflation, largest, modelStep, underflow } from './model.js';
import type { KernelJob } from './reference.js';
import { codeEmitter } from './step.js';

/** Tiles that are tested together, two in a vector. */
export const tilesAtOnce = 4;
const vectorCount = tilesAtOnce / 2;

/**
 * The parameter of the function: the address of rows of four doubles, one for each tile. In: the middles' real parts,
 * their imaginary parts, and the radii. Out: the counts, or `untold`, or -2 - n for a tile that is far out after n steps
 * but not of one count; of such a one also z's model then.
 */
export const testParameters = [i32] as const;
const rows = ['pRe', 'pIm', 'rho', 'count', 'zRe', 'zIm', 'dRe', 'dIm', 'gRe', 'gIm', 'rest'] as const;
/** Where each row begins, in doubles. */
export const testRows = Object.fromEntries(rows.map((name, i) => [name, tilesAtOnce * i])) as Readonly<
  Record<(typeof rows)[number], number>
>;
export const testBytes = 8 * tilesAtOnce * rows.length;
export const untold = -1;

/**
 * A tile is given up where its points are spread over more than this, or over more than this part of their distance
 * from 0: then it hardly ever comes out well. Tuned on the lesson's picture and on the whole Mandelbrot set.
 */
const widest = 0.25;
const widestPart = 0.5;

/** From this step on it is seen whether a tile has come back; then after twice as many, and so on (Brent). */
const firstKept = 16;
/** A tile is about to come back when its middle has been nearer to where it was than so many spreads. */
const returning = 4;
/** How much wider its discs are made then, in spreads. */
const wider = 0.0625;
/**
 * And by how much besides: where orbits fall into 0, the spread itself shrinks to the floor of a modulus, and
 * `isWithinKept` adds up to three such floors. Without this no disc would ever lie within a kept one.
 */
const widerFloor = 8 * Math.sqrt(underflow);

/** The model as it is and as it was kept. */
const keptNames = [
  ['keptRe', 'zRe'],
  ['keptIm', 'zIm'],
  ['keptDRe', 'dRe'],
  ['keptDIm', 'dIm'],
  ['keptGRe', 'gRe'],
  ['keptGIm', 'gIm'],
] as const;

/** The local variables of one vector of two tiles; names as in model.ts. */
const names = [
  ...(['zRe', 'zIm', 'dRe', 'dIm', 'gRe', 'gIm', 'rest', 'size', 'spread', 'rho', 'pRe', 'pIm'] as const),
  ...keptNames.map(([kept]) => kept),
  ...(['live', 'count', 'keptRest', 'nearest', 'beforeRe', 'beforeIm', 'beforeSpread'] as const),
];
type Tiles = Readonly<Record<(typeof names)[number], number>>;

/** Emits the test; false where the step or the rule of escape has no model. */
export function emitTest(body: FunctionBody, job: KernelJob, options: EmitOptions): boolean {
  const { iterations, escape, z0, c } = job;
  const model = modelStep(job);
  const { bounds } = options;
  if (!model || (escape === 'overflow' && bounds!.thresholds.length === 0)) return false;
  const { emit, push } = codeEmitter(body, model.code.instructions, options.functions);
  const address = 0;
  const [taken, keepAt] = [body.local(i64), body.local(i64)];
  const vector = () => body.local(v128);
  const [any, low, high] = [vector(), vector(), vector()];
  const [steps, mask, first, second] = [vector(), vector(), vector(), vector()];
  const tileLocals = () => Object.fromEntries(names.map((name) => [name, vector()])) as Tiles;
  const all = Array.from({ length: vectorCount }, tileLocals);

  for (const [j, tiles] of all.entries()) begin(tiles, j);
  body.f64x2(0).set(steps).i64(firstKept).set(keepAt);
  body.loop((again) => {
    if (typeof escape === 'object') for (const tiles of all) keepBefore(tiles);
    for (const tiles of all) step(tiles);
    body.get(taken).i64(1).op('i64.add').set(taken).get(steps).f64x2(1).op('f64x2.add').set(steps);
    for (const [j, tiles] of all.entries()) {
      measure(tiles);
      if (escape === 'overflow') testOverflow(tiles, j);
      else if (typeof escape === 'number') testBailout(tiles, escape);
      else testConvergence(tiles, escape.converged, escape.bailout);
      giveUpWide(tiles);
    }
    body.get(taken).i64(firstKept).op('i64.ge_u').if(lookForReturn);
    all.forEach(({ live }, j) => {
      body.get(live);
      if (j > 0) body.op('v128.or');
    });
    body.set(any).get(taken).i64(iterations).op('i64.lt_u').get(any).op('v128.any_true', 'i32.and');
    again();
  });
  all.forEach(({ live, count }, j) => {
    // Who is still under way has taken all steps.
    body
      .get(address)
      .f64x2(iterations)
      .get(count, live)
      .op('v128.bitselect')
      .store(8 * testRows.count + 16 * j);
  });
  return true;

  function begin(tiles: Tiles, j: number) {
    for (const name of ['pRe', 'pIm', 'rho'] as const)
      body
        .get(address)
        .load(8 * testRows[name] + 16 * j)
        .set(tiles[name]);
    body.f64x2(untold).set(tiles.count).get(tiles.rho).f64x2(largest).op('f64x2.lt').set(tiles.live);
    for (const name of ['dIm', 'gRe', 'gIm', 'rest'] as const) body.f64x2(0).set(tiles[name]);
    body.f64x2(z0 === 'p' ? 1 : 0).set(tiles.dRe);
    if (z0 === 'p') body.get(tiles.pRe).set(tiles.zRe).get(tiles.pIm).set(tiles.zIm);
    else body.f64x2(z0[0]).set(tiles.zRe).f64x2(z0[1]).set(tiles.zIm);
    body.f64x2(Infinity).set(tiles.nearest);
    measure(tiles);
  }

  /** |mid| and the spread, not smaller than they are but for an error that `inflation` covers many times. */
  function measure({ zRe, zIm, dRe, dIm, gRe, gIm, rest, size, spread, rho }: Tiles) {
    emitModulus(zRe, zIm).set(size);
    emitModulus(dRe, dIm);
    if (model!.g) emitModulus(gRe, gIm).op('f64x2.add');
    body.get(rho).op('f64x2.mul').get(rest).op('f64x2.add').f64x2(inflation).op('f64x2.mul');
    body
      .f64x2(2 * Math.sqrt(underflow))
      .op('f64x2.add')
      .set(spread);
  }

  function emitModulus(re: number, im: number) {
    body.get(re, re).op('f64x2.mul').get(im, im).op('f64x2.mul', 'f64x2.add');
    return body.f64x2(underflow).op('f64x2.add', 'f64x2.sqrt');
  }

  function step(tiles: Tiles) {
    const input = (name: string) => {
      if (name === 'cRe') body.f64x2((c as readonly [number, number])[0]);
      else if (name === 'cIm') body.f64x2((c as readonly [number, number])[1]);
      else body.get(tiles[name as keyof Tiles]);
    };
    emit(input);
    const { mid, d, g, rest } = model!;
    const results = [mid.re, mid.im, d.re, d.im, ...(g ? [g.re, g.im] : []), rest];
    const targets = [
      ...[tiles.zRe, tiles.zIm, tiles.dRe, tiles.dIm],
      ...(g ? [tiles.gRe, tiles.gIm] : []),
      tiles.rest,
    ];
    for (const result of results) push(result, input);
    for (const target of targets.reverse()) body.set(target);
  }

  /** Bounds of |z| in `low` and `high`, for tiles below `largest`. */
  function boundModulus({ size, spread }: Tiles) {
    body
      .get(size)
      .f64x2(2 - inflation)
      .op('f64x2.mul')
      .get(spread)
      .op('f64x2.sub')
      .set(low);
    body.get(size, spread).op('f64x2.add').f64x2(inflation).op('f64x2.mul').set(high);
  }

  /** Keeps in `live` only the tiles that are narrow enough to go on; what is not a number is not. */
  function giveUpWide({ size, spread, live }: Tiles) {
    body.get(spread).f64x2(widest).get(size).f64x2(widestPart).op('f64x2.mul', 'f64x2.max', 'f64x2.le');
    body.get(size).f64x2(largest).op('f64x2.lt', 'v128.and').get(live).op('v128.and').set(live);
  }

  /** The live tiles of the mask on the stack have the counts in `first`. */
  function tell({ live, count }: Tiles) {
    body.get(live).op('v128.and').set(mask);
    body.get(first, count, mask).op('v128.bitselect').set(count).get(live, mask).op('v128.andnot').set(live);
  }

  /** All of the tile is far out: its points have one count if their |z|^2 lie between the same thresholds. */
  function testOverflow(tiles: Tiles, j: number) {
    const { trigger, thresholds } = bounds!;
    boundModulus(tiles);
    body
      .get(low)
      .f64x2(Math.sqrt(trigger) * inflation)
      .op('f64x2.ge')
      .get(tiles.live)
      .op('v128.and')
      .tee(mask);
    body.op('v128.any_true').if(() => {
      const always = thresholds.filter(({ finite }) => finite >= told);
      body
        .get(low, low)
        .op('f64x2.mul')
        .f64x2(2 - inflation)
        .op('f64x2.mul')
        .set(low);
      body.get(high, high).op('f64x2.mul').f64x2(inflation).op('f64x2.mul').set(high);
      body.get(steps).f64x2(always.length).op('f64x2.add').tee(first).set(second);
      for (const { finite, overflown } of thresholds.slice(always.length)) {
        body.get(first, high).f64x2(finite).op('f64x2.lt').f64x2(1).op('v128.and', 'f64x2.add').set(first);
        body
          .get(second, low)
          .f64x2(overflown)
          .op('f64x2.lt')
          .f64x2(1)
          .op('v128.and', 'f64x2.add')
          .set(second);
      }
      body.get(first).f64x2(iterations).op('f64x2.min').set(first);
      body.get(second).f64x2(iterations).op('f64x2.min').set(second);
      // Who is far out and not of one count stays so.
      body
        .get(mask)
        .get(first, second)
        .op('f64x2.eq')
        .get(high)
        .f64x2(told)
        .op('f64x2.lt', 'v128.and', 'v128.and');
      body.get(tiles.live, mask).op('v128.andnot').set(any);
      tell(tiles);
      body.get(tiles.live, any).op('v128.andnot').tee(mask).op('v128.any_true');
      body.if(() => describe(tiles, j));
      body.get(any).set(tiles.live);
    });
  }

  /** Writes z's model of the tiles in `mask`, which are far out now. */
  function describe(tiles: Tiles, j: number) {
    for (const name of ['zRe', 'zIm', 'dRe', 'dIm', 'gRe', 'gIm', 'rest'] as const) {
      const offset = 8 * testRows[name] + 16 * j;
      body.get(address, tiles[name], address).load(offset).get(mask).op('v128.bitselect').store(offset);
    }
    body.f64x2(-2).get(steps).op('f64x2.sub').get(tiles.count, mask).op('v128.bitselect').set(tiles.count);
  }

  /** Tells that the last step is the one in which the live tiles of the mask on the stack have escaped. */
  function tellLastStep(tiles: Tiles) {
    body
      .get(tiles.live)
      .op('v128.and')
      .tee(any)
      .op('v128.any_true')
      .if(() => {
        body.get(steps).f64x2(1).op('f64x2.sub').set(first).get(any);
        tell(tiles);
      });
  }

  function testBailout(tiles: Tiles, radius: number) {
    boundModulus(tiles);
    body
      .get(low)
      .f64x2(radius * inflation)
      .op('f64x2.ge');
    body.get(tiles.size).f64x2(largest).op('f64x2.lt', 'v128.and');
    tellLastStep(tiles);
    body
      .get(high)
      .f64x2(radius * (2 - inflation))
      .op('f64x2.le')
      .get(tiles.live)
      .op('v128.and')
      .set(tiles.live);
  }

  function keepBefore({ zRe, zIm, spread, beforeRe, beforeIm, beforeSpread }: Tiles) {
    body.get(zRe).set(beforeRe).get(zIm).set(beforeIm).get(spread).set(beforeSpread);
  }

  /** |z - before| is at least low and at most high. */
  function testConvergence(tiles: Tiles, converged: number, bailout: number | undefined) {
    const { zRe, zIm, spread, size, beforeRe, beforeIm, beforeSpread, live } = tiles;
    if (bailout !== undefined) testBailout(tiles, bailout);
    body.get(zRe, beforeRe).op('f64x2.sub').set(first).get(zIm, beforeIm).op('f64x2.sub').set(second);
    emitModulus(first, second).set(first).get(spread, beforeSpread).op('f64x2.add').set(second);
    // The rounding of the difference itself is relative to the sizes of what is subtracted.
    body
      .get(size)
      .f64x2(2 ** -48)
      .op('f64x2.mul')
      .get(second)
      .op('f64x2.add')
      .f64x2(inflation)
      .op('f64x2.mul');
    body
      .set(second)
      .get(first)
      .f64x2(2 - inflation)
      .op('f64x2.mul')
      .get(second)
      .op('f64x2.sub')
      .set(low);
    body.get(first, second).op('f64x2.add').f64x2(inflation).op('f64x2.mul').set(high);
    body
      .get(high)
      .f64x2(converged * (2 - inflation))
      .op('f64x2.lt');
    tellLastStep(tiles);
    body
      .get(low)
      .f64x2(converged * inflation)
      .op('f64x2.ge')
      .get(live)
      .op('v128.and')
      .set(live);
  }

  /**
   * Now and then the model is kept: for each sample point, the disc with all z in it that the model allows. When each
   * lies around its own later disc, which |mid - mid'| + |D - D'| rho + |G - G'| rho + rest <= rest' makes certain, no
   * orbit ever leaves the discs between, and none of them has escaped: a step takes every z of a point's disc into its
   * next one. If the tile was about to come back, the discs are made wider than they need be, because those that grow
   * towards their final width never lie within earlier ones (Rump's epsilon-inflation).
   */
  function lookForReturn() {
    for (const tiles of all) {
      const { zRe, zIm, rest, keptRe, keptIm, keptRest, nearest, live } = tiles;
      body.get(zRe, keptRe).op('f64x2.sub').tee(first).get(first).op('f64x2.mul');
      body.get(zIm, keptIm).op('f64x2.sub').tee(first).get(first).op('f64x2.mul', 'f64x2.add').tee(second);
      body.get(nearest).op('f64x2.min').set(nearest);
      // What is told sooner comes first, for it seldom holds.
      body.get(second, keptRest, rest).op('f64x2.sub').tee(first).get(first).op('f64x2.mul', 'f64x2.le');
      body.get(first).f64x2(0).op('f64x2.ge', 'v128.and').get(live).op('v128.and').tee(any);
      body.op('v128.any_true').if(() => {
        isWithinKept(tiles);
        body.get(any).op('v128.and').set(any).f64x2(iterations).set(first).get(any);
        tell(tiles);
      });
    }
    body
      .get(taken, keepAt)
      .op('i64.eq')
      .if(() => {
        body.get(keepAt).i64(1).op('i64.shl').set(keepAt);
        for (const tiles of all) keep(tiles);
      });
  }

  /** Ones where the discs lie within those that are kept; what is lost in these few operations `inflation` covers. */
  function isWithinKept(tiles: Tiles) {
    const { zRe, zIm, dRe, dIm, gRe, gIm, rest, rho } = tiles;
    emitDistance(dRe, dIm, tiles.keptDRe, tiles.keptDIm);
    if (model!.g) emitDistance(gRe, gIm, tiles.keptGRe, tiles.keptGIm).op('f64x2.add');
    body.get(rho).op('f64x2.mul');
    emitDistance(zRe, zIm, tiles.keptRe, tiles.keptIm).op('f64x2.add').get(rest).op('f64x2.add');
    body.f64x2(inflation).op('f64x2.mul').get(tiles.keptRest).op('f64x2.le');
  }

  function emitDistance(re: number, im: number, otherRe: number, otherIm: number) {
    body.get(re, otherRe).op('f64x2.sub').set(first).get(im, otherIm).op('f64x2.sub').set(second);
    return emitModulus(first, second);
  }

  function keep(tiles: Tiles) {
    const { spread, rest, keptRest, nearest } = tiles;
    for (const [kept, name] of keptNames) body.get(tiles[name]).set(tiles[kept]);
    body.get(spread).f64x2(returning).op('f64x2.mul').tee(first).get(first).op('f64x2.mul');
    body.get(nearest).op('f64x2.ge').get(spread).f64x2(wider).op('f64x2.mul');
    body.f64x2(widerFloor).op('f64x2.add', 'v128.and').tee(first);
    // The spread has been inflated, so that the sum still bounds what it stands for.
    body.get(spread).op('f64x2.add').set(spread).get(rest, first).op('f64x2.add');
    body.tee(rest).set(keptRest).f64x2(Infinity).set(nearest);
  }
}
