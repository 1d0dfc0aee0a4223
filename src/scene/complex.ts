// Complex numbers as plain data, and as text. kernel/ has the arithmetic.
import { decimalProblem, spelled } from './decimal.js';

/** `[real part, imaginary part]`, each an IEEE double. */
export type Complex = readonly [re: number, im: number];
/** The same where a part may be a decimal number in text, all of whose digits count in exact arithmetic. */
export type Constant = readonly [re: number | string, im: number | string];

/** The nearest doubles. */
export const toComplex = ([re, im]: Constant): Complex => [Number(re), Number(im)];

const decimal = String.raw`(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?`;
/** A number, or an imaginary term such as `i`, `0.1i`, `0.1*i` or `i*0.1`. */
const term = String.raw`(?:${decimal}(?:\*?[ijIJ])?|[ijIJ](?:\*${decimal})?)`;
/** One or two of them; the second may be added with its own sign, as in `1 + -2i`. */
const sum = new RegExp(`^([+-]?${term})(?:(?:\\+(?=-))?([+-]${term}))?$`);

/** Whether a text is a decimal number whose double is finite, such as `-0.75` or `1e-3`. */
export const isDecimal = (text: string): boolean =>
  decimalProblem(text) === undefined && Number.isFinite(Number(text));

/** Text with ASCII minus signs in place of typographic ones. */
export const plainMinus = (text: string): string => text.replace(/[\u2212\u2013\ufe63\uff0d]/g, '-');

/**
 * Reads `-0.83-0.22i`, `0.5`, `i`, `1e-3j`, `0.1i - 0.75`, `0.1*i`; and Python's `(-0.75+0.1j)`. Ignores blanks;
 * accepts any minus sign. Returns undefined if the text is not a finite complex number.
 */
export function parseComplex(text: string): Complex | undefined {
  const parts = splitComplex(text);
  return parts && [Number(parts[0]), Number(parts[1])];
}

/** The same with all digits: a part that no double has as it is written is text. */
export function parseConstant(text: string): Constant | undefined {
  const parts = splitComplex(text);
  return parts && [spelled(parts[0]), spelled(parts[1])];
}

/** Both parts of what `parseComplex` reads, as decimal text with all digits. */
export function splitComplex(text: string): readonly [re: string, im: string] | undefined {
  const plain = plainMinus(text.replace(/\s+/g, '')).replace(/^\((.*)\)$/, '$1');
  const terms = sum
    .exec(plain)
    ?.slice(1)
    .filter((each) => each !== undefined);
  if (!terms) return undefined;
  const imaginary = terms.filter((each) => /[ij]/i.test(each));
  const others = terms.filter((each) => !imaginary.includes(each));
  if (imaginary.length > 1 || others.length > 1) return undefined;
  const parts = [others[0] ?? '0', imaginary[0] === undefined ? '0' : factorOf(imaginary[0])] as const;
  return parts.every(isDecimal) ? parts : undefined;
}

/** The signed factor of i in an imaginary term. */
function factorOf(imaginary: string): string {
  const factor = imaginary.replace(/\*?[ij]\*?/i, '');
  return /\d/.test(factor) ? factor : `${factor}1`;
}

/** Writes a complex number so that `parseComplex` reads the same doubles again, and `parseConstant` the same digits. */
export function formatComplex([re, im]: Constant): string {
  const text = (part: number | string) => (Object.is(part, -0) ? '-0' : String(part));
  const imaginary = text(im);
  return `${text(re)}${/^[+-]/.test(imaginary) ? '' : '+'}${imaginary}i`;
}
