// How a tile ends: the whole tile has certainly escaped or converged in one step, or part of it may have, and then
// nothing is decided.
import { told } from './bounds.js';
import { address, emitModulus, type Test, type Tiles, tell, testRows } from './enclosure-tiles.js';
import { inflation, largest } from './model-arithmetic.js';

/**
 * A tile is given up when its points are spread over more than this, or over more than this fraction of their distance
 * from 0: it is then unlikely to be decided. Tuned on the lesson's picture and on the whole Mandelbrot set.
 */
const widest = 0.25;
const widestPart = 0.5;

/** Keeps in `live` only the tiles that are narrow enough; drops those with NaNs. */
export function giveUpWide(test: Test, { size, spread, live }: Tiles) {
  const { body } = test;
  body.get(spread).f64x2(widest).get(size).f64x2(widestPart).op('f64x2.mul', 'f64x2.max', 'f64x2.le');
  body.get(size).f64x2(largest).op('f64x2.lt', 'v128.and').get(live).op('v128.and').set(live);
}

/** Bounds of |z| in `low` and `high`, for tiles below `largest`. */
function boundModulus(test: Test, { size, spread }: Tiles) {
  const { body, low, high } = test;
  body
    .get(size)
    .f64x2(2 - inflation)
    .op('f64x2.mul')
    .get(spread)
    .op('f64x2.sub')
    .set(low);
  body.get(size, spread).op('f64x2.add').f64x2(inflation).op('f64x2.mul').set(high);
}

/** The whole tile is far out: its points have one count if their |z|^2 are all between the same thresholds. */
export function testOverflow(test: Test, tiles: Tiles, j: number) {
  const { body, job, bounds, any, low, high, steps, mask, first, second } = test;
  const { trigger, thresholds } = bounds!;
  boundModulus(test, tiles);
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
      body.get(second, low).f64x2(overflown).op('f64x2.lt').f64x2(1).op('v128.and', 'f64x2.add').set(second);
    }
    body.get(first).f64x2(job.iterations).op('f64x2.min').set(first);
    body.get(second).f64x2(job.iterations).op('f64x2.min').set(second);
    // Tiles that are far out with several counts stay so.
    body
      .get(mask)
      .get(first, second)
      .op('f64x2.eq')
      .get(high)
      .f64x2(told)
      .op('f64x2.lt', 'v128.and', 'v128.and');
    body.get(tiles.live, mask).op('v128.andnot').set(any);
    tell(test, tiles);
    body.get(tiles.live, any).op('v128.andnot').tee(mask).op('v128.any_true');
    body.if(() => describe(test, tiles, j));
    body.get(any).set(tiles.live);
  });
}

/** Writes z's model for the tiles in `mask`, which are now far out. */
function describe(test: Test, tiles: Tiles, j: number) {
  const { body, steps, mask } = test;
  for (const name of ['zRe', 'zIm', 'dRe', 'dIm', 'gRe', 'gIm', 'rest'] as const) {
    const offset = 8 * testRows[name] + 16 * j;
    body.get(address, tiles[name], address).load(offset).get(mask).op('v128.bitselect').store(offset);
  }
  body.f64x2(-2).get(steps).op('f64x2.sub').get(tiles.count, mask).op('v128.bitselect').set(tiles.count);
}

/** Records that the live tiles of the mask on the stack escaped in the last step. */
function tellLastStep(test: Test, tiles: Tiles) {
  const { body, any, steps, first } = test;
  body
    .get(tiles.live)
    .op('v128.and')
    .tee(any)
    .op('v128.any_true')
    .if(() => {
      body.get(steps).f64x2(1).op('f64x2.sub').set(first).get(any);
      tell(test, tiles);
    });
}

export function testBailout(test: Test, tiles: Tiles, radius: number) {
  const { body, low, high } = test;
  boundModulus(test, tiles);
  body
    .get(low)
    .f64x2(radius * inflation)
    .op('f64x2.ge');
  body.get(tiles.size).f64x2(largest).op('f64x2.lt', 'v128.and');
  tellLastStep(test, tiles);
  body
    .get(high)
    .f64x2(radius * (2 - inflation))
    .op('f64x2.le')
    .get(tiles.live)
    .op('v128.and')
    .set(tiles.live);
}

/** Bounds |z - before|: at least low and at most high. */
export function testConvergence(test: Test, tiles: Tiles, converged: number, bailout: number | undefined) {
  const { body, low, high, first, second } = test;
  const { zRe, zIm, spread, size, beforeRe, beforeIm, beforeSpread, live } = tiles;
  if (bailout !== undefined) testBailout(test, tiles, bailout);
  body.get(zRe, beforeRe).op('f64x2.sub').set(first).get(zIm, beforeIm).op('f64x2.sub').set(second);
  emitModulus(test, first, second).set(first).get(spread, beforeSpread).op('f64x2.add').set(second);
  // The rounding error of the difference itself is relative to the sizes of its operands.
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
  tellLastStep(test, tiles);
  body
    .get(low)
    .f64x2(converged * inflation)
    .op('f64x2.ge')
    .get(live)
    .op('v128.and')
    .set(live);
}
