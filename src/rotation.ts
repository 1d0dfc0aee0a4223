// The cosine and the sine of an angle in degrees, with the same bits on every machine: Math's differ between engines.
// In degrees an eighth of a turn is exact, so two short polynomials suffice. @stdlib/math-base-special-cospi and -sinpi are
// deterministic too, but come with many packages and as CommonJS only, which a page cannot load as it is.

/**
 * The cosine and the sine of an angle in degrees, each within 2^-52: exactly 0, 1 or -1 at the multiples of 90. Both
 * are Taylor's polynomials around the nearest of these; what is left of the angle is found without rounding.
 */
export function cosAndSin(degrees: number): readonly [cos: number, sin: number] {
  const turned = degrees % 360;
  const quarters = Math.floor(turned / 90 + 0.5);
  const x = (turned - 90 * quarters) * (Math.PI / 180);
  const [cos, sin] = [series(x * x, 0), x * series(x * x, 1)];
  const turns = [
    [cos, sin],
    [-sin, cos],
    [-cos, -sin],
    [sin, -cos],
  ] as const;
  return turns[(quarters + 4) % 4]!;
}

/** The last power of x: the first that is left out is below 2^-58 at 45 degrees. */
const last = 17;

/** 1 - x^2/(a (a - 1)) (1 - ...), where `a` grows by 2 from `first` + 2: cos x for 0, (sin x)/x for 1. */
function series(square: number, first: 0 | 1): number {
  let sum = 1;
  for (let a = last - 1 + first; a > first; a -= 2) sum = 1 - (square / (a * (a - 1))) * sum;
  return sum;
}
