// Complex numbers as plain data, and their spelling in text. Arithmetic on them is the kernel's.

/** `[real part, imaginary part]`, each an IEEE double. */
export type Complex = readonly [re: number, im: number];

const decimal = String.raw`(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const real = new RegExp(`^[+-]?${decimal}$`);
const imaginary = new RegExp(`^([+-]?)(${decimal})?[ij]$`);
const both = new RegExp(`^([+-]?${decimal})([+-])(${decimal})?[ij]$`);

/** Whether a text is a decimal number whose double is finite, such as `-0.75` or `1e-3`. */
export const isDecimal = (text: string): boolean => real.test(text) && Number.isFinite(Number(text));

/**
 * Reads `-0.83-0.22i`, `0.5`, `i`, `1e-3j`; blanks are passed over.
 * Returns undefined where the text is no finite complex number.
 */
export function parseComplex(text: string): Complex | undefined {
  const parts = splitComplex(text);
  return parts && [Number(parts[0]), Number(parts[1])];
}

/** The two parts of what `parseComplex` reads, as decimal numbers in text, to their last digit. */
export function splitComplex(text: string): readonly [re: string, im: string] | undefined {
  const parts = partsOf(text.replace(/\s+/g, ''));
  return parts?.every(isDecimal) ? parts : undefined;
}

function partsOf(text: string): readonly [string, string] | undefined {
  if (real.test(text)) return [text, '0'];
  const alone = imaginary.exec(text);
  if (alone) return ['0', `${alone[1]}${alone[2] ?? 1}`];
  const pair = both.exec(text);
  if (pair) return [pair[1]!, `${pair[2]}${pair[3] ?? 1}`];
  return undefined;
}

/** Writes a complex number so that `parseComplex` reads the same doubles again. */
export function formatComplex([re, im]: Complex): string {
  const sign = im < 0 || Object.is(im, -0) ? '-' : '+';
  return `${Object.is(re, -0) ? '-0' : re}${sign}${Math.abs(im)}i`;
}
