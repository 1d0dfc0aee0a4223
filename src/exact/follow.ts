// Follows one point to its count by perturbation: z = Z_m + d, d' = (2 Z_m + d) d + dc, with a proved bound e of d's
// error.
//   STEP    e' = |z| (2 e + 17 u |d|) + e^2 + c0,  c0 = res + 4 u DC + eta.
//           (d^ - d)(2 Z + d^ + d) = (d^ - d)(2 z^ - (d^ - d)) gives 2 |z| e + e^2. Rounding: Z to nearest 2 u |Z| |d|,
//           2 Z + d 1 u, the complex product sqrt(5) u (Brent, Percival and Zimmermann, 2007), the last sum 1 u: together
//           at most u |d| (4.24 |2 Z + d| + 2 |Z|) + u |dc| <= 16.8 u |z| |d| + u DC, as |d| <= |z| after the test below.
//   REBASE  if |z| < |d| or the reference ends: d := z, m := 0, on the critical orbit; e += 4 u (|z| + |d|)
//           (Zhuoran, 2021). The orbit need not be periodic.
//   BLOCK   e' = |A + C11 g + 2 C20 d| e + |C20| e^2 + eps(|d| + e): the modulus of the derivative at d (jets.ts).
//   DECIDE  inside if |z| + e + s <= R, outside if |z| - e - s > R, s = 8 u (|z| + |d|); else undecided. Blocks are
//           used only if no orbit returns once it has left the radius, so that the block's end decides: |z| > R >= 2,
//           |c| <= R give |z^2 + c| >= |z| (|z| - 1) > |z|.
//   INSIDE  (a) If a rebase is near an earlier one, a ball around z is iterated through the steps in between. If it
//           maps into itself, the orbit never escapes: all steps count. Candidates: Brent, 1980.
//           (b) |d| <= safe[m] keeps a point inside until the reference ends.

import { assignReference, declareReference } from './layout.js';

