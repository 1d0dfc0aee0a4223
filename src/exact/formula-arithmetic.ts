// What the steps of formulas need of arithmetic besides arithmetic.ts: folds and quotients.
import { doubleArithmetic, pairArithmetic, scaledArithmetic } from './arithmetic.js';

/** Text of procedures that steps call. */
export const stepProcedures = `
// |X + x| - |X|.
inline function folded(X: real, x: real): real {
  let s = X + x;
  let far = X + s;
  let kept = high(s) >= 0.0;
  let up = select(kept, x, -far);
  let down = select(kept, far, -x);
  return select(high(X) >= 0.0, up, down);
}
function over(a: complex, b: complex): complex {
  let q = b.re * b.re + b.im * b.im;
  return complex((a.re * b.re + a.im * b.im) / q, (a.im * b.re - a.re * b.im) / q);
}
`;
/** The sign of a double, which only the other arithmetics have as a procedure. */
const doubleNegation = `
inline function real_neg(a: real): real { return as_real(0.0 - high(a)); }
`;
/** Division for double-double: each quotient takes off what is left. Below 2^-103 like its products. */
const pairDivision = `
inline function real_div(a: real, b: real): real {
  let q = high(a) / high(b);
  let r = a - b * q;
  let q1 = high(r) / high(b);
  let s = r - b * q1;
  let q2 = high(s) / high(b);
  return real_of(q) + real_of(q1) + real_of(q2);
}
`;

export const formulaArithmetics = {
  double: { ...doubleArithmetic, text: doubleArithmetic.text + doubleNegation },
  pair: { ...pairArithmetic, text: pairArithmetic.text + pairDivision },
  scaled: scaledArithmetic,
};
