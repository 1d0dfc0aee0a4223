// Shared by the readers of gradients.

/** Colours of a palette, at most. */
export const mostColors = 256;

/** Bytes of red, green and blue as `#rrggbb`. */
export const hex = (parts: readonly number[]): string =>
  `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
