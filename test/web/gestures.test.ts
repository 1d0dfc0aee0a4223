// Fingers and wheels as numbers, without a browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boxed } from '../../web/box.js';
import { type Camera, type Point, pointAt } from '../../web/camera.js';
import { wheelFactor } from '../../web/gestures.js';
import { Pinch } from '../../web/pinch.js';

const size = { width: 400, height: 300 };
const other: Point = [100, 100];
/** The moving finger at so many degrees and pixels from the other. */
const finger = (degrees: number, distance: number): Point => {
  const angle = (degrees * Math.PI) / 180;
  return [other[0] + distance * Math.cos(angle), other[1] + distance * Math.sin(angle)];
};
function pinched(from: Camera, ...fingers: Point[]): Camera {
  const pinch = new Pinch(from.rotation);
  return fingers
    .slice(1)
    .reduce((camera, after, i) => pinch.moved(camera, size, other, fingers[i]!, after), from);
}
const upright: Camera = { re: '0', im: '0', width: 4, rotation: 0 };

test('a pinch that is not quite straight zooms and does not turn', () => {
  const { width, rotation } = pinched(upright, finger(0, 50), finger(4, 80), finger(9, 100), finger(3, 100));
  assert.ok(Math.abs(width - 2) < 1e-9);
  assert.equal(rotation, 0);
});

test('fingers that clearly turn turn the picture as far as they do, and near upright it is upright', () => {
  const turned = pinched(upright, finger(0, 50), finger(8, 50), finger(30, 50));
  assert.ok(Math.abs(Math.abs(turned.rotation) - 30) < 1e-3);
  const back = pinched(turned, finger(30, 50), finger(15, 50), finger(4, 50));
  assert.equal(back.rotation, 0);
  const around = pinched(upright, finger(0, 50), finger(120, 50), finger(240, 50), finger(358, 50));
  assert.equal(around.rotation, 0);
});

test('what two fingers do on a touch pad zooms far more than a wheel that turns as far; a notch is a notch', () => {
  const turn = (deltaY: number, ctrlKey = false, deltaMode = 0) =>
    wheelFactor({ deltaY, deltaMode, ctrlKey } as WheelEvent);
  const pinch = turn(-10, true) ** 10;
  assert.ok(pinch > 3 && pinch < 5, `100 pixels zoom ${pinch} times`);
  assert.equal(turn(-250), 2);
  assert.equal(turn(250), 0.5);
  assert.equal(turn(-120, true), turn(-120));
  assert.equal(turn(-3, false, 1), turn(-48));
  assert.equal(turn(-1e9), turn(-300));
});

test('a rectangle that is drawn is shown whole, in the middle, and as large as it fits, from whichever corner', () => {
  for (const rotation of [0, 30]) {
    const from: Camera = { ...upright, rotation };
    const wide = boxed(from, size, [100, 50], [300, 100]);
    assert.ok(Math.abs(wide.width - 2) < 1e-9 && wide.rotation === rotation);
    const [re, im] = pointAt(from, size, [200, 75]);
    assert.ok(Math.hypot(Number(wide.re) - re, Number(wide.im) - im) < 1e-5);
    assert.deepEqual(boxed(from, size, [300, 100], [100, 50]), wide);
    // A high one is as high as the page.
    assert.ok(Math.abs(boxed(from, size, [10, 0], [20, 150]).width - 2) < 1e-9);
  }
});
