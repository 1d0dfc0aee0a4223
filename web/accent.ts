// The page's accent colour comes from the palette in use: the strongest colour that is readable on the panels.
import { paletteColors, type ViewScene } from 'mandoline';

/** Relative luminance of the panels' background in the dark and light themes. */
const ground = { dark: 0.007, light: 1 };
/** Above WCAG 2.2's 4.5, because the panels are slightly translucent. */
const contrast = 5.5;

const linear = (byte: number) => {
  const part = byte / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
};
const luminance = ([r, g, b]: readonly number[]) =>
  0.2126 * linear(r!) + 0.7152 * linear(g!) + 0.0722 * linear(b!);
const strength = (color: readonly number[]) => Math.max(...color) - Math.min(...color);

/** Undefined if no colour of the palette is suitable. */
export function accentOf(palette: ViewScene['palette'], theme: 'dark' | 'light'): string | undefined {
  const colors = typeof palette === 'string' ? named(palette) : palette.map(parts);
  const readable = colors.filter((color) => {
    const [low, high] = [luminance(color), ground[theme]].sort((one, other) => one - other);
    return (high! + 0.05) / (low! + 0.05) >= contrast && strength(color) > 60;
  });
  const [best] = readable.sort((one, other) => strength(other) - strength(one));
  return best && `rgb(${best.join(' ')})`;
}

function named(palette: string): number[][] {
  const colors = paletteColors(palette, 32, false);
  return Array.from({ length: 32 }, (_, i) => [...colors.subarray(3 * i, 3 * i + 3)]);
}

/** The components of #rgb or #rrggbb. */
const parts = (color: string): number[] =>
  (color.length === 4 ? [...color.slice(1)].map((digit) => digit + digit) : color.slice(1).match(/../g)!).map(
    (digits) => Number.parseInt(digits, 16),
  );
