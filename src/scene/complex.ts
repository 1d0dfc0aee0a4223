// Complex numbers as plain data, and their spelling in text. Arithmetic on them is the kernel's.

/** `[real part, imaginary part]`, each an IEEE double. */
export type Complex = readonly [re: number, im: number];

const decimal = String.raw`(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const real = new RegExp(`^[+-]?${decimal}$`);
const imaginary = new RegExp(`^([+-]?)(${decimal})?[ij]$`);
const both = new RegExp(`^([+-]?${decimal})([+-])(${decimal})?[ij]$`);

/**
 * Reads `-0.83-0.22i`, `0.5`, `i`, `1e-3j`; blanks are passed over.
 * Returns undefined where the text is no finite complex number.
 */
export function parseComplex(text: string): Complex | undefined {
  const dense = text.replace(/\s+/g, '');
  const value = parseParts(dense);
  return value?.every(Number.isFinite) ? value : undefined;
}

function parseParts(text: string): Complex | undefined {
  if (real.test(text)) return [Number(text), 0];
  const alone = imaginary.exec(text);
  if (alone) return [0, Number(`${alone[1]}${alone[2] ?? 1}`)];
  const pair = both.exec(text);
  if (pair) return [Number(pair[1]), Number(`${pair[2]}${pair[3] ?? 1}`)];
  return undefined;
}

/** Writes a complex number so that `parseComplex` reads the same doubles again. */
export function formatComplex([re, im]: Complex): string {
  const sign = im < 0 || Object.is(im, -0) ? '-' : '+';
  return `${Object.is(re, -0) ? '-0' : re}${sign}${Math.abs(im)}i`;
}
