// The arithmetics of the exact kernels, each with its unit u, a bound of the relative error of + - * / and of rounding:
// - double: IEEE 754 doubles, u = 2^-53, for spacings down to 2^-960.
// - pair: double-double, the sum of two doubles. Sums by Knuth's two-sum, products by Dekker's splitting without fused
//   multiply-add. Joldes, Muller and Popescu ("Tight and rigorous error bounds for basic building blocks of
//   double-word arithmetic", 2017) bound accurate sums by 3 v^2 + 13 v^3, products by 5 v^2, v = 2^-53: below 2^-103.
//   u = 2^-102 leaves room for complex products, whose error is below 2.83 u for any arithmetic of such a bound.
//   Its bounds (mag) are doubles. The step (next_distance) normalises its result only: with s = 2 Z + d, M = 2 |Z| + |d|,
//   - the parts of s are sh + sl, sl the error of the sum of the high parts plus the low parts, within 3.1 v^2 M of s;
//   - a product of parts is p + l, where l lacks the product of the low parts: within 12.1 v^2 of its moduli's product,
//     of which |l| is at most 4.1 v; the sum of two products and dc, low parts first, is within 43 v^2 of these moduli
//     and 4 v^2 |dc|, and the moduli of both parts together are at most 2^(1/2) M |d|.
//   That is (61 + 3.1) v^2 M |d| + 6 v^2 |dc|, and M <= 5 |z|: with Z's own rounding less than 21 u |z| |d|.
// - scaled: a double from 1 to 2 and an exponent of 32 bits, u = 2^-53; nothing under- or overflows.
import { f64, i32 } from '../assembler.js';
import type { Arithmetic } from './compile.js';

const unit = 2 ** -53;
/** Constants of all arithmetics. Bounds are multiplied by those whose names begin with UP. */
const constants = {
  UP: 1 + 2 ** -48,
  UP40: 1 + 2 ** -40,
  DOWN40: 1 - 2 ** -40,
  UP30: 1 + 2 ** -30,
  DOWN30: 1 - 2 ** -30,
  DOWN20: 1 - 2 ** -20,
  EPS40: 2 ** -40,
  UD: unit,
};

/** A step of perturbation (follow.ts), and the square of |a + b|, up to 4 roundings of |a| + |b|. */
const plainStep = `
inline function n2_of_sum(a: complex, b: complex): mag { return n2(a + b); }
inline function next_distance(Z: complex, d: complex, dc: complex): complex { return (Z + Z + d) * d + dc; }
`;

/** Moduli: n1 and modulus are at least |a|; n2 is |a|^2 up to 4 roundings; `modulus` avoids squares that overflow. */
const moduli = `
inline function n1(a: complex): mag { return (bound(a.re) + bound(a.im)) * UP; }
inline function n2(a: complex): mag {
  let x = near(a.re);
  let y = near(a.im);
  return x * x + y * y;
}
`;
/** A modulus whose square may under- or overflow in doubles. */
const modulus = `
function modulus(a: complex): mag {
  let q = n2(a);
  if (q > 1e-280 && q < 1e280) { return sqrt(q) * UP; }
  let x = bound(a.re);
  let y = bound(a.im);
  let most = max(x, y);
  if (!(most > 0.0)) { return most; }
  let part = min(x, y) / most;
  return most * sqrt(part * part + 1.0) * UP;
}
`;

export const doubleArithmetic: Arithmetic = {
  name: 'double',
  parts: { int: [i32], double: [f64], real: [f64], mag: [f64], complex: [f64, f64] },
  text: `
inline function bound(a: real): mag { return abs(a); }
inline function near(a: real): mag { return a; }
inline function root(a: mag): mag { return sqrt(a + TINY); }
inline function halve(a: mag): mag { return a * 0.5; }
inline function flat(a: mag): double { return a; }
inline function real_mag(a: mag): real { return a; }
${moduli}${modulus}${plainStep}`,
  constants: { ...constants, U: unit, NOISE: 17, LEAST_SQUARE: 1e-290, TINY: 1e-300, ETA: 2 ** -1040 },
};

