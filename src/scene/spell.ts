// Values and texts as errors show them: on one line, and not too long.

/** For JSON.stringify: omits what is nested too deep to show or to visit. */
function shallow() {
  const depths = new WeakMap<object, number>();
  return function (this: object, _: string, value: unknown): unknown {
    if (typeof value === 'bigint') return String(value);
    if (typeof value !== 'object' || value === null) return value;
    const depth = (depths.get(this) ?? 0) + 1;
    depths.set(value, depth);
    return depth > longestShown ? null : value;
  };
}

const longestShown = 60;

/** A value as an error shows it, on one line and not too long. */
export function spell(value: unknown): string {
  const text = ['object', 'string'].includes(typeof value) ? JSON.stringify(value, shallow()) : String(value);
  return shorten(text);
}

/** A text, cut off if it is too long to read. */
export const shorten = (text: string): string =>
  text.length > longestShown ? `${text.slice(0, longestShown - 3)}...` : text;
