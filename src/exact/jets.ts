// Blocks of many steps at once: second-order jets with a proved remainder. With d the distance from the reference and
// g = dc / DC, |g| <= 1, l steps are
//   d_l = A d + B g + C20 d^2 + C11 d g + C02 g^2 + eps,
//   |eps| <= c3 x^3 + c2 x^2 + c1 x + c0 (truncation) + s2 x^2 + s1 x + s0 (rounding)  for |d| <= x <= rv.
// One step is A = 2 Z, B = DC, C20 = 1. Two blocks are merged by substituting the first's polynomial into the second's,
// with L = A d + B g and S the first's quadratic part and remainder:
//   eps <= |Ay| epsx + |C20y| (2 |L| |S| + |S|^2) + |C11y| |S| + epsy(|d1|),   |d1| <= a x + b.
// Degrees above 3 are reduced by x <= rv. The two remainders are kept apart, because truncation limits where a block
// may be used and rounding does not: single steps round as well. A block is used from rlo to r, where its truncation is
// at most tau (|A| x + |B|), or less than its rounding. rv keeps the quadratic part below 1/32 and the cubic remainder
// below 1/64 of the linear part: beyond that, the bound a >> |A| grows from level to level. First-order blocks:
// Zhuoran, "Bivariate linear approximation", 2021; the remainders of composed jets follow from Taylor's theorem.

/** The layout of a record, in bytes, by the number of parts of a real and of a mag; each part takes 8 bytes. */
export function recordOf(realParts: number, magParts: number) {
  const complex = ['A', 'B', 'C20', 'C11', 'C02'];
  const mags = ['aA', 'a20', 'a11', 'c3', 'c2', 'c1', 'c0', 's2', 's1', 's0', 'rv'];
  const offsets: Record<string, number> = {};
  let at = 0;
  for (const name of complex) {
    offsets[`J_${name}`] = at;
    at += 16 * realParts;
  }
  for (const name of mags) {
    offsets[`J_${name}`] = at;
    at += 8 * magParts;
  }
  // The radii of the two tolerances (r, rlo) have a separate array, because most tests of them fail.
  return { offsets, bytes: at, radiusBytes: 4 * 8 * magParts, magBytes: 8 * magParts };
}

/** A record's parts, which are loaded into variables x_A, x_B, ... */
const complexParts = ['A', 'B', 'C20', 'C11', 'C02'];
const magParts = ['aA', 'a20', 'a11', 'c3', 'c2', 'c1', 'c0', 's2', 's1', 's0', 'rv'];
const loads = (x: string) =>
  [
    ...complexParts.map((part) => `let ${x}_${part} = load_complex(${x} + J_${part});`),
    ...magParts.map((part) => `let ${x}_${part} = load_mag(${x} + J_${part});`),
  ].join('\n');
const stores = (at: string) =>
  [...complexParts, ...magParts].map((part) => `store(${at} + J_${part}, ${part});`).join('\n');

