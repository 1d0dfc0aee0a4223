// Iterates whole tiles of sample points by a Taylor model of degree K = 8 along the reference (Makino and Berz, "Taylor
// models and other validated functional inclusion methods", 2003). With t = (offset - centre) / rad, |t| <= 1,
//   d(t) = a_0 + a_1 t + ... + a_K t^K + rest,   |rest| <= the tile's rest at each of its sample points.
//   STEP   d' = (2 Z + d) d + dc_0 + rad t: b_k = 2 Z a_k + sum a_i a_j (i + j = k).
//   (i)    rest' = rest (2 |z_0| + 2 rho + rest) + sum |a_i| |a_j| (i + j > K) + rounding + res,  rho = sum |a_k|, k >= 1.
//   (ii)   rest <= sigma |D|, D = d/dt of the model: from 2 z D = D' - rad + cut', cut the truncation,
//          sigma' = sigma + (sigma (rad + |cut'|) + rest^2 + added) / min |D'|: without the factor (1 + rho / |z_0|) of
//          each step, which grows exponentially if a wide tile lasts for thousands of steps. The smaller is kept.
//   BLOCK  The same for a jet (jets.ts): the model is substituted into its polynomial; D' = (A + C11 g + 2 C20 d) D +
//          (B + C11 d + 2 C02 g) gr - cut'.
// A tile whose points are all outside after a step, or all inside at the end, is filled. It is cut if it is not surely
// inside, or if a step's truncation exceeds theta = 2^-32 of the distance of its points. Its parts continue where it
// stopped, so that they share the trunk of the orbits. Small tiles are left to follow.ts, which starts from the model.
import { assignReference, declareReference, degree } from './layout.js';

const orders = Array.from({ length: degree + 1 }, (_, k) => k);
export const from = (first: number) => orders.slice(first);
export const sum = (terms: readonly string[]) => terms.join(' + ');
/** The coefficients of the square of sum |a_k| t^k, k >= 1, above the degree. */
const squares = Array.from({ length: degree }, (_, i) => degree + 1 + i).map((k) => {
  const twice = from(1).filter((i) => i < k - i && k - i <= degree);
  const product = (i: number) => `b${i} * b${k - i}`;
  const double = twice.length > 0 ? `(${sum(twice.map(product))}) * 2.0` : '';
  const half = k % 2 === 0 ? `b${k / 2} * b${k / 2}` : '';
  return [k, sum([double, half].filter(Boolean))] as const;
});
/** Coefficient k of the square of the model, without its terms a_0 a_k. */
const mixed = (k: number) => {
  const products = from(1)
    .filter((i) => i < k - i)
    .map((i) => `a${i} * a${k - i}`);
  const terms = products.length > 0 ? [`twice(${sum(products)})`] : [];
  if (k % 2 === 0) terms.push(`a${k / 2} * a${k / 2}`);
  return terms;
};
const withTerms = (first: string, terms: readonly string[]) => sum([first, ...terms]);
export const loadModel = from(0)
  .map((k) => `let a${k} = load_complex(p + T_MODEL + ${32 * k});`)
  .join('\n');
export const storeModel = from(0)
  .map((k) => `store(p + T_MODEL + ${32 * k}, a${k});`)
  .join('\n');
export const derivativeTail = sum(from(2).map((k) => `n1(a${k}) * ${k}.0`));

