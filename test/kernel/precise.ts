// What the elementary functions truly are, to hundreds of binary places, in whole numbers: slow, by other series
// and reductions than those of `functions.ts` where there is a choice. The oracle of its test.

/** value / 2^places */
export interface Precise {
  readonly value: bigint;
  readonly places: number;
}

const bits = new DataView(new ArrayBuffer(8));

/** x = mantissa 2^exponent, for a finite double. */
function parts(x: number): { mantissa: bigint; exponent: number } {
  bits.setFloat64(0, x);
  const biased = (bits.getUint32(0) >>> 20) & 0x7ff;
  const fraction = bits.getBigUint64(0) & ((1n << 52n) - 1n);
  const size = biased === 0 ? fraction : fraction | (1n << 52n);
  return { mantissa: x < 0 ? -size : size, exponent: Math.max(biased, 1) - 1075 };
}

const shift = (value: bigint, by: number) => (by >= 0 ? value << BigInt(by) : value >> BigInt(-by));
const bitLength = (value: bigint) => (value < 0n ? -value : value).toString(2).length;

/** A finite double with so many binary places. */
function fixed(x: number, places: number): bigint {
  const { mantissa, exponent } = parts(x);
  return shift(mantissa, exponent + places);
}

/** Places that leave 300 bits of x and of what is near x. */
function placesFor(x: number): number {
  const { mantissa, exponent } = parts(x);
  return 320 + Math.abs(exponent + bitLength(mantissa));
}

/** How far a double is from a value, in units of the value's last place; infinity counts as 2^1024. */
export function errorInUlps(actual: number, { value, places }: Precise): number {
  const last = Math.max(bitLength(value) - 1 - places - 52, -1074);
  const more = Math.max(0, 1100 - places);
  const there = Number.isFinite(actual)
    ? fixed(actual, places + more)
    : shift(actual > 0 ? 1n : -1n, 1024 + places + more);
  const difference = there - shift(value, more);
  return Number(shift(difference < 0n ? -difference : difference, 30 - last - places - more)) / 2 ** 30;
}

/** Whether a value rounds to infinity: from the middle between the largest double and 2^1024 on. */
export function overflows({ value, places }: Precise): boolean {
  return shift(value, 100) >= shift(2n ** 1024n - 2n ** 970n, places + 100);
}

/** t - t^3/3 + t^5/5 - ... (sign -1) or t + t^3/3 + t^5/5 + ... (sign 1). */
function oddReciprocals(t: bigint, places: number, sign: 1n | -1n): bigint {
  const square = shift(t * t, -places) * sign;
  let sum = 0n;
  for (let [power, n] = [t, 1n]; power !== 0n && power !== -1n; n += 2n) {
    sum += power / n;
    power = shift(power * square, -places);
  }
  return sum;
}

const kept = new Map<string, bigint>();
function keep(name: string, places: number, make: (places: number) => bigint): bigint {
  const key = `${name} ${places}`;
  const value = kept.get(key) ?? shift(make(places + 20), -20);
  kept.set(key, value);
  return value;
}

/** Euler's pi/4 = arctan(1/2) + arctan(1/3). */
export const pi = (places: number) =>
  keep(
    'pi',
    places,
    (p) => 4n * (oddReciprocals(shift(1n, p - 1), p, -1n) + oddReciprocals(shift(1n, p) / 3n, p, -1n)),
  );
const ln2 = (places: number) => keep('ln 2', places, (p) => 2n * oddReciprocals(shift(1n, p) / 3n, p, 1n));

/** The sum of t^n/n! from n = start on, every one (step 1, factor t) or every second one (step 2, factor t^2 or -t^2). */
function factorials(first: bigint, factor: bigint, start: bigint, step: bigint, places: number): bigint {
  let sum = 0n;
  for (let [term, n] = [first, start]; term !== 0n && term !== -1n; n += step) {
    sum += term;
    term = shift(term * factor, -places) / (step === 1n ? n + 1n : (n + 1n) * (n + 2n));
  }
  return sum;
}

function exponential(x: number, places: number): Precise {
  const size = fixed(x, places);
  const turns = size / ln2(places);
  const rest = size - turns * ln2(places);
  return { value: factorials(shift(1n, places), rest, 0n, 1n, places), places: places - Number(turns) };
}

const exp = (x: number) => exponential(x, placesFor(Math.min(Math.abs(x), 1)));

function log(x: number): Precise {
  const places = 400;
  const { mantissa, exponent } = parts(x);
  const length = bitLength(mantissa);
  // From 3/4 to 3/2, so that nothing cancels near 1.
  const up = 4n * mantissa < 3n * shift(1n, length) ? 1 : 0;
  const one = shift(1n, length - up);
  const t = shift(mantissa - one, places) / (mantissa + one);
  const turns = BigInt(exponent + length - up);
  return { value: 2n * oddReciprocals(t, places, 1n) + turns * ln2(places), places };
}

/** The sine of x and so many quarter turns. */
function sineOf(x: number, quarters: bigint): Precise {
  const places = placesFor(x);
  const halfPi = pi(places) / 2n;
  const size = fixed(x, places);
  const turns = (2n * size + halfPi) / (2n * halfPi) - (2n * size + halfPi < 0n ? 1n : 0n);
  const rest = size - turns * halfPi;
  const quadrant = (turns + quarters) & 3n;
  const square = -shift(rest * rest, -places);
  const value =
    quadrant & 1n
      ? factorials(shift(1n, places), square, 0n, 2n, places)
      : factorials(rest, square, 1n, 2n, places);
  return { value: quadrant & 2n ? -value : value, places };
}
const sin = (x: number) => sineOf(x, 0n);
const cos = (x: number) => sineOf(x, 1n);

/** Half of e^x + sign e^-x. */
function hyperbolic(x: number, sign: 1n | -1n): Precise {
  const places = 2 * placesFor(x);
  const [rising, falling] = [exponential(x, places), exponential(-x, places)];
  const finest = Math.max(rising.places, falling.places);
  const there = shift(rising.value, finest - rising.places);
  const back = shift(falling.value, finest - falling.places);
  return { value: there + sign * back, places: finest + 1 };
}
const sinh = (x: number) => hyperbolic(x, -1n);
const cosh = (x: number) => hyperbolic(x, 1n);

/** For finite arguments that are not both 0. */
function atan2(y: number, x: number): Precise {
  const [tall, wide] = [fixed(Math.abs(y), 1074), fixed(Math.abs(x), 1074)];
  const steep = tall > wide;
  const [small, large] = steep ? [wide, tall] : [tall, wide];
  const places = 320 + Math.min(1100, bitLength(large) - bitLength(small));
  // Three times arctan t = 2 arctan(t / (1 + sqrt(1 + t^2))).
  const one = shift(1n, places);
  let t = shift(small, places) / large;
  for (let n = 0; n < 3; n++) t = shift(t, places) / (one + squareRoot(one * one + t * t));
  let angle = 8n * oddReciprocals(t, places, -1n);
  if (steep) angle = pi(places) / 2n - angle;
  if (x < 0) angle = pi(places) - angle;
  return { value: y < 0 ? -angle : angle, places };
}

/** Heron's, rounded down. */
function squareRoot(value: bigint): bigint {
  let root = shift(1n, Math.ceil(bitLength(value) / 2));
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** The functions under the names that they have in `functions.ts`. */
export const precise = { exp, log, sin, cos, sinh, cosh, atan2 } as const;
