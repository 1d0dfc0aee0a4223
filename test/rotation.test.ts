// Cosines and sines of degrees: near Math's, exact where they are whole, and the same after each quarter turn.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cosAndSin } from '../src/rotation.js';

test('each is within 1e-15 of what Math gives, and both are exact at quarter turns', () => {
  for (let degrees = -90; degrees <= 90; degrees += 1 / 64) {
    const [cos, sin] = cosAndSin(degrees);
    const angle = (degrees * Math.PI) / 180;
    assert.ok(Math.abs(cos - Math.cos(angle)) < 1e-15, `cos ${degrees}`);
    assert.ok(Math.abs(sin - Math.sin(angle)) < 1e-15, `sin ${degrees}`);
  }
  for (const [degrees, cos, sin] of [
    [0, 1, 0],
    [90, 0, 1],
    [180, -1, 0],
    [270, 0, -1],
    [360, 1, 0],
    [-90, 0, -1],
  ] as const)
    assert.ok(cosAndSin(degrees)[0] === cos && cosAndSin(degrees)[1] === sin, String(degrees));
});

test('a quarter turn more swaps both, bit for bit, and the other way round mirrors', () => {
  // Multiples of 1/64, to which 90 can be added without rounding.
  const eighths = fc.integer({ min: -360 * 64, max: 270 * 64 }).map((each) => each / 64);
  fc.assert(
    fc.property(eighths, (degrees) => {
      const [cos, sin] = cosAndSin(degrees);
      const [nextCos, nextSin] = cosAndSin(degrees + 90);
      const [otherCos, otherSin] = cosAndSin(-degrees);
      // At odd eighths of a turn the nearest quarter is one or the other.
      if (degrees % 90 !== 0 && degrees % 45 === 0) return;
      assert.ok(
        nextCos === -sin && nextSin === cos && otherCos === cos && otherSin === -sin,
        String(degrees),
      );
    }),
  );
});

test('the bits are these on every machine', () => {
  assert.deepEqual(cosAndSin(30), [0.8660254037844387, 0.49999999999999994]);
  assert.deepEqual(cosAndSin(123.456), [-0.5512964442855824, 0.8343094333148066]);
});