export const pairArithmetic: Arithmetic = {
  name: 'pair',
  parts: { int: [i32], double: [f64], real: [f64, f64], mag: [f64], complex: [f64, f64, f64, f64] },
  text: `
inline function quick(a: double, b: double): double, double {
  let s = a + b;
  return s, b - (s - a);
}
inline function two_sum(a: double, b: double): double, double {
  let s = a + b;
  let t = s - a;
  return s, (a - (s - t)) + (b - t);
}
inline function pair_add(a: double, b: double, c: double, d: double): double, double {
  let s, e = two_sum(a, c);
  let t, f = two_sum(b, d);
  let g, h = quick(s, e + t);
  let i, j = quick(g, h + f);
  return i, j;
}
inline function pair_mul(a: double, b: double, c: double, d: double): double, double {
  let p = a * c;
  let ta = a * 134217729.0;
  let ah = ta - (ta - a);
  let al = a - ah;
  let tc = c * 134217729.0;
  let ch = tc - (tc - c);
  let cl = c - ch;
  let e = ((ah * ch - p) + ah * cl + al * ch) + al * cl;
  let i, j = quick(p, e + (a * d + b * c));
  return i, j;
}
inline function real_of(a: double): real { return as_real(a, 0.0); }
inline function real_neg(a: real): real { return as_real(-high(a), -low(a)); }
inline function real_add(a: real, b: real): real {
  let h, l = pair_add(high(a), low(a), high(b), low(b));
  return as_real(h, l);
}
inline function real_sub(a: real, b: real): real {
  let h, l = pair_add(high(a), low(a), -high(b), -low(b));
  return as_real(h, l);
}
inline function real_mul(a: real, b: real): real {
  let h, l = pair_mul(high(a), low(a), high(b), low(b));
  return as_real(h, l);
}
inline function bound(a: real): mag { return abs(high(a)) * UP; }
inline function near(a: real): mag { return high(a); }
inline function root(a: mag): mag { return sqrt(a + TINY); }
inline function halve(a: mag): mag { return a * 0.5; }
inline function flat(a: mag): double { return a; }
inline function real_mag(a: mag): real { return as_real(a, 0.0); }
${moduli}${modulus}
inline function n2_of_sum(a: complex, b: complex): mag {
  let x = high(a.re) + high(b.re);
  let y = high(a.im) + high(b.im);
  return x * x + y * y;
}
inline function halves(a: double): double, double {
  let t = a * 134217729.0;
  let h = t - (t - a);
  return h, a - h;
}
// What the product p of a and c lacks, from their halves.
inline function lost(p: double, ah: double, al: double, ch: double, cl: double): double {
  return ((ah * ch - p) + (ah * cl + al * ch)) + al * cl;
}
inline function next_distance(Z: complex, d: complex, dc: complex): complex {
  let x, xt = two_sum(high(Z.re) * 2.0, high(d.re));
  let y, yt = two_sum(high(Z.im) * 2.0, high(d.im));
  let xl = xt + (low(Z.re) * 2.0 + low(d.re));
  let yl = yt + (low(Z.im) * 2.0 + low(d.im));
  let a = high(d.re);
  let b = high(d.im);
  let al = low(d.re);
  let bl = low(d.im);
  let x1, x2 = halves(x);
  let y1, y2 = halves(y);
  let a1, a2 = halves(a);
  let b1, b2 = halves(b);
  let xa = x * a;
  let yb = y * b;
  let xb = x * b;
  let ya = y * a;
  let lost_xa = lost(xa, x1, x2, a1, a2) + (x * al + xl * a);
  let lost_yb = lost(yb, y1, y2, b1, b2) + (y * bl + yl * b);
  let lost_xb = lost(xb, x1, x2, b1, b2) + (x * bl + xl * b);
  let lost_ya = lost(ya, y1, y2, a1, a2) + (y * al + yl * a);
  let re, re1 = two_sum(xa, -yb);
  let im, im1 = two_sum(xb, ya);
  let re_c, re2 = two_sum(re, high(dc.re));
  let im_c, im2 = two_sum(im, high(dc.im));
  let re_h, re_l = two_sum(re_c, ((lost_xa - lost_yb) + (re1 + re2)) + low(dc.re));
  let im_h, im_l = two_sum(im_c, ((lost_xb + lost_ya) + (im1 + im2)) + low(dc.im));
  return complex(as_real(re_h, re_l), as_real(im_h, im_l));
}
`,
  constants: { ...constants, U: 2 ** -102, NOISE: 21, TINY: 1e-300, ETA: 2 ** -1040 },
};

