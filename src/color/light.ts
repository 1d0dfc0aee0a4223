// Converts samples of sRGB (IEC 61966-2-1) to linear light and back, because only light can be averaged. The arithmetic is
// the same on every engine.

const lightSteps = 2 ** 12;
/** Made on first use. */
let tables: ReturnType<typeof makeTables> | undefined;

function makeTables() {
  /** The light of 16-bit samples, at every sixteenth of them; between them it is on a line. */
  const lights = Float64Array.from({ length: lightSteps + 2 }, (_, i) => srgbLight(i / lightSteps));
  /** The last place in it with no more light than 0, 1, 2, ... steps: at most 13 before that of any light between. */
  const places = new Uint16Array(lightSteps + 1);
  for (let step = 0, place = 0; step <= lightSteps; step++) {
    while (place < lightSteps && lights[place + 1]! <= step / lightSteps) place++;
    places[step] = place;
  }
  return { lights, places };
}

/** The light of a sample from 0 to 65535, from 0 to 1. */
export function lightOf(sample: number): number {
  tables ??= makeTables();
  const { lights } = tables;
  const place = (sample * lightSteps) / 65535;
  const index = Math.floor(place);
  return lights[index]! + (lights[index + 1]! - lights[index]!) * (place - index);
}

/** The sample from 0 to 65535 that has that light, from 0 to 1. */
export function sampleOf(light: number): number {
  tables ??= makeTables();
  const { lights, places } = tables;
  let low = places[Math.min(lightSteps, Math.floor(light * lightSteps))]!;
  while (low < lightSteps && lights[low + 1]! <= light) low++;
  const part = (light - lights[low]!) / (lights[low + 1]! - lights[low]!);
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