export const jetsText = `
inline function raised(v: mag): mag { return v * UP40; }

// The block of the one step from index m.
function step_block(at: int, orbit: int, m: int) {
  let Z = load_complex(orbit + m * ORBIT_BYTES);
  let A = Z + Z;
  let one = complex(1.0, 0.0);
  let none = complex(0.0, 0.0);
  let B = complex(real_mag(load_mag(AT_DC)), 0.0);
  let C20 = one;
  let C11 = none;
  let C02 = none;
  let zero = load_mag(AT_DC) * 0.0;
  let aA = modulus(A);
  let a20 = zero + 1.0;
  let a11 = zero;
  let c3 = zero;
  let c2 = zero;
  let c1 = zero;
  let c0 = zero;
  let s2 = zero;
  let s1 = aA * (U * 1.01);
  // The rounding of dc and of g belongs to B.
  let s0 = load_mag(AT_RES) + load_mag(AT_DC) * (U * 4.0) + ETA;
  let room = load_mag(AT_R) - modulus(Z);
  let rv = select(room > 0.0, room, zero - 1.0);
  ${stores('at')}
}

// The block of the steps of block x and then of block y.
function merge_blocks(x: int, y: int, at: int) {
  let dead = load_mag(AT_DC) * 0.0 - 1.0;
  store(at + J_rv, dead);
  if (load_mag(x + J_rv) > 0.0 && load_mag(y + J_rv) > 0.0) { merge_living(x, y, at); }
}
function merge_living(x: int, y: int, at: int) {
  ${loads('x')}
  ${loads('y')}
  let A = y_A * x_A;
  let B = y_A * x_B + y_B;
  let C20 = y_A * x_C20 + (y_C20 * x_A) * x_A;
  let mixed = (y_C20 * x_A) * x_B;
  let C11 = y_A * x_C11 + (mixed + mixed) + y_C11 * x_A;
  let C02 = y_A * x_C02 + (y_C20 * x_B) * x_B + y_C11 * x_B + y_C02;
  let aA = modulus(A);
  let a20 = modulus(C20);
  let a11 = modulus(C11);
  let xB = modulus(x_B);
  let x02 = modulus(x_C02);
  let r1 = x_rv;
  if (x_a20 > 0.0) { r1 = min(r1, x_aA * 0.03125 / x_a20); }
  if (x_c3 > 0.0) { r1 = min(r1, root(x_aA / x_c3) * 0.125); }
  let zero = r1 * 0.0;
  if (r1 > 0.0) {
    // S = the quadratic part and all of x's remainder, a polynomial in |d|.
    let t0 = x02 + x_c0 + x_s0;
    let t1 = x_a11 + x_c1 + x_s1;
    let t2 = x_a20 + x_c2 + x_s2;
    let t3 = x_c3;
    let b = (xB + t0) * UP40;
    // A polynomial with coefficients >= 0 is below its chord.
    let a = max(((t3 * r1 + t2) * r1 + t1 + x_aA) * UP40, x_aA);
    let rv = zero - 1.0;
    if (a > 0.0) { rv = min(r1, (y_rv - b) / a * DOWN40); }
    if (rv > 0.0) {
      // |C20y| (2 |L| |S| + |S|^2): what is large first, so that no product underflows before it is multiplied by it.
      let kB = y_a20 * xB * 2.0;
      let kA = y_a20 * x_aA * 2.0;
      let k0 = y_a20 * t0;
      let k1 = y_a20 * t1;
      let k2 = y_a20 * t2;
      let k3 = y_a20 * t3;
      let p0 = kB * t0 + k0 * t0;
      let p1 = kB * t1 + kA * t0 + k0 * t1 * 2.0;
      let p2 = kB * t2 + kA * t1 + k0 * t2 * 2.0 + k1 * t1;
      let p3 = kB * t3 + kA * t2 + kA * t3 * rv + (k0 * t3 + k1 * t2) * 2.0
        + ((k3 * t3 * rv + k2 * t3 * 2.0) * rv + (k1 * t3 * 2.0 + k2 * t2)) * rv;
      let c0 = raised(y_aA * x_c0 + p0 + y_a11 * t0 + ((y_c3 * b + y_c2) * b + y_c1) * b + y_c0);
      let c1 = raised(y_aA * x_c1 + p1 + y_a11 * t1 + ((y_c3 * b * 3.0 + y_c2 * 2.0) * b + y_c1) * a);
      let c2 = raised(y_aA * x_c2 + p2 + y_a11 * t2 + (y_c3 * b * 3.0 + y_c2) * a * a);
      let c3 = raised(y_aA * x_c3 + p3 + y_a11 * t3 + y_c3 * a * a * a);
      // The rounding of the new coefficients is below 16 u of the sums of their terms' moduli.
      let w = U * 16.0;
      let s0 = raised((y_aA * (xB + x02) + y_a20 * xB * xB + y_a11 * xB + modulus(y_B) + modulus(y_C02)) * w
        + y_aA * x_s0 + (y_s2 * b + y_s1) * b + y_s0 + ETA);
      let s1 = raised((y_aA * (x_aA + x_a11) + y_a20 * x_aA * xB * 2.0 + y_a11 * x_aA) * w + y_aA * x_s1 + (y_s2 * b * 2.0 + y_s1) * a);
      let s2 = raised((y_aA * x_a20 + y_a20 * x_aA * x_aA) * w + y_aA * x_s2 + y_s2 * a * a);
      ${stores('at')}
    }
  }
}

// Whether what a block cuts off at |d| = x is small enough.
inline function is_good(x: mag, tau: double, aA: mag, aB: mag, c3: mag, c2: mag, c1: mag, c0: mag, s2: mag, s1: mag, s0: mag): int {
  return ((c3 * x + c2) * x + c1) * x + c0 <= (aA * x + aB) * tau + (s2 * x + s1) * x + s0;
}

// Writes the radii r and rlo of a block for a tolerance: none (-1), or found by halving.
function radius_of(b: int, tau: double, at: int) {
  let none = load_mag(AT_DC) * 0.0 - 1.0;
  store(at, none);
  store(at + MAG, none + 1.0);
  let x = load_mag(b + J_rv);
  if (x > 0.0) {
    let aA = load_mag(b + J_aA);
    let aB = modulus(load_complex(b + J_B));
    let c3 = load_mag(b + J_c3);
    let c2 = load_mag(b + J_c2);
    let c1 = load_mag(b + J_c1);
    let c0 = load_mag(b + J_c0);
    let s2 = load_mag(b + J_s2);
    let s1 = load_mag(b + J_s1);
    let s0 = load_mag(b + J_s0);
    if (c3 > 0.0) { x = min(x, sqrt((aA * tau + s1) / c3)); }
    let tries = 0;
    while (tries < 100 && !is_good(x, tau, aA, aB, c3, c2, c1, c0, s2, s1, s0)) {
      x = x * 0.70710678;
      tries = tries + 1;
    }
    if (tries < 100) {
      store(at, x);
      if (!(c0 <= aB * tau + s0)) {
        let low = x;
        tries = 0;
        while (tries < 200 && is_good(low * 0.70710678, tau, aA, aB, c3, c2, c1, c0, s2, s1, s0)) {
          low = low * 0.70710678;
          tries = tries + 1;
        }
        store(at + MAG, low);
      }
    }
  }
}

// The rounding of using a block is added to that of making it.
function finish_block(b: int, radii: int, tau: double, tau2: double) {
  let aB = modulus(load_complex(b + J_B));
  let s0 = load_mag(b + J_s0);
  let s1 = load_mag(b + J_s1);
  let s2 = load_mag(b + J_s2);
  if (load_mag(b + J_rv) > 0.0) {
    store(b + J_s0, s0 + (aB + modulus(load_complex(b + J_C02))) * (U * 12.0));
    store(b + J_s1, s1 + (load_mag(b + J_aA) + load_mag(b + J_a11)) * (U * 12.0));
    store(b + J_s2, s2 + load_mag(b + J_a20) * (U * 16.0));
  }
  radius_of(b, tau, radii);
  radius_of(b, tau2, radii + MAG + MAG);
}

// Blocks j from first to end of the lowest level, made of single steps; scratch has room for three.
function lowest_level(orbit: int, records: int, first: int, end: int, scratch: int) {
  let j = first;
  while (j < end) {
    let m = 1 + (j << LOW);
    step_block(scratch, orbit, m);
    step_block(scratch + RECORD, orbit, m + 1);
    merge_blocks(scratch, scratch + RECORD, scratch + RECORD * 2);
    step_block(scratch, orbit, m + 2);
    step_block(scratch + RECORD, orbit, m + 3);
    merge_blocks(scratch, scratch + RECORD, scratch + RECORD * 3);
    merge_blocks(scratch + RECORD * 2, scratch + RECORD * 3, records + j * RECORD);
    j = j + 1;
  }
}
// A level of the one below.
function next_level(below: int, records: int, count: int) {
  let j = 0;
  while (j < count) {
    merge_blocks(below + j * 2 * RECORD, below + (j * 2 + 1) * RECORD, records + j * RECORD);
    j = j + 1;
  }
}
// Adds to blocks whose coefficients were rounded what that has changed.
function round_level(records: int, count: int) {
  let b = records;
  let j = 0;
  while (j < count) {
    let u = load_mag(b + J_aA) * 0.0 + U * 2.0;
    store(b + J_s2, load_mag(b + J_s2) + load_mag(b + J_a20) * u);
    store(b + J_s1, load_mag(b + J_s1) + (load_mag(b + J_aA) + load_mag(b + J_a11)) * u);
    store(b + J_s0, load_mag(b + J_s0) + (modulus(load_complex(b + J_B)) + modulus(load_complex(b + J_C02))) * u + ETA);
    b = b + RECORD;
    j = j + 1;
  }
}
function finish_level(records: int, radii: int, count: int, tau: double, tau2: double) {
  let j = 0;
  while (j < count) {
    finish_block(records + j * RECORD, radii + j * RADII, tau, tau2);
    j = j + 1;
  }
}
`;
