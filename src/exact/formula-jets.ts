// Blocks of many steps of a formula: first order with a proved remainder. With d the distance from the reference and
// g = dc / DC, |g| <= 1, l steps are
//   d_l = A d + G conj(d) + B g + H conj(g) + eps,   |eps| <= q2 x^2 + q1 x + q0 (truncation) + s1 x + s0 (rounding)
// for |d| <= x <= rv. One step is derived from the formula's operations: of a product, V dw + W dv is linear and dv dw part
// of the remainder; of a quotient, (dv - Q dw) / W and 2 |dv - Q dw| |dw| / |W|^2; folds are linear while the sign of what
// is folded is certain, which limits rv, as do poles and the escape radius: a block ends before any of them may be met.
// Two blocks are merged by substitution, where |d1| <= a x + b. A block is used where it cuts off at most tau (n x + |B|),
// n = |A| + |G|, or less than it rounds. Zhuoran, "Bivariate linear approximation", 2021; Wirtinger derivatives for folds.
import type { Fold, Operation, Plan } from './plan.js';

const complexParts = ['A', 'G', 'B', 'H'] as const;
const magParts = ['n', 'nb', 'q2', 'q1', 'q0', 's1', 's0', 'rv'] as const;

/** A record's layout, by the numbers of parts of a real and of a mag, each of 8 bytes. */
export function jetRecord(realParts: number, magPartCount: number) {
  const offsets: Record<string, number> = {};
  let at = 0;
  for (const name of complexParts) {
    offsets[`J_${name}`] = at;
    at += 16 * realParts;
  }
  for (const name of magParts) {
    offsets[`J_${name}`] = at;
    at += 8 * magPartCount;
  }
  return { offsets, bytes: Math.ceil(at / 16) * 16, magBytes: 8 * magPartCount };
}

const loads = (x: string) =>
  [
    ...complexParts.map((part) => `let ${x}_${part} = load_complex(${x} + J_${part});`),
    ...magParts.map((part) => `let ${x}_${part} = load_mag(${x} + J_${part});`),
  ].join('\n');
const stores = [...complexParts, ...magParts].map((part) => `store(at + J_${part}, ${part});`).join('\n');

