// A user's gradient: evenly spaced colours, interpolated in OKLab (Ottosson 2020), where equal steps look equal. culori
// converts the colours. Its cube roots and powers are the engine's, which may differ in the last digit; rounding to 16
// bits hides that but for a chance of one in 10^10.
import { converter, interpolate, modeLrgb, modeOklab, modeRgb, useMode } from 'culori/fn';

useMode(modeRgb);
useMode(modeLrgb);
useMode(modeOklab);
const toRgb = converter('rgb');

/** `length` colours from the first to the last: red, green, blue in turn, 0 to 65535. */
export function gradientColors(colors: readonly string[], length: number): Uint16Array {
  const at = interpolate([...colors], 'oklab');
  const parts = Array.from({ length }, (_, i) => {
    const { r, g, b } = toRgb(at(i / Math.max(1, length - 1)))!;
    return [r, g, b];
  });
  return Uint16Array.from(parts.flat(), (part) => Math.round(65535 * Math.min(1, Math.max(0, part))));
}
