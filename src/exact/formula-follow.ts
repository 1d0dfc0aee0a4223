// Follows single points of a formula to their counts by perturbation: z = Z_m + d, with a proved bound e of d's error. The
// step is that of formula-step.ts, and blocks of steps those of formula-jets.ts. Where z comes nearer to the start of a
// reference than to Z_m, or the reference ends, z continues from that start (formula-reference.ts). After each step a point
// is inside if |z| + e + s <= R, outside if |z| - e - s > R, s = 8 u (|z| + |d|) + rho. Where neither is true, as for orbits
// that stay next to the radius, the sign of
//   |z|^2 - R^2 = (|Z|^2 - R^2) + 2 re(conj(Z) d) + |d|^2
// decides; the reference has the first of these differences. Otherwise, or next to a pole, the point is undecided.
import { stepProcedures } from './formula-arithmetic.js';
import type { StepText } from './formula-step.js';

/** Slots of 16 bytes, then those of each reference. */
const viewSlots = [
  ...(['R', 'LIMIT', 'RHO', 'RES', 'ERROR', 'DC_ERROR', 'ROWS', 'COLUMNS'] as const),
  ...(['CONSTANTS', 'IS_START', 'COUNTS', 'DC', 'INVDC'] as const),
] as const;
const orbitSlots = ['ORBIT', 'STEPS', 'LEVELS', 'LEVEL_COUNT'] as const;
type SlotName = (typeof viewSlots)[number] | (typeof orbitSlots)[number];
const firstSlot = 64;
export const formulaSlots = Object.fromEntries(
  [...viewSlots, ...orbitSlots].map((name, i) => [`AT_${name}`, firstSlot + 16 * i]),
) as Record<`AT_${SlotName}`, number>;
/** Bytes from a slot of one reference to that of the next. */
export const orbitStride = 64;
/** Where the state of the last point is left, for the test of the bound: e, d, n, m and its orbit. */
const stateAt = 768;
export const formulaState = {
  error: stateAt,
  distance: stateAt + 16,
  steps: stateAt + 48,
  index: stateAt + 56,
  orbit: stateAt + 64,
};
/** Where free memory begins: after the slots of all references. */
export const formulaFree = 1024;

