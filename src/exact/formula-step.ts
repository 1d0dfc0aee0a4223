// The perturbed step of any formula, derived from its operations. For an operation's value w at the reference, W, and at
// the point, w = W + dw, the text computes dw from those of its operands, without differences of near numbers, and a bound
// T >= |computed dw - dw|, where dw is that of the true distance d, |computed d - d| <= e:
//   v + w    dv + dw;                                T = Tv + Tw
//   v w      V dw + dv w;                            T = |v| Tw + |w| Tv + 3 Tv Tw
//   w^2      (2 W + dw) dw;                          T = 2 |w| Tw + 3 Tw^2
//   v / w    (dv - Q dw) / w,  q = Q + dq = v / w;   T = (Tv + |q| Tw) / (|w| - Tw)
//   |x|      dx, or -(2 X + dx) where the sign changes, with X's sign: no farther from the truth than dx is
// and conj, re, im and folds likewise; each plus its rounding, at most u times the moduli that are rounded. (v' w' - v w =
// v dw + w dv + dv dw for errors dv and dw of the point; 3 in place of 1 as |v| and |w| are known up to Tv and Tw.) Moduli
// multiply, so that the bound of a chain of operations grows as the derivative does. Where two operands of a holomorphic
// part depend on z, its derivative D is computed and T = |D| e + rest, since the sum of their moduli would be too large.
// Bounds of straight-line programs: van der Hoeven and Lecerf, "Evaluating straight-line programs over balls", 2016.
// RHO bounds what fixed point changed in W, and underflow.
import type { Operation, Plan } from './plan.js';

export interface StepText {
  /** What does not depend on z: once for each point. */
  readonly prelude: string;
  /** The step: reads `row`, `d`, `e` and `r` >= |z|, sets `dn` and `en`, and `bad` where a pole may be near. */
  readonly body: string;
  /** The operations whose values are read from rows, and from the constants. */
  readonly stored: readonly number[];
  readonly constants: readonly number[];
}

/** Below this, the square of a divisor might lose bits. */
const leastDivisor = '1e-130';

export function stepText(plan: Plan): StepText {
  const writer = new StepWriter(plan);
  return writer.write();
}

class StepWriter {
  private readonly prelude: string[] = [];
  private readonly body: string[] = [];
  private readonly stored = new Set<number>([0]);
  private readonly constants = new Set<number>();
  private readonly declared = new Set<string>();
  private readonly operations: readonly Operation[];
  /** Operations whose derivative by z is needed. */
  private readonly sloped: ReadonlySet<number>;
  /** Their derivatives, by name; absent: 0. */
  private readonly slopes = new Map<number, string>();

  constructor(private readonly plan: Plan) {
    this.operations = plan.operations;
    this.sloped = this.withSlopes();
  }

  write(): StepText {
    const { last } = this.plan;
    for (const i of this.operations.keys()) if (this.operations[i]!.isMoving) this.operation(i);
    const { isMoving } = this.operations[last]!;
    this.body.push(
      isMoving ? `let dn = d${last};` : 'let dn = d * 0.0;',
      `let en = (${isMoving ? `T${last}` : 'rho'} + res) * UP30;`,
    );
    const sorted = (all: ReadonlySet<number>) => [...all].sort((a, b) => a - b);
    return {
      prelude: this.prelude.join('\n'),
      body: this.body.join('\n'),
      stored: sorted(this.stored),
      constants: sorted(this.constants),
    };
  }

  /** What a value is a power of. */
  private base(i: number): number {
    const operation = this.operations[i]!;
    if (operation.kind === 'square') return this.base(operation.of);
    if (operation.kind !== 'multiply') return i;
    const base = this.base(operation.of);
    return base === this.base(operation.by) ? base : i;
  }
  /**
   * What is below a sum, product or quotient of two holomorphic operands that depend on z, except powers of one, whose
   * moduli multiply as they do.
   */
  private withSlopes(): Set<number> {
    const all = new Set<number>();
    const add = (i: number): void => {
      const operation = this.operations[i]!;
      if (!operation.byZ || all.has(i)) return;
      all.add(i);
      if ('of' in operation) add(operation.of);
      if ('by' in operation) add(operation.by);
    };
    for (const [i, operation] of this.operations.entries())
      if (operation.isHolomorphic && 'by' in operation)
        if (this.operations[operation.of]!.byZ && this.operations[operation.by]!.byZ && this.base(i) === i)
          add(i);
    return all;
  }

