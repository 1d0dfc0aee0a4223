// Real elementary functions whose results are bit-identical on every engine: they only add, multiply, divide, compare
// and inspect bits, which IEEE 754 and ECMAScript define to the last digit, and fuse nothing. Complex functions are
// elsewhere. Sources: Cody and Waite, Software Manual for the Elementary Functions (1980), for the reductions; Dekker
// (1971) for exact sums and products; Machin's pi; the series are Taylor's. Math.exp and the like are unsuitable:
// ECMAScript leaves their digits, and those of **, to the engine. The functions of @stdlib/math-base-special-* are
// deterministic and well maintained, but these seven come with 170 packages, 19 MB, and as CommonJS only, which a page
// cannot load directly.

/** The eight bytes of a double, big-endian. */
const bits = new DataView(new ArrayBuffer(8));
/** The result of `reduce`: x without its whole quarter turns, and the rounding error of that. */
const reduced = new Float64Array(2);

// ln 2 = 0.b17217f7 d1cf79abc9e3b... in hexadecimal. The first part is short enough for its product with an exponent to
// be exact. Likewise pi/2 = 1.921fb544 42d18469 898cc517 01b839a252049c1... for up to 2^20 quarter turns.
const [ln2, ln2Tail] = [0xb17217f7 * powerOfTwo(-32), 0xd1cf79abc9e3b * powerOfTwo(-84)];
const [quarter1, quarter2] = [0x1921fb544 * powerOfTwo(-32), 0x42d18469 * powerOfTwo(-64)];
const [quarter3, quarter4] = [0x898cc517 * powerOfTwo(-96), 0x1b839a252049c1 * powerOfTwo(-156)];
const fewTurns = 0x100000;

/** Binary places of fixed-point numbers: enough for a double's digits even after x and its turns cancel. */
const places = 240;
const lastPlace = powerOfTwo(-places);

/** arctan(j / 8) for j = 0...8, each a double and its remainder; the next is larger by arctan(8 / (64 + j (j - 1))). */
const arctangents = new Float64Array(18);
for (let j = 1, sum = 0n; j <= 8; j++) {
  sum += arctanOfFraction(8n, BigInt(64 + j * (j - 1)), places);
  splitFixed(sum, arctangents.subarray(2 * j));
}
const [halfPi, halfPiTail] = [2 * arctangents[16]!, 2 * arctangents[17]!];

const leastNormal = powerOfTwo(-1022);
const [two54, two200, twoMinus200] = [powerOfTwo(54), powerOfTwo(200), powerOfTwo(-200)];

/** Errors are stated in ulps of the true value, as the tests measure them. */
export const realFunctions = { exp, log, sin, cos, sinh, cosh, atan2 } as const;

/** e^x. Error at most 0.8 ulp; Infinity above 709.7827, through subnormals to 0 below -745.1332. */
function exp(x: number): number {
  return scaledExp(x, 0);
}

/** Natural logarithm. Error at most 0.8 ulp; -Infinity at 0 and -0, NaN below. */
function log(x: number): number {
  if (!(x > 0)) return x === 0 ? -Infinity : Number.NaN;
  if (x === Infinity) return x;
  const subnormal = x < leastNormal;
  bits.setFloat64(0, subnormal ? x * two54 : x);
  // x = 2^exponent (1 + f), with 1 + f from sqrt(1/2) to sqrt(2), whose high words these are.
  const high = bits.getInt32(0);
  const shift = (high - 0x3fe6a09e) >> 20;
  bits.setInt32(0, high - (shift << 20));
  const f = bits.getFloat64(0) - 1;
  const exponent = subnormal ? shift - 54 : shift;
  // ln(1 + f) = 2 artanh(s) = f - h + s (h + 2 (s^2/3 + s^4/5 + ...)), with h = f^2/2.
  const s = f / (2 + f);
  const h = 0.5 * f * f;
  const low = exponent * ln2Tail + s * (h + 2 * reciprocalSeries(s * s));
  const sum = exponent * ln2 + f;
  return sum + (exponent * ln2 - sum + f + (low - h));
}

/** Sine of x radians. Error at most 0.8 ulp for any finite x, 1e300 too; NaN for infinities. */
function sin(x: number): number {
  if (Math.abs(x) < 1e-8) return x;
  return sineAfter(reduce(x));
}

/** Cosine of x radians. Error at most 0.8 ulp for any finite x; NaN for infinities. */
function cos(x: number): number {
  return sineAfter(reduce(x) + 1);
}

/** Hyperbolic sine. Error at most 1.7 ulp; infinite where the true value rounds to that, past 710.4758. */
function sinh(x: number): number {
  const size = Math.abs(x);
  if (size < 1) return x + x * oddSeries(x * x);
  const half = scaledExp(size, -1);
  const value = half - 0.25 / half;
  return x < 0 ? -value : value;
}