/** The text of a kernel; `areZero`: which references start at 0. */
export function followFormula(step: StepText, jets: string, areZero: readonly boolean[]): string {
  let shift = step.stored.length;
  const distances = areZero.map((isZero, k) =>
    isZero ? { y: 'z', q: 'q', text: '' } : { y: `y${k}`, q: `q${k}`, text: distance(k, shift++) },
  );
  const [first, ...others] = distances as [(typeof distances)[0], ...typeof distances];
  return `${stepProcedures}${jets}
function follow(row_at: int, column_at: int): double {
  let R = load_mag(AT_R);
  let rho = load_mag(AT_RHO);
  let res = load_mag(AT_RES);
  let dc_error = load_mag(AT_DC_ERROR);
  let limit = load_double(AT_LIMIT);
  let constants = load_int(AT_CONSTANTS);
  let u8 = rho * 0.0 + UD * 8.0;
  let u4 = rho * 0.0 + U * 4.0;
  let dc = load_complex(load_int(AT_ROWS) + row_at * COMPLEX) + load_complex(load_int(AT_COLUMNS) + column_at * COMPLEX);
  let d = dc * 0.0;
  if (load_int(AT_IS_START) == 1) { d = dc; }
  let e = load_mag(AT_ERROR);
  let m = 0;
  let n = 0.0;
  let orbit = load_int(AT_ORBIT);
  let steps = load_int(AT_STEPS);
  let row = orbit;
  let z = load_complex(row) + d;
  let q = n2(z);
  let r = root(q) * UP;
  let level_count = load_int(AT_LEVEL_COUNT);
  let levels = load_int(AT_LEVELS);
  let g = dc * load_real(AT_INVDC);
  let longest = 40;
  let bad = 0;
  let count = -1.0;
  let state = 0;
  ${step.prelude}
  while (state == 0) {
    if (n >= limit) {
      count = limit;
      state = 1;
    } else {
      ${distances.map(({ text }) => text).join('')}
      let nearest = ${first.q};
      let to = 0;
      ${others.map(({ q }, i) => `if (${q} < nearest) { nearest = ${q}; to = ${i + 1}; }`).join('\n')}
      if (m == steps || nearest < n2(d)) {
        let y = ${first.y};
        ${others.map(({ y }, i) => `if (to == ${i + 1}) { y = ${y}; }`).join('\n')}
        e = (e + u4 * (n1(y) + n1(d)) + rho) * UP;
        d = y;
        m = 0;
        orbit = load_int(AT_ORBIT + to * STRIDE);
        steps = load_int(AT_STEPS + to * STRIDE);
        row = orbit;
        level_count = load_int(AT_LEVEL_COUNT + to * STRIDE);
        levels = load_int(AT_LEVELS + to * STRIDE);
      }
      // The longest block that may be used here.
      let use = 0;
      let b = 0;
      let x = e;
      let k0 = m - 1;
      if (m > 0 && (k0 & 3) == 0 && level_count > 0) {
        x = (min(n1(d), root(n2(d)) * UP) + e) * UP;
        let k = LOW;
        let level = levels;
        while (k < longest && k < level_count) {
          if ((k0 & ((1 << k) - 1)) != 0) { break; }
          let j = k0 >> k;
          if (j >= load_int(level + 16) || n + double(1 << k) > limit) { break; }
          if (!(x < load_mag(load_int(level) + j * MAG))) { break; }
          use = k;
          b = load_int(level + 8) + j * RECORD;
          k = k + 1;
          level = level + LEVEL;
        }
      }
      if (use > 0) {
        let dn = load_complex(b + J_A) * d + load_complex(b + J_G) * bar(d)
          + (load_complex(b + J_B) * g + load_complex(b + J_H) * bar(g));
        let en = (load_mag(b + J_n) * e + (load_mag(b + J_q2) * x + (load_mag(b + J_q1) + load_mag(b + J_s1))) * x
          + (load_mag(b + J_q0) + load_mag(b + J_s0))) * UP40;
        let there = row + ROW * (1 << use);
        let zn = load_complex(there) + dn;
        let qn = n2(zn);
        let rn = root(qn) * UP;
        if (rn + en + u8 * (rn + n1(dn)) + rho <= R) {
          d = dn;
          e = en;
          z = zn;
          q = qn;
          r = rn;
          m = m + (1 << use);
          n = n + double(1 << use);
          row = there;
          longest = 40;
        } else { longest = use; }
      } else if (steps == 0) { state = 1; }
      else {
        longest = 40;
        ${step.body}
        d = dn;
        e = en;
        m = m + 1;
        n = n + 1.0;
        row = row + ROW;
        z = load_complex(row) + d;
        q = n2(z);
        r = root(q) * UP;
        let slack = e + u8 * (r + n1(d)) + rho;
        if (bad == 1 || !(r + slack <= R)) {
          state = 1;
          if (bad == 0) {
            if (r * DOWN40 - slack > R) { count = n - 1.0; }
            else {
              let Z = load_complex(row);
              let gap = load_complex(row + GAP);
              let dot = Z.re * d.re + Z.im * d.im;
              let far = n1(d);
              let over = near(gap.re + (dot + dot) + (d.re * d.re + d.im * d.im));
              let error = (e * (r + r + e) + (n1(gap) * 4.0 + (n1(Z) * 16.0 + far * 8.0) * far) * U + rho * 8.0) * UP40;
              if (over > error) { count = n - 1.0; }
              if (over + error < 0.0) { state = 0; }
            }
          }
        }
      }
    }
  }
  store(AT_STATE, e);
  store(AT_STATE + 16, d);
  store(AT_STATE + 48, n);
  store(AT_STATE + 56, m);
  store(AT_STATE + 64, orbit);
  return count;
}

// Counts the points of a rectangle into doubles, row by row; -1 for undecided points.
function follow_rectangle(top: int, left: int, rows: int, columns: int) {
  let at = load_int(AT_COUNTS);
  let row = top;
  while (row < top + rows) {
    let column = left;
    while (column < left + columns) {
      store(at, follow(row, column));
      at = at + 8;
      column = column + 1;
    }
    row = row + 1;
  }
}
`;
}

const distance = (k: number, at: number) =>
  `let y${k} = load_complex(row + ${at} * COMPLEX) + d;\n      let q${k} = n2(y${k});\n      `;
