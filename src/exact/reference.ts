// Reference orbits: Z_0, Z_1, ... in fixed point of P bits by BigInt, Z' = Z^2 + C + r. The two products and C are
// rounded down, an error of less than 2 units in each part: |r| < 4 * 2^-P. Points are relative to this computed orbit
// (not to the exact one of C), so that r is its only error, whatever its length. It is identical on every machine. Its
// numbers are stored as sums of two doubles or, if doubles underflow, with separate exponents. Perturbation: K. I.
// Martin, "SuperFractalThing Maths", 2013; the orbit is cut at the period of a nucleus.
import { binaryExponent } from './dyadic.js';
import type { DecimalPair } from './view.js';
import { pairToFixed } from './view.js';

/** An orbit: row n contains the parts of Z_n. */
export interface ReferenceOrbit {
  /** The last index. */
  readonly steps: number;
  /** The period of the nucleus that the orbit's c is next to, or 0. */
  readonly period: number;
  /** Four doubles per index: for the real and the imaginary part, high and low doubles, or mantissa and exponent. */
  readonly values: Float64Array;
}

/** The parameters of an orbit. */
export interface OrbitJob {
  readonly z: DecimalPair;
  readonly c: DecimalPair;
  readonly bits: number;
  readonly most: number;
  readonly radius: number;
  /** Whether numbers are stored as mantissa and exponent. */
  readonly isScaled: boolean;
  /** The orbit is cut at the period of a nucleus about 2^nearNucleus away; -Infinity: never. */
  readonly nearNucleus: number;
}

/** Lets the event loop run. */
export const pause = (): Promise<unknown> => new Promise((done) => setTimeout(done, 0));

/** The rows of an orbit of at most `most` steps, each of `width` doubles; its memory grows with it. */
export class OrbitRows {
  values: Float64Array;
  constructor(
    private readonly width: number,
    private readonly most: number,
  ) {
    this.values = new Float64Array(width * Math.min(most + 1, 2 ** 14));
  }
  /** Where row n begins; there is memory for it. */
  begin(n: number): number {
    if (this.width * (n + 1) > this.values.length) {
      const longer = new Float64Array(Math.min(this.width * (this.most + 1), 2 * this.values.length));
      longer.set(this.values);
      this.values = longer;
    }
    return this.width * n;
  }
  /** The rows up to row n, in their own memory. */
  upTo(n: number, allocate: (doubles: number) => Float64Array): Float64Array {
    const length = this.width * (n + 1);
    const cut = allocate(length);
    cut.set(this.values.subarray(0, length));
    return cut;
  }
}

export async function referenceOrbit(
  job: OrbitJob,
  allocate: (doubles: number) => Float64Array,
  tick: (steps: number) => void,
): Promise<ReferenceOrbit> {
  const { bits, most, radius, isScaled } = job;
  let [x, y] = pairToFixed(job.z, bits);
  const [cx, cy] = pairToFixed(job.c, bits);
  const [shift, halfShift] = [BigInt(bits), BigInt(bits - 1)];
  const rows = new OrbitRows(4, most);
  const put = isScaled ? putScaled(bits) : putPair(bits);
  const nucleus = new Derivative();
  const pauseEvery = Math.max(64, Math.round(2 ** 21 / bits));
  let [n, period] = [0, 0];
  for (; ; n++) {
    const at = rows.begin(n);
    const { values } = rows;
    put(values, at, x);
    put(values, at + 2, y);
    const [re, im] = [asDouble(values, at, isScaled), asDouble(values, at + 2, isScaled)];
    if (n >= most || re * re + im * im > 4 * radius * radius) break;
    if (n > 0 && job.nearNucleus > -Infinity) {
      const size = Math.max(exponentAt(values, at, isScaled), exponentAt(values, at + 2, isScaled));
      if (size < job.nearNucleus + nucleus.exponentOf()) {
        period = n;
        break;
      }
    }
    nucleus.step(re, im);
    const [product, cross] = [(x - y) * (x + y), x * y];
    x = (product >> shift) + cx;
    y = (cross >> halfShift) + cy;
    if (n % pauseEvery === pauseEvery - 1) {
      tick(n);
      await pause();
    }
  }
  return { steps: n, period, values: rows.upTo(n, allocate) };
}

const asDouble = (values: Float64Array, at: number, isScaled: boolean): number =>
  isScaled ? (values[at + 1]! < -1000 ? 0 : values[at]! * 2 ** values[at + 1]!) : values[at]!;
/** floor(log2) of a number's modulus, computed without functions that engines round differently. */
const exponentAt = (values: Float64Array, at: number, isScaled: boolean): number =>
  binaryExponent(values[at]!) + (isScaled ? values[at + 1]! : 0);

/** Stores a number with `bits` fractional bits as the sum of two doubles, each rounded to nearest. */
export function putPair(bits: number) {
  const toTop = BigInt(Math.max(0, bits - 140));
  const [unit, all] = [2 ** -Math.min(bits, 140), BigInt(bits)];
  return (values: Float64Array, at: number, x: bigint) => {
    const top = x >> toTop;
    let high = Number(top);
    if (Math.abs(high) > 2 ** 120) {
      // 140 fractional bits: the truncation is below 2^-19 of the low part's last bit.
      values[at] = high * unit;
      values[at + 1] = Number(top - BigInt(high)) * unit;
      return;
    }
    // A small number: uses all bits, scaled by a power of two so that both parts fit doubles.
    const size = BigInt(Math.max(0, x.toString(16).length * 4 - 900));
    high = Number(x >> size);
    const scale = size - all;
    values[at] = scaleBy(high, Number(scale));
    values[at + 1] = scaleBy(Number((x >> size) - BigInt(high)), Number(scale));
  };
}

/** A number times a power of two that may be below all doubles; rounded once if the result is subnormal. */
function scaleBy(value: number, exponent: number): number {
  let [rest, left] = [value, exponent];
  for (; left < -1000; left += 1000) rest *= 2 ** -1000;
  return rest * 2 ** left;
}

/** Stores a number as a mantissa from 1 to 2 and an exponent. */
export function putScaled(bits: number) {
  const toTop = BigInt(bits - 100);
  return (values: Float64Array, at: number, x: bigint) => {
    if (x === 0n) {
      values[at] = 0;
      values[at + 1] = -(2 ** 28);
      return;
    }
    let mantissa = Number(x >> toTop);
    let exponent = -100;
    if (Math.abs(mantissa) < 2 ** 70) {
      const drop = Math.max(0, x.toString(16).length * 4 - 100);
      mantissa = Number(x >> BigInt(drop));
      exponent = drop - bits;
    }
    for (; Math.abs(mantissa) >= 2 ** 64; exponent += 64) mantissa *= 2 ** -64;
    for (; Math.abs(mantissa) >= 2; exponent++) mantissa /= 2;
    values[at] = mantissa;
    values[at + 1] = exponent;
  };
}

/** dZ/dC along an orbit in doubles, rescaled before it overflows; it only determines where an orbit is cut. */
class Derivative {
  private re = 0;
  private im = 0;
  private exponent = 0;
  step(x: number, y: number): void {
    const re = 2 * (x * this.re - y * this.im) + 2 ** -this.exponent;
    this.im = 2 * (x * this.im + y * this.re);
    this.re = re;
    if (Math.abs(re) + Math.abs(this.im) > 2 ** 500) {
      this.re *= 2 ** -500;
      this.im *= 2 ** -500;
      this.exponent += 500;
    }
  }
  exponentOf(): number {
    return binaryExponent(Math.max(Math.abs(this.re), Math.abs(this.im))) + this.exponent;
  }
}
