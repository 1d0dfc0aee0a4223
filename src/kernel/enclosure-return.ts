// Whether a tile has returned into where it was: then it stays there for ever.
import { emitModulus, keptNames, type Test, type Tiles, tell } from './enclosure-tiles.js';
import { inflation, underflow } from './model-arithmetic.js';

/** A tile is about to return when its middle has been within this many spreads of where it was. */
const returning = 4;
/** How much its discs are then widened, in spreads. */
const wider = 0.0625;
/**
 * The absolute part of the widening: where orbits fall into 0, the spread itself shrinks to the floor of a modulus, and
 * `isWithinKept` adds up to three such floors. Without this, no disc would ever be within a kept one.
 */
const widerFloor = 8 * Math.sqrt(underflow);

/**
 * From time to time the model is kept: for each sample point, the disc of all z that the model allows. When each of
 * these discs contains its own later disc, which |mid - mid'| + |D - D'| rho + |G - G'| rho + rest <= rest' ensures, no
 * orbit ever leaves the discs in between, and none of them has escaped: a step takes every z of a point's disc into its
 * next one. If the tile was about to return, the discs are widened, because discs that grow towards their final width
 * are never within earlier ones (Rump's epsilon-inflation).
 */
export function lookForReturn(test: Test, all: readonly Tiles[], keepAt: number) {
  const { body, job, taken, any, first, second } = test;
  for (const tiles of all) {
    const { zRe, zIm, rest, keptRe, keptIm, keptRest, nearest, live } = tiles;
    body.get(zRe, keptRe).op('f64x2.sub').tee(first).get(first).op('f64x2.mul');
    body.get(zIm, keptIm).op('f64x2.sub').tee(first).get(first).op('f64x2.mul', 'f64x2.add').tee(second);
    body.get(nearest).op('f64x2.min').set(nearest);
    // The cheaper test comes first, because it seldom holds.
    body.get(second, keptRest, rest).op('f64x2.sub').tee(first).get(first).op('f64x2.mul', 'f64x2.le');
    body.get(first).f64x2(0).op('f64x2.ge', 'v128.and').get(live).op('v128.and').tee(any);
    body.op('v128.any_true').if(() => {
      isWithinKept(test, tiles);
      body.get(any).op('v128.and').set(any).f64x2(job.iterations).set(first).get(any);
      tell(test, tiles);
    });
  }
  body
    .get(taken, keepAt)
    .op('i64.eq')
    .if(() => {
      body.get(keepAt).i64(1).op('i64.shl').set(keepAt);
      for (const tiles of all) keep(test, tiles);
    });
}

/** Ones where the discs are within the kept ones; `inflation` covers the rounding errors of these few operations. */
function isWithinKept(test: Test, tiles: Tiles) {
  const { body, model } = test;
  const { zRe, zIm, dRe, dIm, gRe, gIm, rest, rho } = tiles;
  emitDistance(test, dRe, dIm, tiles.keptDRe, tiles.keptDIm);
  if (model.g) emitDistance(test, gRe, gIm, tiles.keptGRe, tiles.keptGIm).op('f64x2.add');
  body.get(rho).op('f64x2.mul');
  emitDistance(test, zRe, zIm, tiles.keptRe, tiles.keptIm).op('f64x2.add').get(rest).op('f64x2.add');
  body.f64x2(inflation).op('f64x2.mul').get(tiles.keptRest).op('f64x2.le');
}

function emitDistance(test: Test, re: number, im: number, otherRe: number, otherIm: number) {
  const { body, first, second } = test;
  body.get(re, otherRe).op('f64x2.sub').set(first).get(im, otherIm).op('f64x2.sub').set(second);
  return emitModulus(test, first, second);
}

function keep(test: Test, tiles: Tiles) {
  const { body, first } = test;
  const { spread, rest, keptRest, nearest } = tiles;
  for (const [kept, name] of keptNames) body.get(tiles[name]).set(tiles[kept]);
  body.get(spread).f64x2(returning).op('f64x2.mul').tee(first).get(first).op('f64x2.mul');
  body.get(nearest).op('f64x2.ge').get(spread).f64x2(wider).op('f64x2.mul');
  body.f64x2(widerFloor).op('f64x2.add', 'v128.and').tee(first);
  // The spread has been inflated, so that the sum is still a valid bound.
  body.get(spread).op('f64x2.add').set(spread).get(rest, first).op('f64x2.add');
  body.tee(rest).set(keptRest).f64x2(Infinity).set(nearest);
}