  private put(i: number, line: string): void {
    (this.operations[i]!.byZ ? this.body : this.prelude).push(line);
  }
  private once(i: number, name: string, value: () => string): string {
    if (!this.declared.has(name)) {
      const text = value();
      this.declared.add(name);
      this.put(i, `let ${name} = ${text};`);
    }
    return name;
  }

  /** The value at the reference. */
  private reference(i: number): string {
    return this.once(i, `V${i}`, () => {
      (this.operations[i]!.byZ ? this.stored : this.constants).add(i);
      return `load_complex(${this.operations[i]!.byZ ? 'row' : 'constants'} + V_${i})`;
    });
  }
  /** The value at the point. */
  private value(i: number): string {
    if (!this.operations[i]!.isMoving) return this.reference(i);
    const base = this.reference(i);
    return this.once(i, `v${i}`, () => `${base} + d${i}`);
  }
  /** Bounds of |V| and |dv|, for roundings. */
  private referenceSize(i: number): string {
    const base = this.reference(i);
    return this.once(i, `M${i}`, () => `n1(${base})`);
  }
  private distanceSize(i: number): string {
    return this.once(i, `m${i}`, () => `n1(d${i})`);
  }
  /** A bound of |v| - T, from those of the operands where moduli multiply. */
  private size(i: number): string {
    const operation = this.operations[i]!;
    if (operation.kind === 'z') {
      // Z and d may be far larger than z, whose rounding is theirs.
      const most = this.referenceSize(i);
      return this.once(i, 's0', () => `r + ${most} * (U * 4.0) + rho`);
    }
    if (!operation.isMoving) {
      const base = this.reference(i);
      return this.once(i, `s${i}`, () => `modulus(${base}) * UP40 + rho`);
    }
    switch (operation.kind) {
      case 'negate':
      case 'conjugate':
      case 'fold':
        return this.size(operation.of);
      case 'square': {
        const of = this.size(operation.of);
        return this.once(i, `s${i}`, () => `${of} * ${of} * UP`);
      }
      case 'multiply': {
        const [of, by] = [this.size(operation.of), this.size(operation.by)];
        return this.once(i, `s${i}`, () => `${of} * ${by} * UP`);
      }
      default: {
        const [value, most] = [this.value(i), this.referenceSize(i)];
        return this.once(i, `s${i}`, () => `modulus(${value}) * UP40 + ${most} * (U * 4.0) + rho`);
      }
    }
  }
  private slope(i: number): string | undefined {
    return this.slopes.get(i);
  }
  private isSloped(i: number): boolean {
    return this.sloped.has(i);
  }

  /** Declares d and T, and where wanted D and the rest of T. */
  private operation(i: number): void {
    const operation = this.operations[i]!;
    const set = (d: string, T: string) => {
      if (d !== '') this.put(i, `let d${i} = ${d};`);
      this.put(i, `let T${i} = ${T};`);
      this.declared.add(`T${i}`);
    };
    switch (operation.kind) {
      case 'z':
        set('d', 'e');
        if (this.isSloped(i)) {
          this.put(i, 'let R0 = e * 0.0;');
          this.slopes.set(i, '1.0');
        }
        return;
      case 'p':
        set('dc', 'dc_error');
        return;
      case 'negate':
      case 'conjugate':
      case 're':
      case 'im': {
        const { of, kind } = operation;
        const forms = {
          negate: `-d${of}`,
          conjugate: `complex(d${of}.re, -d${of}.im)`,
          re: `complex(d${of}.re, 0.0)`,
          im: `complex(d${of}.im, 0.0)`,
        };
        set(forms[kind], `T${of}`);
        if (kind === 'negate') this.join(i, [[of, '-1.0']], `R${of}`);
        return;
      }
      case 'absolute': {
        const { of } = operation;
        const base = this.reference(of);
        const far = this.distanceSize(of);
        set(`complex(folded(${base}.re, d${of}.re), 0.0)`, `T${of} + ${far} * (U * 8.0) + rho * 4.0`);
        return;
      }
      case 'fold': {
        const { of, re, im } = operation;
        const base = this.reference(of);
        const part = (name: 're' | 'im', { sign, isAbsolute }: { sign: 1 | -1; isAbsolute: boolean }) =>
          `${sign < 0 ? '-' : ''}${isAbsolute ? `folded(${base}.${name}, d${of}.${name})` : `d${of}.${name}`}`;
        const far = this.distanceSize(of);
        set(`complex(${part('re', re)}, ${part('im', im)})`, `T${of} + ${far} * (U * 8.0) + rho * 8.0`);
        return;
      }
      case 'add':
      case 'subtract':
        this.sum(i, operation);
        return;
      case 'square': {
        const { of } = operation;
        const [base, size] = [this.reference(of), this.size(of)];
        const [most, far] = [this.referenceSize(of), this.distanceSize(of)];
        this.put(i, `let d${i} = (${base} + ${base} + d${of}) * d${of};`);
        const rest = `T${of} * T${of} * 3.0 + (${most} * 10.0 + ${far} * 4.0) * ${far} * U + rho * (${far} * 2.0 + 1.0)`;
        if (!this.isSloped(i)) {
          this.put(i, `let T${i} = ${size} * T${of} * 2.0 + ${rest};`);
          return;
        }
        const value = this.value(of);
        this.join(
          i,
          [[of, `(${value} + ${value})`]],
          `${size} * R${of} * 2.0 + ${rest}`,
          `(${most} + ${far}) * 2.0`,
        );
        return;
      }
      case 'multiply':
        this.product(i, operation);
        return;
      case 'divide':
        this.quotient(i, operation);
        return;
    }
  }

