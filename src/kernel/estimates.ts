// The functions from which channels are made, as code: accurate enough for estimates, and made of operations that are
// the same on every engine and in the oracle, so that vectors need no calls. The polynomials are the least-squares fits
// with the least maximal weighted error (Lawson's iteration). Exact logarithms and angles, for formulas, are in
// functions.ts.
import type { Code, Parts } from './code.js';

/** log2((1 + s) / (1 - s)) / s in s^2, for |s| up to that of sqrt(2): times s, the error is at most 1.1e-12. */
const logarithmSeries = [
  2.8853900818430227, 0.9617966491280727, 0.5770865584550917, 0.41153773915611414, 0.3427707452972542,
];
/** arctan(q) / (2 pi q) in q^2, for q from 0 to 1: times q, off by at most 6e-9, a tenth of a float's last digit. */
const arctangentSeries = [
  ...[0.15915483801706864, -0.0530461396459876, 0.03174611608765403, -0.02213700091392504],
  ...[0.015347682938297181, -0.008900758915155887, 0.0034808939190043168, -0.0006456374653490313],
];

/** The binary logarithm of a number that is not negative; -1023 for 0, 1024 or more for infinity and NaN. */
export function binaryLogarithm(code: Code, x: number): number {
  // A NaN may have a sign, which differs between engines.
  const left = code.absolute(x);
  const mantissa = code.emit({ kind: 'mantissa', left });
  const one = code.constant(1);
  const s = code.real('divide', code.real('subtract', mantissa, one), code.real('add', mantissa, one));
  const part = code.product(s, polynomial(code, logarithmSeries, code.product(s, s)));
  return code.sum(code.emit({ kind: 'exponent', left }), part);
}

/** The argument in turns, from 0 up to 1 as a 32-bit float; 0 where there is none. */
export function turns(code: Code, { re, im }: Parts): number {
  const [x, y] = [code.absolute(re!), code.absolute(im!)];
  const zero = code.constant(0);
  const q = code.real('divide', code.real('smaller', x, y), code.real('larger', x, y));
  const eighth = code.product(q, polynomial(code, arctangentSeries, code.product(q, q)));
  const from = (whole: number, part: number) => code.real('subtract', code.constant(whole), part);
  const quarter = code.select(code.real('less', x, y), from(0.25, eighth), eighth);
  const half = code.select(code.real('less', re!, zero), from(0.5, quarter), quarter);
  const all = code.single(code.select(code.real('less', im!, zero), from(1, half), half));
  return code.select(code.real('less', all, code.constant(1)), all, zero);
}

/** The sum of coefficients times powers of v, its upper and lower halves side by side (Estrin's scheme). */
function polynomial(code: Code, coefficients: readonly number[], v: number): number {
  if (coefficients.length === 1) return code.constant(coefficients[0]!);
  const pairs: number[] = [];
  for (let i = 0; i < coefficients.length; i += 2) {
    const low = code.constant(coefficients[i]!);
    const high = coefficients[i + 1];
    pairs.push(high === undefined ? low : code.sum(low, code.product(code.constant(high), v)));
  }
  let [sums, power] = [pairs, v];
  while (sums.length > 1) {
    power = code.product(power, power);
    const factor = power;
    sums = sums.flatMap((low, i) =>
      i % 2 > 0 ? [] : [sums[i + 1] === undefined ? low : code.sum(low, code.product(sums[i + 1]!, factor))],
    );
  }
  return sums[0]!;
}