/** Hyperbolic cosine. Error at most 1.2 ulp; infinite where the true value rounds to that, past 710.4758. */
function cosh(x: number): number {
  const size = Math.abs(x);
  if (size < 1) return evenSum(x * x, 0);
  const half = scaledExp(size, -1);
  return half + 0.25 / half;
}

/** Angle of the point (x, y), from -pi to pi, signed zeros and infinities as in C. Error at most 0.8 ulp. */
function atan2(y: number, x: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN;
  const steep = Math.abs(y) > Math.abs(x);
  let small = Math.abs(steep ? x : y);
  let large = Math.abs(steep ? y : x);
  if (small === Infinity) small = large = 1;
  const left = x < 0 || Object.is(x, -0);
  // The angle is this many quarter turns, plus or minus arctan(small / large).
  const quarters = steep ? 1 : left ? 2 : 0;
  const side = steep === left ? 1 : -1;

  const quotient = large === 0 ? 0 : small / large;
  let angle = quotient;
  let tail = 0;
  // For smaller quotients the arctangent is the quotient, and the remainder might underflow.
  if (quotient > 1e-18) {
    if (large > 1e250 || large < 1e-250) {
      const scale = large > 1 ? twoMinus200 : two200;
      small *= scale;
      large *= scale;
    }
    // arctan(small/large) = arctan(c) + arctan(u) with c = j/8 and u = (small - c large) / (large + c small).
    const j = quotient < 0.125 ? 0 : Math.floor(8 * quotient + 0.5);
    const c = j / 8;
    const largeHigh = highHalf(large);
    const numerator = small - c * largeHigh - c * (large - largeHigh);
    const denominator = large + c * small;
    const u = numerator / denominator;
    // The remainder of that division, by the four exact products of halves.
    const [uHigh, dHigh] = [highHalf(u), highHalf(denominator)];
    const [uLow, dLow] = [u - uHigh, denominator - dHigh];
    const remainder = numerator - uHigh * dHigh - uHigh * dLow - uLow * dHigh - uLow * dLow;
    const low = remainder / denominator + u * reciprocalSeries(-u * u);
    angle = arctangents[2 * j]! + u;
    tail = arctangents[2 * j]! - angle + u + (arctangents[2 * j + 1]! + low);
  }
  const base = quarters * halfPi;
  const sum = base + side * angle;
  const size = sum + (base - sum + side * angle + (quarters * halfPiTail + side * tail));
  return y < 0 || Object.is(y, -0) ? -size : size;
}

/** e^x 2^shift, for a shift of 0 or -1. */
function scaledExp(x: number, shift: number): number {
  if (x > 711) return Infinity;
  if (x < -746) return 0;
  // x = exponent ln 2 + r + tail, |r| at most 0.35.
  const exponent = Math.floor(x * Math.LOG2E + 0.5);
  const high = x - exponent * ln2;
  const r = high - exponent * ln2Tail;
  const tail = high - r - exponent * ln2Tail;
  const sum = 1 + r;
  const square = r * r;
  const low = 0.5 * square + (evenSeries(square) + r * oddSeries(square)) + tail * sum;
  const value = sum + (1 - sum + r + low);
  // In two steps, because 2^1024 and 2^-1075 are not doubles.
  const first = (exponent + shift) >> 1;
  return value * powerOfTwo(first) * powerOfTwo(exponent + shift - first);
}

/** Quarter turns in x, modulo 4; the remainder is in `reduced`, at most slightly more than pi/4. */
function reduce(x: number): number {
  const turns = Math.floor(x * (2 / Math.PI) + 0.5);
  if (!(Math.abs(turns) <= fewTurns)) return reduceLarge(x);
  // Exact except for the rounding errors of the two differences, which are kept.
  const a = x - turns * quarter1;
  const b = a - turns * quarter2;
  const c = b - turns * quarter3;
  const tail = lostBy(a, turns * quarter2, b) + lostBy(b, turns * quarter3, c) - turns * quarter4;
  reduced[0] = c + tail;
  reduced[1] = c - (c + tail) + tail;
  return turns & 3;
}

/** As `reduce`, with integers, for any x: takes half a microsecond. */
function reduceLarge(x: number): number {
  if (!Number.isFinite(x)) {
    reduced.fill(Number.NaN);
    return 0;
  }
  bits.setFloat64(0, Math.abs(x));
  const exponentField = bits.getInt32(0) >> 20;
  const mantissa = BigInt.asUintN(52, bits.getBigUint64(0)) | (1n << 52n);
  circle ??= measureCircle();
  const { quarter, residues } = circle;
  residues[exponentField] ??= residueOf(exponentField - 1075, circle);
  const size = mantissa * residues[exponentField];
  const turns = (size + (quarter >> 1n)) / quarter;
  splitFixed(size - turns * quarter, reduced);
  if (x > 0) return Number(turns & 3n);
  reduced[0] = -reduced[0]!;
  reduced[1] = -reduced[1]!;
  return Number(-turns & 3n);
}

