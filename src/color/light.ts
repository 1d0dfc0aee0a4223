// From samples of sRGB (IEC 61966-2-1) to the light that they stand for, and back: what is added up must be light. By
// arithmetic that every engine has the same.

const lightSteps = 2 ** 12;
/** The light of 16-bit samples, at every sixteenth of them; between them it is on a line. Made when first needed. */
let table: Float64Array | undefined;
const tableOf = () =>
  (table ??= Float64Array.from({ length: lightSteps + 2 }, (_, i) => srgbLight(i / lightSteps)));

/** The light of a sample from 0 to 65535, from 0 to 1. */
export function lightOf(sample: number): number {
  const lights = tableOf();
  const place = (sample * lightSteps) / 65535;
  const index = Math.floor(place);
  return lights[index]! + (lights[index + 1]! - lights[index]!) * (place - index);
}

/** The sample from 0 to 65535 that has that light. */
export function sampleOf(light: number): number {
  const lights = tableOf();
  let [low, high] = [0, lightSteps + 1];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (lights[middle]! <= light) low = middle;
    else high = middle;
  }
  const part = (light - lights[low]!) / (lights[high]! - lights[low]!);
  return Math.min(65535, Math.round(((low + part) * 65535) / lightSteps));
}

/** ((x + 0.055) / 1.055)^2.4, by roots that every engine has the same: x^2.4 = x^2 (x^2)^(1/5). */
function srgbLight(x: number): number {
  if (x <= 0.04045) return x / 12.92;
  const base = (x + 0.055) / 1.055;
  return base * base * fifthRoot(base * base);
}

/** By Newton's method, from above; the number is between 0.001 and 2. */
function fifthRoot(value: number): number {
  let root = Math.max(1, value);
  for (let step = 0; step < 60; step++) root = (4 * root + value / (root * root * root * root)) / 5;
  return root;
}