const mergeText = `
inline function bar(a: complex): complex { return complex(a.re, -a.im); }
inline function norm(a: complex, b: complex): mag { return (modulus(a) + modulus(b)) * UP; }

// The block of the steps of block x and then of block y.
function merge_blocks(x: int, y: int, at: int) {
  let none = load_mag(AT_RHO) * 0.0 - 1.0;
  store(at + J_rv, none);
  if (load_mag(x + J_rv) > 0.0 && load_mag(y + J_rv) > 0.0) {
    ${loads('x')}
    ${loads('y')}
    let A = y_A * x_A + y_G * bar(x_G);
    let G = y_A * x_G + y_G * bar(x_A);
    let B = y_A * x_B + y_G * bar(x_H) + y_B;
    let H = y_A * x_H + y_G * bar(x_B) + y_H;
    let n = norm(A, G);
    let nb = norm(B, H);
    let rv = x_rv;
    if (x_q2 > 0.0) { rv = min(rv, x_n * 0.015625 / x_q2); }
    let a = (x_n + x_q1 + x_s1 + x_q2 * rv) * UP40;
    let b = (x_nb + x_q0 + x_s0) * UP40;
    if (a > 0.0) { rv = min(rv, (y_rv - b) / a * DOWN40); } else { rv = none; }
    if (rv > 0.0) {
      let q2 = (y_n * x_q2 + y_q2 * a * a) * UP40;
      let q1 = (y_n * x_q1 + (y_q2 * b * 2.0 + y_q1) * a) * UP40;
      let q0 = (y_n * x_q0 + (y_q2 * b + y_q1) * b + y_q0) * UP40;
      let s1 = (y_n * x_s1 + y_s1 * a + y_n * x_n * (U * 12.0)) * UP40;
      let s0 = (y_n * x_s0 + y_s1 * b + y_s0 + (y_n * x_nb + y_nb) * (U * 12.0)) * UP40 + ETA;
      ${stores}
    }
  }
}

// Adds the rounding of a block's use to it, and writes its radius for the tolerance: -1 if it has none.
function finish_blocks(records: int, radii: int, count: int, tau: double) {
  let j = 0;
  while (j < count) {
    let b = records + j * RECORD;
    let at = radii + j * MAG;
    let x = load_mag(b + J_rv);
    if (x > 0.0) {
      let n = load_mag(b + J_n);
      let nb = load_mag(b + J_nb);
      let q2 = load_mag(b + J_q2);
      let q1 = load_mag(b + J_q1);
      let q0 = load_mag(b + J_q0);
      let s1 = load_mag(b + J_s1) + n * (U * 16.0);
      let s0 = load_mag(b + J_s0) + nb * (U * 16.0);
      store(b + J_s1, s1);
      store(b + J_s0, s0);
      let free = nb * tau + s0;
      let tries = 0;
      if (!(q0 <= free)) { tries = 200; }
      if (q2 > 0.0) { x = min(x, (n * tau + s1) / q2 + root(free / q2)); }
      while (tries < 200 && !((q2 * x + q1) * x + q0 <= n * x * tau + free + s1 * x)) {
        x = x * 0.70710678;
        tries = tries + 1;
      }
      if (tries >= 200) { x = x * 0.0 - 1.0; }
    }
    store(at, x);
    j = j + 1;
  }
}

// Blocks of the lowest level, made of single steps; scratch has room for four.
function lowest_blocks(orbit: int, records: int, count: int, scratch: int) {
  let j = 0;
  while (j < count) {
    let row = orbit + (1 + (j << LOW)) * ROW;
    step_block(scratch, row);
    step_block(scratch + RECORD, row + ROW);
    merge_blocks(scratch, scratch + RECORD, scratch + RECORD * 2);
    step_block(scratch, row + ROW * 2);
    step_block(scratch + RECORD, row + ROW * 3);
    merge_blocks(scratch, scratch + RECORD, scratch + RECORD * 3);
    merge_blocks(scratch + RECORD * 2, scratch + RECORD * 3, records + j * RECORD);
    j = j + 1;
  }
}
function next_blocks(below: int, records: int, count: int) {
  let j = 0;
  while (j < count) {
    merge_blocks(below + j * 2 * RECORD, below + (j * 2 + 1) * RECORD, records + j * RECORD);
    j = j + 1;
  }
}
`;

export const jetsText = (plan: Plan): string => mergeText + new JetWriter(plan).write();

/** Derivatives that an operation has: by z, its conjugate, the sample point and its. */
type Slopes = Readonly<Record<'A' | 'G' | 'B' | 'H', boolean>>;
const letters = ['A', 'G', 'B', 'H'] as const;

class JetWriter {
  private readonly lines: string[] = [];
  private readonly has: Slopes[] = [];
  constructor(private readonly plan: Plan) {}

  write(): string {
    const { operations, last } = this.plan;
    for (const [i, operation] of operations.entries()) if (operation.isMoving) this.operation(i, operation);
    const slope = (letter: 'A' | 'G') => (this.has[last]?.[letter] ? `${letter}${last}` : 'none');
    const constant = (letter: 'B' | 'H') =>
      this.has[last]?.[letter] ? `${letter}${last} * real_mag(DC)` : 'none';
    const isMoving = operations[last]!.isMoving;
    const of = (name: string) => (isMoving ? `${name}${last}` : 'zero');
    return `
function step_block(at: int, row: int) {
  let rho = load_mag(AT_RHO);
  let DC = load_mag(AT_DC);
  let constants = load_int(AT_CONSTANTS);
  let zero = rho * 0.0;
  let none = complex(0.0, 0.0);
  let room = load_mag(AT_R) - modulus(load_complex(row)) * UP40;
  let rv = min(room, modulus(load_complex(row)) * 0.25);
  let dead = 0;
  if (!(rv > 0.0)) { dead = 1; }
  ${this.lines.join('\n  ')}
  if (dead == 1 || !(rv > 0.0)) { rv = zero - 1.0; }
  let A = ${slope('A')};
  let G = ${slope('G')};
  let B = ${constant('B')};
  let H = ${constant('H')};
  let n = norm(A, G);
  let nb = norm(B, H);
  let q2 = ${of('q2_')} * UP40;
  let q1 = ${of('q1_')} * UP40;
  let q0 = ${of('q0_')} * UP40;
  let s1 = ${of('e1_')} * UP40;
  let s0 = (${of('e0_')} + load_mag(AT_RES) + ETA) * UP40;
  ${stores}
}
`;
  }

