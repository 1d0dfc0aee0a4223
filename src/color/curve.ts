// Maps a value to its place in a range, by the curve of a scene's scale, in arithmetic that is the same on every engine.
import { binaryLogarithm, quickLogarithm } from './logarithm.js';
import type { Curve } from './tones.js';

/** The place of a value, from 0 at the lower end of the range to 1 at the upper; values beyond are clamped. */
export function placer({ scale, least, most, knee, quantiles }: Curve, isExact: boolean) {
  const range = most - least;
  if (!(range > 0)) return () => 0;
  const clamped = (value: number) => (value > least ? (value < most ? value - least : range) : 0);
  if (scale === 'linear') return (value: number) => clamped(value) / range;
  if (scale === 'root') return (value: number) => Math.sqrt(clamped(value) / range);
  if (quantiles) return (value: number) => rankIn(quantiles, value);
  // log(1 + d / knee): even steps in the wide bands far out, and near the set, where counts double from band to band,
  // as many colours to each doubling.
  const logarithm = isExact ? binaryLogarithm : quickLogarithm;
  const whole = logarithm(1 + range / knee);
  return (value: number) => logarithm(1 + clamped(value) / knee) / whole;
}

/** The share of a sample below a value, interpolated between quantiles. */
function rankIn(quantiles: Float64Array, value: number): number {
  let [low, high] = [0, quantiles.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (quantiles[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return 0;
  if (low === quantiles.length) return 1;
  const [below, above] = [quantiles[low - 1]!, quantiles[low]!];
  return (low - 1 + (value - below) / (above - below)) / (quantiles.length - 1);
}
