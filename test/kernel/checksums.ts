// A checksum of each elementary function's bits, which any engine must give: nothing here but the functions, whole
// numbers and bits, so that it runs in a page as it is.
import { realFunctions } from '../../src/kernel/functions.js';

export type FunctionName = keyof typeof realFunctions;
export const functionNames = Object.keys(realFunctions) as FunctionName[];

/** Any function by its name; those of one argument take the first. */
export function call(name: FunctionName, first: number, second: number): number {
  return name === 'atan2' ? realFunctions.atan2(first, second) : realFunctions[name](first);
}

/** Whole numbers from 0 to 2^32 - 1, the same for the same seed (Marsaglia, Xorshift RNGs, 2003). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const bits = new DataView(new ArrayBuffer(8));

/** A double of any bits. */
export function anyDouble(next: () => number): number {
  bits.setUint32(0, next());
  bits.setUint32(4, next());
  return bits.getFloat64(0);
}

/** 10,000 results of each function: half for doubles of any size, half for such as pictures have. */
export function checksums(): Record<string, string> {
  return Object.fromEntries(
    functionNames.map((name) => {
      const next = seeded(2463534242);
      const ordinary = () => (next() - 0x80000000) / 0x8000000;
      let sum = 0x811c9dc5;
      for (let n = 0; n < 10000; n++) {
        const draw = n % 2 ? ordinary : () => anyDouble(next);
        const result = call(name, draw(), draw());
        // A NaN has one meaning and many bit patterns.
        bits.setFloat64(0, Number.isNaN(result) ? 0 : result);
        sum = Math.imul(sum ^ bits.getUint32(0), 0x01000193);
        sum = Math.imul(sum ^ (sum >>> 15) ^ bits.getUint32(4), 0x01000193);
      }
      return [name, (sum >>> 0).toString(16).padStart(8, '0')];
    }),
  );
}