interface Circle {
  /** 2 pi, with enough places for the largest double. */
  readonly turn: bigint;
  /** pi/2, with `places`. */
  readonly quarter: bigint;
  /** The last place of doubles with each exponent field, modulo 2 pi, with `places`; filled on demand. */
  readonly residues: bigint[];
}
let circle: Circle | undefined;
const turnPlaces = 1300;

/** By Machin's pi/4 = 4 arctan(1/5) - arctan(1/239). */
function measureCircle(): Circle {
  const turn = 32n * arctanOfFraction(1n, 5n, turnPlaces) - 8n * arctanOfFraction(1n, 239n, turnPlaces);
  return { turn, quarter: turn >> BigInt(turnPlaces - places + 2), residues: [] };
}

/** 2^exponent modulo 2 pi. */
function residueOf(exponent: number, { turn }: Circle): bigint {
  return ((1n << BigInt(exponent + turnPlaces)) % turn) >> BigInt(turnPlaces - places);
}

/** The sine of this many quarter turns plus the angle in `reduced`. */
function sineAfter(turns: number): number {
  const [r, tail] = [reduced[0]!, reduced[1]!];
  const square = -r * r;
  const value =
    turns & 1 ? evenSum(square, -r * tail) : r + (r * oddSeries(square) + tail * (1 + 0.5 * square));
  return turns & 2 ? -value : value;
}

/** 1 + v/2! + v^2/4! + ..., |v| at most 1, and a small addend. */
function evenSum(v: number, addend: number): number {
  const sum = 1 + 0.5 * v;
  return sum + (1 - sum + 0.5 * v + (evenSeries(v) + addend));
}

/** v^2/4! + v^3/6! + ... + v^9/18!, for |v| at most 1. */
function evenSeries(v: number): number {
  const w = v * v;
  const even = 1 / 24 + w * (1 / 40320 + w * (1 / 479001600 + w * (1 / 20922789888000)));
  const odd = 1 / 720 + w * (1 / 3628800 + w * (1 / 87178291200 + w * (1 / 6402373705728000)));
  return w * (even + v * odd);
}

/** v/3! + v^2/5! + ... + v^8/17!, for |v| at most 1. */
function oddSeries(v: number): number {
  const w = v * v;
  const even = 1 / 6 + w * (1 / 5040 + w * (1 / 39916800 + w * (1 / 1307674368000)));
  const odd = 1 / 120 + w * (1 / 362880 + w * (1 / 6227020800 + w * (1 / 355687428096000)));
  return v * (even + v * odd);
}

/** v/3 + v^2/5 + ... + v^10/21, for |v| at most 0.03. */
function reciprocalSeries(v: number): number {
  const w = v * v;
  const even = 1 / 3 + w * (1 / 7 + w * (1 / 11 + w * (1 / 15 + w * (1 / 19))));
  const odd = 1 / 5 + w * (1 / 9 + w * (1 / 13 + w * (1 / 17 + w * (1 / 21))));
  return v * (even + v * odd);
}

/** 2^exponent, from -1022 to 1023. */
function powerOfTwo(exponent: number): number {
  bits.setInt32(0, (exponent + 1023) << 20);
  bits.setInt32(4, 0);
  return bits.getFloat64(0);
}

/** The upper 26 bits of a double; products of two halves are exact. */
function highHalf(x: number): number {
  const widened = 134217729 * x;
  return widened - (widened - x);
}

/** The rounding error of the difference of a and b. */
function lostBy(a: number, b: number, difference: number): number {
  const taken = a - difference;
  return a - (difference + taken) + (taken - b);
}

/** arctan(p / q), for p / q below about 1/4, with this many binary places. */
function arctanOfFraction(p: bigint, q: bigint, binaryPlaces: number): bigint {
  let power = (p << BigInt(binaryPlaces)) / q;
  let sum = power;
  for (let n = 3n; power !== 0n; n += 2n) {
    power = (-power * p * p) / (q * q);
    sum += power / n;
  }
  return sum;
}

/** Splits a number with `places` binary places into two doubles: the nearest one and the remainder. */
function splitFixed(fixed: bigint, into: Float64Array): void {
  const nearest = Number(fixed);
  into[0] = nearest * lastPlace;
  into[1] = Number(fixed - BigInt(nearest)) * lastPlace;
}