  private sum(i: number, { kind, of, by }: Operation & { kind: 'add' | 'subtract' }): void {
    const [v, w] = [of, by].map((at) => this.operations[at]!.isMoving) as [boolean, boolean];
    const sign = kind === 'add' ? '+' : '-';
    const d = v && w ? `d${of} ${sign} d${by}` : v ? `d${of}` : kind === 'add' ? `d${by}` : `-d${by}`;
    this.put(i, `let d${i} = ${d};`);
    const rounding = v && w ? [`${this.distanceSize(i)} * U`] : [];
    const parts = (letter: 'T' | 'R') => [
      ...(v ? [this.rest(of, letter)] : []),
      ...(w ? [this.rest(by, letter)] : []),
      ...rounding,
    ];
    if (!this.isSloped(i)) this.put(i, `let T${i} = ${parts('T').join(' + ')};`);
    else
      this.join(
        i,
        [
          [of, '1.0'],
          [by, kind === 'add' ? '1.0' : '-1.0'],
        ],
        parts('R').join(' + '),
      );
  }

  /** T, or the part of T that is not |D| e. */
  private rest(i: number, letter: 'T' | 'R'): string {
    return letter === 'R' && this.operations[i]!.byZ ? `R${i}` : `T${i}`;
  }

  private product(i: number, { of, by }: Operation & { kind: 'multiply' }): void {
    const [v, w] = [of, by].map((at) => this.operations[at]!.isMoving) as [boolean, boolean];
    const terms: string[] = [];
    const rounding: string[] = [];
    if (w) {
      terms.push(`${this.reference(of)} * d${by}`);
      rounding.push(`${this.referenceSize(of)} * ${this.distanceSize(by)} * 6.0`);
    }
    if (v) {
      terms.push(`d${of} * ${this.value(by)}`);
      const most = w ? `(${this.referenceSize(by)} + ${this.distanceSize(by)})` : this.referenceSize(by);
      rounding.push(`${this.distanceSize(of)} * ${most} * 8.0`);
    }
    this.put(i, `let d${i} = ${terms.join(' + ')};`);
    const moved = [v ? this.distanceSize(of) : '', w ? this.distanceSize(by) : '', '1.0'].filter(Boolean);
    const parts = (letter: 'T' | 'R') => [
      ...(w ? [`${this.size(of)} * ${this.rest(by, letter)}`] : []),
      ...(v ? [`${this.size(by)} * ${this.rest(of, letter)}`] : []),
      ...(v && w ? [`T${of} * T${by} * 3.0`] : []),
      `(${rounding.join(' + ')}) * U`,
      `rho * (${moved.join(' + ')})`,
    ];
    if (!this.isSloped(i)) {
      this.put(i, `let T${i} = ${parts('T').join(' + ')};`);
      return;
    }
    const [vz, wz] = [this.operations[of]!.byZ, this.operations[by]!.byZ];
    const around = (at: number) =>
      this.operations[at]!.isMoving
        ? `(${this.referenceSize(at)} + ${this.distanceSize(at)})`
        : this.referenceSize(at);
    const factors: [number, string][] = [
      ...(vz ? [[of, this.value(by)] as [number, string]] : []),
      ...(wz ? [[by, this.value(of)] as [number, string]] : []),
    ];
    this.join(
      i,
      factors,
      parts('R').join(' + '),
      [...(vz ? [around(by)] : []), ...(wz ? [around(of)] : [])].join(' + '),
    );
  }

