// Whether a tile has come back into where it was: then it stays there for ever.
import { emitModulus, keptNames, type Test, type Tiles, tell } from './enclosure-tiles.js';
import { inflation, underflow } from './model-arithmetic.js';

/** A tile is about to come back when its middle has been nearer to where it was than so many spreads. */
const returning = 4;
/** How much wider its discs are made then, in spreads. */
const wider = 0.0625;
/**
 * And by how much besides: where orbits fall into 0, the spread itself shrinks to the floor of a modulus, and
 * `isWithinKept` adds up to three such floors. Without this no disc would ever lie within a kept one.
 */
const widerFloor = 8 * Math.sqrt(underflow);

/**
 * Now and then the model is kept: for each sample point, the disc with all z in it that the model allows. When each
 * lies around its own later disc, which |mid - mid'| + |D - D'| rho + |G - G'| rho + rest <= rest' makes certain, no
 * orbit ever leaves the discs between, and none of them has escaped: a step takes every z of a point's disc into its
 * next one. If the tile was about to come back, the discs are made wider than they need be, because those that grow
 * towards their final width never lie within earlier ones (Rump's epsilon-inflation).
 */
export function lookForReturn(test: Test, all: readonly Tiles[], keepAt: number) {
  const { body, job, taken, any, first, second } = test;
  for (const tiles of all) {
    const { zRe, zIm, rest, keptRe, keptIm, keptRest, nearest, live } = tiles;
    body.get(zRe, keptRe).op('f64x2.sub').tee(first).get(first).op('f64x2.mul');
    body.get(zIm, keptIm).op('f64x2.sub').tee(first).get(first).op('f64x2.mul', 'f64x2.add').tee(second);
    body.get(nearest).op('f64x2.min').set(nearest);
    // What is told sooner comes first, for it seldom holds.
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

/** Ones where the discs lie within those that are kept; what is lost in these few operations `inflation` covers. */
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
  // The spread has been inflated, so that the sum still bounds what it stands for.
  body.get(spread).op('f64x2.add').set(spread).get(rest, first).op('f64x2.add');
  body.tee(rest).set(keptRest).f64x2(Infinity).set(nearest);
}