export const tilesText = `
inline function twice(a: complex): complex { return a + a; }

// Bounds of |D| over the tile from a_1 and a bound of the other terms: the largest, and the smallest, if above 0.
function slopes(a1: complex, h: mag): mag, mag {
  let q = n2(a1);
  let tail = h * UP40;
  if (q > LEAST_SQUARE) {
    let r = sqrt(q);
    return r * UP40 + tail, r * DOWN40 - tail;
  }
  return n1(a1) + tail, n1(a1) * 0.7071 - tail;
}
// The new rest and sigma (below 0: not known) from the bound of (i) and what (ii) adds.
function update(sigma: mag, whole: mag, extra: mag, a1: complex, h: mag): mag, mag {
  let most, least = slopes(a1, h);
  if (!(least > 0.0)) { return whole, extra * 0.0 - 1.0; }
  if (sigma < 0.0) { return whole, whole / least * UP40; }
  let s = (sigma + extra / least) * UP40;
  let rest = min(whole, s * most * UP40);
  return rest, min(s, rest / least * UP40);
}

// Takes a tile as far as it goes: the count of all its points, or -1 where it is to be cut.
function advance_tile(p: int): double {
  let R = load_mag(AT_R);
  let C0 = load_mag(AT_C0);
  let limit = load_double(AT_LIMIT);
  let last = load_int(AT_LAST);
  let blocks = load_int(AT_BLOCKS);
  let u8 = C0 * 0.0 + UD * 8.0;
  let u4 = C0 * 0.0 + U * 4.0;
  ${loadModel}
  let rest = load_mag(p + T_REST);
  let sigma = load_mag(p + T_SIGMA);
  let radius = load_mag(p + T_RADIUS);
  let center = load_complex(p + T_CENTER);
  let parameter = double(load_int(AT_PARAMETER));
  let dc0 = center * parameter;
  let dcr = radius * parameter;
  let g0 = dc0 * load_real(AT_INVDC);
  let gr = dcr * load_real(AT_INVDC);
  let side = double(load_int(p + T_W));
  if (load_int(p + T_H) > load_int(p + T_W)) { side = double(load_int(p + T_H)); }
  let theta = C0 * 0.0 + THETA / side;
  let ref = load_int(p + T_REFERENCE);
  let m = load_int(p + T_INDEX);
  let n = load_double(p + T_STEPS);
  ${declareReference}
  let longest = 40;
  let count = -1.0;
  let state = 0;
  while (state == 0) {
    let Z = load_complex(orbit + m * ORBIT_BYTES);
    let z = Z + a0;
    let q = n2(z);
    let az = root(q) * UP;
    ${from(1)
      .map((k) => `let b${k} = n1(a${k});`)
      .join('\n')}
    b1 = min(b1, root(n2(a1)) * UP);
    let rho = (${sum(from(1).map((k) => `b${k}`))}) * UP;
    if (n > 0.0) {
      let s = (rho + rest + u8 * (az + n1(a0))) * UP;
      if (!(az + s <= R)) {
        state = 1;
        if (az * DOWN40 - s > R) { count = n - 1.0; }
      }
    }
    if (state == 0 && n >= limit) { state = 1; count = limit; }
    if (state == 0 && safe != 0) {
      if ((m & 15) == 1 && limit - n <= double(steps - m)) {
        if ((n1(a0) + rho + rest) * UP <= load_mag(safe + m * MAG)) { state = 1; count = limit; }
      }
    }
    if (state == 0) {
      if (m == steps || q < n2(a0)) {
        let rounding = u4 * (n1(z) + n1(a0));
        rest = (rest + rounding) * UP;
        if (sigma >= 0.0) {
          let most, least = slopes(a1, ${derivativeTail});
          if (least > 0.0) { sigma = (sigma + rounding / least) * UP; } else { sigma = sigma * 0.0 - 1.0; }
        }
        a0 = z;
        m = 0;
        ref = last;
        ${assignReference}
        Z = load_complex(orbit);
      }
      let b0 = min(n1(a0), root(n2(a0)) * UP);
      ${squares.map(([k, value]) => `let t${k} = ${value};`).join('\n')}
      let tail = (${sum(squares.map(([k]) => `t${k}`))}) * UP;
      let tail_slope = (${sum(squares.map(([k]) => `t${k} * ${k}.0`))}) * UP;
      let known = max(sigma, C0 * 0.0);
      // The longest block that cuts off little enough.
      let use = 0;
      let b = 0;
      let add = rho;
      let x = (b0 + rho + rest) * UP;
      let k0 = m - 1;
      if (level_count > 0 && m > 0 && (k0 & 3) == 0) {
        let k = LOW;
        let level = levels;
        while (k < longest && k < level_count) {
          if ((k0 & ((1 << k) - 1)) != 0) { break; }
          let j = k0 >> k;
          if (j >= load_int(level + 16) || n + double(1 << k) > limit) { break; }
          let c = load_int(level + 8) + j * RECORD;
          if (!(x <= load_mag(c + J_rv))) { break; }
          let C20 = load_complex(c + J_C20);
          let C11 = load_complex(c + J_C11);
          let adds = (((load_mag(c + J_c3) * x + load_mag(c + J_c2)) * x + load_mag(c + J_c1)) * x + load_mag(c + J_c0)
            + load_mag(c + J_a20) * (tail + ETA) + n1(C11) * gr * b${degree}) * UP;
          let G = load_complex(c + J_A) + twice(C20 * a0) + C11 * g0;
          let next1 = G * a1 + (load_complex(c + J_B) + C11 * a0 + twice(load_complex(c + J_C02) * g0)) * real_mag(gr);
          if (!(adds <= theta * n1(next1) * 0.7)) { break; }
          use = k;
          b = c;
          add = (adds + (load_mag(c + J_s2) * x + load_mag(c + J_s1)) * x + load_mag(c + J_s0)) * UP;
          k = k + 1;
          level = level + LEVEL;
        }
      }
      if (use > 0) {
        let C20 = load_complex(b + J_C20);
        let C11 = load_complex(b + J_C11);
        let B = load_complex(b + J_B);
        let C02 = load_complex(b + J_C02);
        let aA = load_mag(b + J_aA);
        let a20 = load_mag(b + J_a20);
        let a11 = load_mag(b + J_a11);
        let line = load_complex(b + J_A) + C11 * g0;
        let step = C11 * real_mag(gr);
        let lead = line + twice(C20 * a0);
        let e0 = line * a0 + C20 * a0 * a0 + g0 * (B + C02 * g0);
        let e1 = lead * a1 + step * a0 + (B + twice(C02 * g0)) * real_mag(gr);
        let e2 = lead * a2 + C20 * (${mixed(2).join(' + ')}) + step * a1 + C02 * real_mag(gr * gr);
        ${from(3)
          .map((k) => `let e${k} = lead * a${k} + C20 * (${mixed(k).join(' + ')}) + step * a${k - 1};`)
          .join('\n')}
        let slope = modulus(lead) + (aA + a11) * EPS40;
        let spread = (${sum(from(1).map((k) => `n1(e${k})`))}) * UP;
        let rounding = ((aA + a20 * x + a11) * x) * (U * ${4 * degree + 40}.0);
        let new_rest = ((slope + a20 * (rho + rho + rest) + n1(C11) * gr) * rest + add + rounding) * UP;
        let zn = load_complex(orbit + (m + (1 << use)) * ORBIT_BYTES) + e0;
        let r = root(n2(zn)) * UP;
        if (r + (spread + new_rest + u8 * (r + n1(e0))) * UP <= R) {
          let turned = (n1(B) + n1(C11) * x + n1(C02) * 2.0) * gr;
          let extra = (known * (turned + a20 * (tail_slope + ETA) + n1(C11) * gr * b${degree} * ${degree + 1}.0)
            + a20 * rest * rest + add + rounding * (known * ${degree}.0 + 1.0)) * UP;
          ${from(0)
            .map((k) => `a${k} = e${k};`)
            .join(' ')}
          rest, sigma = update(sigma, new_rest, extra, a1, ${derivativeTail});
          m = m + (1 << use);
          n = n + double(1 << use);
          longest = 40;
        } else { longest = use; }
      } else {
        let lead = Z + Z + a0;
        let e0 = lead * a0 + dc0;
        lead = lead + a0;
        let e1 = lead * a1 + dcr;
        ${from(2)
          .map((k) => `let e${k} = ${withTerms(`lead * a${k}`, mixed(k))};`)
          .join('\n')}
        if (n > 0.0 && !(tail <= theta * n1(e1) * 0.7071)) { state = 1; }
        else {
          let size = (b0 + rho) * UP;
          let rounding = size * (size + root(n2(Z)) * 2.0 * UP) * (U * ${3 * degree + 10}.0) + C0;
          let whole = (rest * ((az + rho) * 2.0 + rest) + tail + rounding) * UP;
          let extra = (known * (dcr + tail_slope) + rest * rest + tail + rounding * (known * ${degree}.0 + 1.0)) * UP;
          ${from(0)
            .map((k) => `a${k} = e${k};`)
            .join(' ')}
          rest, sigma = update(sigma, whole, extra, a1, ${derivativeTail});
          m = m + 1;
          n = n + 1.0;
          longest = 40;
        }
      }
    }
  }
  ${storeModel}
  store(p + T_REST, rest);
  store(p + T_SIGMA, sigma);
  store(p + T_REFERENCE, ref);
  store(p + T_INDEX, m);
  store(p + T_STEPS, n);
  return count;
}
`;
