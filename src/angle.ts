// Sine and cosine of degrees, the same bits on every machine: Math.sin and Math.cos may differ between engines. Exact at
// multiples of 90, elsewhere within 2^-50.

export function cosine(degrees: number): number {
  const turn = Math.abs(degrees % 360);
  const half = turn > 180 ? 360 - turn : turn;
  if (half > 90) return -quarter(180 - half);
  return quarter(half);
}

export const sine = (degrees: number): number => cosine((degrees % 360) - 90);

/** The cosine of 0 to 90 degrees. */
function quarter(degrees: number): number {
  if (degrees === 90) return 0;
  // By 45 degrees at most, Taylor's series end below the last digit here.
  return degrees <= 45 ? series(degrees, 0) : series(90 - degrees, 1);
}

/** The Taylor series of the cosine (from power 0) or the sine (from power 1), by Horner's rule. */
function series(degrees: number, first: 0 | 1): number {
  const x = (degrees * Math.PI) / 180;
  let sum = 1;
  for (let power = first + 18; power > first; power -= 2) sum = 1 - (sum * x * x) / (power * (power - 1));
  return first === 0 ? sum : sum * x;
}