/** The exponent of 0, so low that 0 vanishes in every sum. */
const exponentOfZero = -(2 ** 28);
const scaledOf = (type: 'real' | 'mag') => `
function ${type}_make(m: double, e: int): ${type} {
  if (m == 0.0) { return as_${type}(0.0, NONE); }
  return as_${type}(mantissa(m), e + exponent(m) - 1023);
}
inline function ${type}_of(a: double): ${type} { return ${type}_make(a, 0); }
inline function ${type}_neg(a: ${type}): ${type} { return as_${type}(-high(a), low(a)); }
function ${type}_add(a: ${type}, b: ${type}): ${type} {
  let k = low(a) - low(b);
  if (k >= 0) {
    if (k > 110) { return a; }
    return ${type}_make(high(a) + high(b) * power_of_two(-k), low(a));
  }
  if (k < -110) { return b; }
  return ${type}_make(high(b) + high(a) * power_of_two(k), low(b));
}
inline function ${type}_sub(a: ${type}, b: ${type}): ${type} { return ${type}_add(a, ${type}_neg(b)); }
function ${type}_mul(a: ${type}, b: ${type}): ${type} { return ${type}_make(high(a) * high(b), low(a) + low(b)); }
function ${type}_div(a: ${type}, b: ${type}): ${type} { return ${type}_make(high(a) / high(b), low(a) - low(b)); }
function ${type}_less(a: ${type}, b: ${type}): int {
  let x = high(a);
  let y = high(b);
  if ((x == 0.0 || y == 0.0) || x * y < 0.0) { return x < y; }
  if (low(a) == low(b)) { return x < y; }
  return (low(a) < low(b)) == (x > 0.0);
}
function ${type}_sqrt(a: ${type}): ${type} {
  if (high(a) == 0.0) { return a; }
  let half = low(a) >> 1;
  return ${type}_make(sqrt(high(a) * (1.0 + double(low(a) - half * 2))), half);
}
inline function ${type}_abs(a: ${type}): ${type} { return as_${type}(abs(high(a)), low(a)); }
`;

export const scaledArithmetic: Arithmetic = {
  name: 'scaled',
  parts: { int: [i32], double: [f64], real: [f64, i32], mag: [f64, i32], complex: [f64, i32, f64, i32] },
  text: `
${scaledOf('real')}
${scaledOf('mag')}
inline function bound(a: real): mag { return as_mag(abs(high(a)), low(a)); }
inline function near(a: real): mag { return as_mag(high(a), low(a)); }
inline function root(a: mag): mag { return mag_sqrt(a); }
inline function halve(a: mag): mag { return a * 0.5; }
inline function real_mag(a: mag): real { return as_real(high(a), low(a)); }
function flat(a: mag): double {
  if (low(a) < -1000) { return 0.0; }
  if (low(a) > 1000) { return high(a) * HUGE; }
  return high(a) * power_of_two(low(a));
}
${moduli}
function modulus(a: complex): mag { return mag_sqrt(n2(a)) * UP; }
${plainStep}`,
  constants: {
    ...constants,
    U: unit,
    NOISE: 17,
    LEAST_SQUARE: 0,
    TINY: 0,
    ETA: 0,
    NONE: exponentOfZero,
    HUGE: 2 ** 1000,
  },
  whole: ['NONE'],
};