  private readonly line = (text: string): void => void this.lines.push(text);
  private value(i: number): string {
    return `load_complex(${this.plan.operations[i]!.byZ ? 'row' : 'constants'} + V_${i})`;
  }

  /** Declares the slopes that have a text, their norms, and the coefficients of the remainder and the roundings. */
  private declare(
    i: number,
    slopes: Partial<Record<keyof Slopes, string>>,
    remainder: string[],
    rounding: string[],
  ): void {
    const has = Object.fromEntries(letters.map((letter) => [letter, slopes[letter] !== undefined])) as Slopes;
    this.has[i] = has;
    for (const letter of letters) if (has[letter]) this.line(`let ${letter}${i} = ${slopes[letter]};`);
    const norm = (first: 'A' | 'B', second: 'G' | 'H') =>
      [first, second].flatMap((letter) => (has[letter] ? [`modulus(${letter}${i})`] : [])).join(' + ') ||
      'zero';
    this.line(`let l1_${i} = (${norm('A', 'G')}) * UP;`);
    this.line(`let l0_${i} = (${norm('B', 'H')}) * DC * UP;`);
    for (const [k, text] of remainder.entries()) this.line(`let q${2 - k}_${i} = ${text};`);
    for (const [k, text] of rounding.entries()) this.line(`let e${1 - k}_${i} = ${text};`);
  }

  private operation(i: number, operation: Operation): void {
    const none = ['zero', 'zero', 'zero'];
    if (operation.kind === 'z') {
      this.declare(i, { A: 'complex(1.0, 0.0)' }, none, ['zero', 'zero']);
      return;
    }
    if (operation.kind === 'p') {
      this.declare(i, { B: 'complex(1.0, 0.0)' }, none, ['zero', 'load_mag(AT_DC_ERROR)']);
      return;
    }
    if (!('of' in operation)) return;
    const { of } = operation;
    if ('by' in operation) {
      if (operation.kind === 'multiply') this.product(i, of, operation.by);
      else if (operation.kind === 'divide') this.quotient(i, of, operation.by);
      else this.sum(i, of, operation.by, operation.kind === 'add' ? 1 : -1);
      return;
    }
    if (operation.kind === 'square') {
      this.product(i, of, of);
      return;
    }
    const remainder = [2, 1, 0].map((k) => `q${k}_${of}`);
    const rounding = [1, 0].map((k) => `e${k}_${of} + l${k}_${of} * (U * 4.0)`);
    const has = this.has[of]!;
    const slope = (letter: keyof Slopes) => (has[letter] ? `${letter}${of}` : undefined);
    const pairs = [
      ['A', 'G'],
      ['B', 'H'],
    ] as const;
    const slopes: Partial<Record<keyof Slopes, string>> = {};
    if (operation.kind === 'negate')
      for (const letter of letters) if (has[letter]) slopes[letter] = `-${slope(letter)}`;
    if (operation.kind === 'conjugate')
      for (const [a, g] of pairs) {
        if (has[g]) slopes[a] = `bar(${slope(g)})`;
        if (has[a]) slopes[g] = `bar(${slope(a)})`;
      }
    if (operation.kind === 're' || operation.kind === 'im')
      for (const [a, g] of pairs)
        if (has[a] || has[g]) {
          slopes[a] = this.part(operation.kind, slope(a), slope(g));
          slopes[g] = this.part(operation.kind, slope(g), slope(a));
        }
    if (operation.kind === 'absolute') {
      this.certain(i, of, 're');
      for (const letter of letters) if (has[letter]) slopes[letter] = `${slope(letter)} * sign_re${i}`;
    }
    if (operation.kind === 'fold') {
      const factor = (name: 're' | 'im', { sign, isAbsolute }: Fold) => {
        if (isAbsolute) this.certain(i, of, name);
        return isAbsolute ? `(sign_${name}${i} * ${sign}.0)` : `${sign}.0`;
      };
      const [re, im] = [factor('re', operation.re), factor('im', operation.im)];
      // s re w + i t im w = (s + t) / 2 w + (s - t) / 2 conj(w).
      this.line(`let keep${i} = (${re} + ${im}) * 0.5;`);
      this.line(`let turn${i} = (${re} - ${im}) * 0.5;`);
      for (const [a, g] of pairs)
        if (has[a] || has[g]) {
          const joined = (x?: string, y?: string) =>
            [...(x ? [`${x} * keep${i}`] : []), ...(y ? [`bar(${y}) * turn${i}`] : [])].join(' + ');
          slopes[a] = joined(slope(a), slope(g));
          slopes[g] = joined(slope(g), slope(a));
        }
    }
    this.declare(i, slopes, remainder, rounding);
    // It moves nothing farther.
    this.line(`l1_${i} = l1_${of};`);
    this.line(`l0_${i} = l0_${of};`);
  }

