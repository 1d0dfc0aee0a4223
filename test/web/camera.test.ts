import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gallery, inPixels } from 'mandoline';
import { viewPoints } from '../../src/scene/view.js';
import {
  type Camera,
  cameraOf,
  moved,
  pointAt,
  sceneOf,
  transformBetween,
  zoomed,
} from '../../web/camera.js';

const size = { width: 640, height: 400 };
const place = fc.tuple(fc.integer({ min: 0, max: 640 }), fc.integer({ min: 0, max: 400 }));
const cameras: fc.Arbitrary<Camera> = fc.record({
  re: fc.double({ min: -2, max: 2, noNaN: true }).map(String),
  im: fc.double({ min: -2, max: 2, noNaN: true }).map(String),
  width: fc.double({ min: 1e-6, max: 10, noNaN: true }),
  rotation: fc.integer({ min: -180, max: 180 }),
});
const near = (one: readonly number[], other: readonly number[], within: number) =>
  one.forEach((value, i) => {
    assert.ok(Math.abs(value - other[i]!) <= within, `${one} is not ${other}`);
  });

test('the point under the middle of a pixel is the sample point that the library counts', () => {
  fc.assert(
    fc.property(cameras, fc.nat(639), fc.nat(399), (camera, column, row) => {
      const { view } = sceneOf(inPixels(gallery.mandelbrot!.scene, 1, 1), camera, 640, 400);
      const { rowRe, rowIm, columnRe, columnIm } = viewPoints(view);
      const expected = [rowRe[row]! + columnRe[column]!, rowIm[row]! + columnIm[column]!];
      near(pointAt(camera, size, [column + 0.5, row + 0.5]), expected, 1e-9 * Math.max(4, camera.width));
    }),
  );
});

test('what is dragged stays under the pointer, and so does what is zoomed and turned about', () => {
  fc.assert(
    fc.property(
      cameras,
      place,
      place,
      fc.double({ min: 0.2, max: 5, noNaN: true }),
      fc.integer({ min: -90, max: 90 }),
      (camera, from, to, factor, degrees) => {
        const point = pointAt(camera, size, from);
        near(pointAt(moved(camera, size, from, to), size, to), point, 1e-9);
        const next = zoomed(camera, size, from, factor, degrees);
        near(pointAt(next, size, from), point, 1e-9);
        near([next.width], [Math.max(1e-14, camera.width / factor)], 1e-12);
        assert.ok(Math.abs(next.rotation) <= 180);
      },
    ),
  );
});

test('at any depth what is zoomed about stays under the pointer, to a thousandth of a pixel', () => {
  const deep = { re: '-1.25000000000000000000000000000000000000000000000000001', im: '1e-60', rotation: 30 };
  let camera: Camera = { ...deep, width: 1e-8 };
  const places = [camera];
  while (camera.width > 1e-290) {
    camera = zoomed(camera, size, [400, 100], 1e20);
    places.push(camera);
  }
  for (const [i, now] of places.entries()) {
    if (i === 0) continue;
    // The picture before, drawn where this one is: its pixel at that place is the fixed point.
    const [, , , , e, f] = /\((.*)\)/
      .exec(transformBetween(now, places[i - 1]!, size))![1]!
      .split(', ')
      .map(Number);
    near([e!, f!], [400 - size.width / 2, 100 - size.height / 2], 1e-3);
    const back = moved(moved(now, size, [10, 20], [300, 250]), size, [300, 250], [10, 20]);
    assert.equal(transformBetween(back, now, size), transformBetween(now, now, size));
  }
  assert.ok(camera.re.length > 280);
});

test('an old picture lies where its points are now', () => {
  fc.assert(
    fc.property(cameras, place, fc.double({ min: 0.5, max: 2, noNaN: true }), (drawn, at, factor) => {
      const now = zoomed(moved(drawn, size, [0, 0], [37, -21]), size, at, factor, 33);
      const [a, b, c, d, e, f] = /\((.*)\)/
        .exec(transformBetween(drawn, now, size))![1]!
        .split(', ')
        .map(Number);
      const [x, y] = [at[0] - size.width / 2, at[1] - size.height / 2];
      const there = [a! * x + c! * y + e! + size.width / 2, b! * x + d! * y + f! + size.height / 2] as const;
      near(pointAt(now, size, there), pointAt(drawn, size, at), 1e-7 * drawn.width);
    }),
  );
});

test('a middle that is where it was keeps all its digits', () => {
  const scene = inPixels(gallery.seahorse!.scene, 100, 80);
  const long = { ...scene, view: { ...scene.view, center: ['-0.74364388703715100000001', '0.1'] as const } };
  assert.deepEqual(sceneOf(long, cameraOf(long), 100, 80).view.center, long.view.center);
  assert.equal(sceneOf(long, { ...cameraOf(long), re: '1' }, 100, 80).view.center[0], '1');
});