  private quotient(i: number, { of, by }: Operation & { kind: 'divide' }): void {
    const [v, w] = [of, by].map((at) => this.operations[at]!.isMoving) as [boolean, boolean];
    const divisor = this.value(by);
    const q = this.reference(i);
    const most = this.referenceSize(by);
    const all = w ? `(${most} + ${this.distanceSize(by)})` : most;
    const numerator = v && w ? `d${of} - ${q} * d${by}` : v ? `d${of}` : `-(${q} * d${by})`;
    this.put(
      i,
      `let low${i} = modulus(${divisor}) * DOWN40 - (${all} * (U * 4.0) + rho${w ? ` + T${by}` : ''});`,
    );
    this.put(i, `if (!(low${i} > ${leastDivisor})) { bad = 1; low${i} = low${i} * 0.0 + 1.0; }`);
    this.put(i, `let d${i} = over(${numerator}, ${divisor});`);
    const far = [
      v ? this.distanceSize(of) : '',
      w ? `${this.referenceSize(i)} * ${this.distanceSize(by)}` : '',
    ];
    this.put(i, `let far${i} = ${far.filter(Boolean).join(' + ')};`);
    const moved = w ? `${this.distanceSize(by)} + 1.0` : '1.0';
    this.put(
      i,
      `let rounded${i} = (far${i} * (U * 32.0) + rho * (${moved})) / low${i} * (${all} / low${i} + 1.0) ` +
        `+ far${i} / low${i} * (rho / low${i});`,
    );
    const size = w ? `(${this.size(i)} + rounded${i})` : '';
    const parts = (letter: 'T' | 'R') =>
      [...(v ? [this.rest(of, letter)] : []), ...(w ? [`${size} * ${this.rest(by, letter)}`] : [])].join(
        ' + ',
      );
    if (!this.isSloped(i)) {
      this.put(i, `let T${i} = (${parts('T')}) / low${i} + rounded${i};`);
      return;
    }
    const second = w
      ? ` + (${v ? `T${of} + ` : ''}${size} * T${by}) / low${i} * (T${by} / low${i}) * 2.0 + rounded${i} * (T${by} / low${i})`
      : '';
    const [vz, wz] = [this.operations[of]!.byZ, this.operations[by]!.byZ];
    const inverse = `inverse${i}`;
    this.put(i, `let ${inverse} = over(complex(1.0, 0.0), ${divisor});`);
    const factors: [number, string][] = [
      ...(vz ? [[of, inverse] as [number, string]] : []),
      ...(wz ? [[by, `-(${this.value(i)} * ${inverse})`] as [number, string]] : []),
    ];
    const spread = `(${[...(vz ? ['1.0'] : []), ...(wz ? [`${this.referenceSize(i)} + ${this.distanceSize(i)}`] : [])].join(' + ')}) / low${i} * (${all} / low${i} + 1.0)`;
    this.join(i, factors, `(${parts('R')}) / low${i} + rounded${i}${second}`, spread);
  }

  /** Declares the derivative, the sum of factors times those of operands, and T; `sizes` bounds the factors' moduli. */
  private join(
    i: number,
    factors: readonly (readonly [of: number, factor: string])[],
    rest: string,
    sizes = '1.0',
  ): void {
    if (!this.isSloped(i)) return;
    const terms: string[] = [];
    const moduli: string[] = [];
    for (const [of, factor] of factors) {
      const slope = this.slope(of);
      if (slope === undefined) continue;
      terms.push(slope === '1.0' ? factor : `${factor} * ${slope}`);
      moduli.push(slope === '1.0' ? '1.0' : `n1(${slope})`);
    }
    this.put(i, `let D${i} = complex(0.0, 0.0) + ${terms.join(' + ')};`);
    this.slopes.set(i, `D${i}`);
    // The rounding of D.
    const lost = `(${sizes}) * (${moduli.join(' + ')}) * (e * EPS40)`;
    this.put(i, `let R${i} = ${rest} + ${lost};`);
    if (this.declared.has(`T${i}`)) return;
    this.declared.add(`T${i}`);
    this.put(i, `let T${i} = modulus(D${i}) * e + R${i};`);
  }
}