  /** A slope of re w or im w from those of w by a variable and its conjugate. */
  private part(name: 're' | 'im', a: string | undefined, g: string | undefined): string {
    if (name === 're') return `(${[a, g && `bar(${g})`].filter(Boolean).join(' + ')}) * 0.5`;
    const difference = a && g ? `(${a} - bar(${g}))` : a ? a : `(-bar(${g}))`;
    return `complex(${difference}.im, -${difference}.re) * 0.5`;
  }

  /** The sign of a part of a value, which rv keeps certain. */
  private certain(i: number, of: number, name: 're' | 'im'): void {
    const part = `${this.value(of)}.${name}`;
    this.line(`let sign_${name}${i} = select(high(${part}) >= 0.0, 1.0, -1.0);`);
    this.line(`let far_${name}${i} = bound(${part}) * DOWN30 - rho - (${this.rest(of, 0)});`);
    this.keepWithin(`far_${name}${i}`, of);
  }
  /** Limits rv so that a value moves by at most `room`, from which what does not depend on x is taken off already. */
  private keepWithin(room: string, of: number): void {
    this.line(`if (!(${room} > 0.0)) { dead = 1; }`);
    this.line(`let most_${room} = l1_${of} + q1_${of} + q2_${of} * rv + e1_${of};`);
    this.line(`if (most_${room} > 0.0) { rv = min(rv, ${room} / most_${room} * DOWN40); }`);
  }
  /** Coefficients of the whole distance of a value: its linear part and its remainder. */
  private rest(i: number, k: 0 | 1 | 2): string {
    return k === 2 ? `q2_${i}` : `l${k}_${i} + q${k}_${i} + e${k}_${i}`;
  }

  private sum(i: number, of: number, by: number, sign: 1 | -1): void {
    const all = [of, by].filter((at) => this.plan.operations[at]!.isMoving);
    const slopes: Partial<Record<keyof Slopes, string>> = {};
    for (const letter of letters) {
      const [v, w] = [of, by].map((at) => (this.has[at]?.[letter] ? `${letter}${at}` : undefined));
      const text = v && w ? `${v} ${sign > 0 ? '+' : '-'} ${w}` : (v ?? (w && (sign > 0 ? w : `-${w}`)));
      if (text) slopes[letter] = text;
    }
    const each = (text: (at: number) => string) => all.map(text).join(' + ');
    this.declare(
      i,
      slopes,
      [2, 1, 0].map((k) => each((at) => `q${k}_${at}`)),
      [1, 0].map((k) => each((at) => `e${k}_${at} + l${k}_${at} * (U * 2.0)`)),
    );
  }