/** The kernel text; points are entries of layout.ts. */
export const followText = `
inline function near_modulus(d: complex, q: mag): mag { return min(n1(d), root(q) * UP); }

// What the sample point [row][column] adds to the centre: a sum of a row's number and a column's.
inline function offset(row: int, column: int): complex {
  return load_complex(load_int(AT_ROWS) + row * COMPLEX) + load_complex(load_int(AT_COLUMNS) + column * COMPLEX);
}

// Follows points from their start; rows and columns are in the entries.
function follow_points(at: int, end: int) {
  let p = at;
  while (p < end) {
    let o = offset(load_int(p + E_ROW), load_int(p + E_COLUMN));
    store(p + E_REFERENCE, 0);
    store(p + E_INDEX, 0);
    store(p + E_STEPS, 0.0);
    store(p + E_ERROR, load_mag(AT_ERROR));
    if (load_int(AT_PARAMETER) == 1) {
      store(p + E_CONSTANT, o);
      store(p + E_DISTANCE, o - o);
    } else {
      store(p + E_CONSTANT, o - o);
      store(p + E_DISTANCE, o);
    }
    follow(p);
    p = p + ENTRY;
  }
}

// The radii of the shortest blocks for a rung; 0 if there are none.
function radii_of(levels: int, level_count: int, rung: int): int {
  if (level_count > 0) { return load_int(levels) + rung; }
  return 0;
}

// Takes single steps from index m up to \`end\`, until a point may have left the radius or is to be rebased, or where a
// block may begin. Apart from the loop that calls it, because that has more variables than a processor has registers.
function run_steps(orbit: int, m: int, end: int, radii: int, d: complex, e: mag, dc: complex): int, complex, mag {
  let R = load_mag(AT_R);
  let C0 = load_mag(AT_C0);
  let u8 = C0 * 0.0 + UD * 8.0;
  let noise = C0 * 0.0 + U * NOISE;
  let Z = load_complex(orbit + m * ORBIT_BYTES);
  let r = root(n2_of_sum(Z, d));
  let size = n1(d);
  let goes = 1;
  while (goes == 1) {
    e = ((r + r + e) * e + (noise * size * r + C0)) * UP;
    d = next_distance(Z, d, dc);
    m = m + 1;
    Z = load_complex(orbit + m * ORBIT_BYTES);
    let q = n2_of_sum(Z, d);
    r = root(q);
    size = n1(d);
    if (!(r + e + u8 * (r + size) <= R) || m >= end || q < n2(d)) { goes = 0; }
    // n1 is at most 1.4143 times the modulus.
    if ((m & 3) == 1 && radii != 0) {
      if (size * 0.7 < load_mag(radii + (m >> 2) * RADII)) { goes = 0; }
    }
  }
  return m, d, e;
}

function follow(p: int) {
  let R = load_mag(AT_R);
  let C0 = load_mag(AT_C0);
  let limit = load_double(AT_LIMIT);
  let iterations = limit;
  let last = load_int(AT_LAST);
  let blocks = load_int(AT_BLOCKS);
  let rung = load_int(AT_RUNG);
  let u8 = C0 * 0.0 + UD * 8.0;
  let u4 = C0 * 0.0 + U * 4.0;

  let ref = load_int(p + E_REFERENCE);
  let m = load_int(p + E_INDEX);
  let n = load_double(p + E_STEPS);
  let e = load_mag(p + E_ERROR);
  let dc = load_complex(p + E_CONSTANT);
  let d = load_complex(p + E_DISTANCE);
  let g = dc * load_real(AT_INVDC);
  ${declareReference}
  let radii = radii_of(levels, level_count, rung);
  let z = load_complex(orbit + m * ORBIT_BYTES) + d;
  let q = n2(z);
  let r = root(q);

  // The last rebase that is compared with, the trial of a ball, and what is restored after it.
  let seen = d;
  let seen_n = -1.0;
  let seen_count = 0.0;
  let seen_most = 1.0;
  let best = e;
  let wide = 16.0;
  let trial = 0;
  let rho = e;
  let kept_d = d;
  let kept_n = n;
  let kept_e = e;
  let kept_end = 0.0;
  let longest = 40;
  // 1: the point is decided; 2: the ball of a trial is given up.
  let state = 0;
  let count = 0.0;
  while (state != 1) {
    if (n >= limit || state == 2) {
      if (trial == 0) {
        count = limit;
        state = 1;
      } else {
        if (state == 0 && (n1(z - kept_d) + e + u4 * (n1(z) + n1(d))) * UP30 <= rho) {
          count = iterations;
          state = 1;
        } else {
          trial = 0;
          state = 0;
          limit = iterations;
          d = kept_d;
          z = kept_d;
          q = n2(z);
          r = root(q);
          e = kept_e;
          n = kept_n;
          m = 0;
          ref = last;
          ${assignReference}
          radii = radii_of(levels, level_count, rung);
          if (wide < 1000.0) { wide = wide * 8.0; } else { wide = 16.0; }
        }
      }
    }
    if (state == 0) {
      if (m == steps || q < n2(d)) {
        e = (e + u4 * (n1(z) + n1(d))) * UP;
        d = z;
        m = 0;
        if (ref != last) {
          ref = last;
          ${assignReference}
          radii = radii_of(levels, level_count, rung);
        }
        if (trial == 0) {
          if (seen_n >= 0.0) {
            let apart = n1(d - seen);
            if (apart < best) {
              best = apart * 0.125;
              trial = 1;
              rho = max(apart * wide, e * 16.0);
              kept_d = d;
              kept_n = n;
              kept_e = e;
              limit = n + (n - seen_n);
              e = rho;
            }
          }
          seen_count = seen_count + 1.0;
          if (seen_n < 0.0 || seen_count >= seen_most) {
            seen = d;
            seen_n = n;
            seen_count = 0.0;
            seen_most = seen_most * 2.0;
            best = n1(d) * 0.25;
          }
        }
      }
      if (safe != 0) {
        if ((m & 15) == 1 && limit - n <= double(steps - m)) {
          if ((near_modulus(d, n2(d)) + e) * UP <= load_mag(safe + m * MAG)) {
            if (trial == 0) { count = iterations; state = 1; }
          }
        }
      }
      if (state == 0) {
        // The longest block that may be used here.
        let use = 0;
        let use_records = 0;
        let x = e;
        let k0 = m - 1;
        if (level_count > 0 && m > 0 && (k0 & 3) == 0) {
          x = (near_modulus(d, n2(d)) + e) * UP;
          let k = LOW;
          let level = levels;
          while (k < longest && k < level_count) {
            if ((k0 & ((1 << k) - 1)) != 0) { break; }
            let j = k0 >> k;
            if (j >= load_int(level + 16) || n + double(1 << k) > limit) { break; }
            let radii = load_int(level) + j * RADII + rung;
            if (!(x < load_mag(radii))) { break; }
            if (load_mag(radii + MAG) <= x) {
              use = k;
              use_records = load_int(level + 8) + j * RECORD;
            }
            k = k + 1;
            level = level + LEVEL;
          }
        }
        if (use > 0) {
          let b = use_records;
          let C20 = load_complex(b + J_C20);
          let s = load_complex(b + J_A) + load_complex(b + J_C11) * g;
          let t = C20 * d;
          let dn = d * (s + t) + g * (load_complex(b + J_B) + load_complex(b + J_C02) * g);
          let slope = modulus(s + t + t) + (load_mag(b + J_aA) + load_mag(b + J_a11)) * EPS40;
          let en = ((slope + load_mag(b + J_a20) * e) * e
            + ((load_mag(b + J_c3) * x + (load_mag(b + J_c2) + load_mag(b + J_s2))) * x
              + (load_mag(b + J_c1) + load_mag(b + J_s1))) * x
            + (load_mag(b + J_c0) + load_mag(b + J_s0))) * UP;
          let zn = load_complex(orbit + (m + (1 << use)) * ORBIT_BYTES) + dn;
          let qn = n2(zn);
          let rn = root(qn);
          if (rn + en + u8 * (rn + n1(dn)) <= R) {
            r = rn;
            d = dn;
            e = en;
            z = zn;
            q = qn;
            m = m + (1 << use);
            n = n + double(1 << use);
            longest = 40;
          } else {
            // Not surely inside at its end: a shorter one.
            longest = use;
          }
        } else {
          let end = steps;
          if (limit - n < double(steps - m)) { end = m + int(limit - n); }
          // Where the safe radius is looked at next.
          let next = (((m + 15) >> 4) << 4) + 1;
          if (safe != 0 && next < end) { end = next; }
          let begun = m;
          m, d, e = run_steps(orbit, m, end, radii, d, e, dc);
          n = n + double(m - begun);
          longest = 40;
          z = load_complex(orbit + m * ORBIT_BYTES) + d;
          q = n2(z);
          r = root(q);
          let slack = e + u8 * (r + n1(d));
          if (!(r + slack <= R)) {
            if (trial == 1) { state = 2; }
            else {
              state = 1;
              count = -1.0;
              if (r - slack > R) { count = n - 1.0; }
            }
          }
        }
      }
    }
  }
  store(p + E_COUNT, count);
  // The state at the end, from which a point can be followed on.
  store(p + E_REFERENCE, ref);
  store(p + E_INDEX, m);
  store(p + E_STEPS, n);
  store(p + E_ERROR, e);
  store(p + E_DISTANCE, d);
}

// safe[m] backwards from the end: the largest s with (2 |Z_m| + s) s + res <= safe[m + 1], and within the radius.
function safe_radii(orbit: int, steps: int, safe: int) {
  let R = load_mag(AT_R);
  let more = load_mag(AT_RES) + load_mag(AT_DC) + ETA;
  let s = R;
  let none = R * 0.0 - 1.0;
  let m = steps;
  let alive = 1;
  while (m >= 0) {
    let size = modulus(load_complex(orbit + m * ORBIT_BYTES));
    let rho = R - size;
    if (m < steps && alive == 1) {
      let room = s - more;
      if (room > 0.0) { rho = min(rho, room / (sqrt(size * size + room) + size)); } else { alive = 0; }
    }
    s = rho * DOWN30;
    if (!(s > 0.0)) { alive = 0; }
    if (alive == 1) { store(safe + m * MAG, s); } else { store(safe + m * MAG, none); }
    m = m - 1;
  }
}
`;