  private product(i: number, of: number, by: number): void {
    const isMoving = (at: number) => this.plan.operations[at]!.isMoving;
    const load = (name: 'V' | 'W', at: number) => {
      this.line(`let ${name}${i} = ${this.value(at)};`);
      this.line(`let ${name}_size${i} = modulus(${name}${i}) * UP40 + rho;`);
    };
    if (isMoving(by)) load('V', of);
    if (isMoving(of)) load('W', by);
    const slopes: Partial<Record<keyof Slopes, string>> = {};
    for (const letter of letters) {
      const terms = [
        ...(this.has[by]?.[letter] ? [`V${i} * ${letter}${by}`] : []),
        ...(this.has[of]?.[letter] ? [`W${i} * ${letter}${of}`] : []),
      ];
      if (terms.length > 0) slopes[letter] = terms.join(' + ');
    }
    const both = isMoving(of) && isMoving(by);
    const c = (at: number, k: 0 | 1 | 2) => `(${this.rest(at, k)})`;
    const times = (j: 0 | 1 | 2, k: 0 | 1 | 2) => `${c(of, j)} * ${c(by, k)}`;
    const second = [
      `${times(2, 0)} + ${times(1, 1)} + ${times(0, 2)} + (${times(2, 1)} + ${times(1, 2)}) * rv + ${times(2, 2)} * rv * rv`,
      `${times(1, 0)} + ${times(0, 1)}`,
      times(0, 0),
    ];
    const scaled = (text: (at: number) => string) =>
      [
        ...(isMoving(by) ? [`V_size${i} * (${text(by)})`] : []),
        ...(isMoving(of) ? [`W_size${i} * (${text(of)})`] : []),
      ].join(' + ');
    this.declare(
      i,
      slopes,
      [2, 1, 0].map((k, j) => scaled((at) => `q${k}_${at}`) + (both ? ` + ${second[j]}` : '')),
      [1, 0].map(
        (k) =>
          scaled((at) => `e${k}_${at} + l${k}_${at} * (U * 8.0)`) +
          [of, by]
            .filter(isMoving)
            .map((at) => ` + rho * l${k}_${at}`)
            .join(''),
      ),
    );
  }

  private quotient(i: number, of: number, by: number): void {
    const isMoving = (at: number) => this.plan.operations[at]!.isMoving;
    this.line(`let W${i} = ${this.value(by)};`);
    this.line(`let low${i} = modulus(W${i}) * DOWN40 - rho;`);
    this.line(`if (!(low${i} > 1e-130)) { dead = 1; low${i} = zero + 1.0; }`);
    if (isMoving(by)) {
      this.line(`let Q${i} = ${this.value(i)};`);
      this.line(`let Q_size${i} = modulus(Q${i}) * UP40 + rho;`);
      this.line(`let half${i} = low${i} * 0.5 - (${this.rest(by, 0)});`);
      this.keepWithin(`half${i}`, by);
    }
    const slopes: Partial<Record<keyof Slopes, string>> = {};
    for (const letter of letters) {
      const [v, w] = [of, by].map((at) => (this.has[at]?.[letter] ? `${letter}${at}` : undefined));
      const numerator = v && w ? `${v} - Q${i} * ${w}` : (v ?? (w && `-(Q${i} * ${w})`));
      if (numerator) slopes[letter] = `over(${numerator}, W${i})`;
    }
    const joined = (text: (at: number) => string) =>
      [...(isMoving(of) ? [text(of)] : []), ...(isMoving(by) ? [`Q_size${i} * (${text(by)})`] : [])].join(
        ' + ',
      );
    const c = (k: 0 | 1 | 2) => `(${joined((at) => this.rest(at, k))})`;
    const w = (k: 0 | 1 | 2) => `(${this.rest(by, k)})`;
    const times = (j: 0 | 1 | 2, k: 0 | 1 | 2) => `${c(j)} * ${w(k)}`;
    const scale = ` * 2.0 / low${i} / low${i}`;
    const second = [
      `(${times(2, 0)} + ${times(1, 1)} + ${times(0, 2)} + (${times(2, 1)} + ${times(1, 2)}) * rv + ${times(2, 2)} * rv * rv)`,
      `(${times(1, 0)} + ${times(0, 1)})`,
      `(${times(0, 0)})`,
    ];
    this.declare(
      i,
      slopes,
      [2, 1, 0].map(
        (k, j) =>
          `(${joined((at) => `q${k}_${at}`)}) / low${i}${isMoving(by) ? ` + ${second[j]}${scale}` : ''}`,
      ),
      [1, 0].map(
        (k) =>
          `(${joined((at) => `e${k}_${at} + l${k}_${at} * (U * 40.0 + rho / low${i})`)}) / low${i}` +
          (isMoving(by) ? ` + l${k}_${by} * rho / low${i}` : ''),
      ),
    );
  }
}
