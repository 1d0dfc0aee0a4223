// Features that a browser may lack, with a message for each.

/** A module with one function that contains a SIMD instruction. */
const simd = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0],
  ...[253, 15, 253, 98, 11],
);

/** Why no picture can be computed here; undefined if one can. */
export function whyNoPicture(): string | undefined {
  if (typeof WebAssembly === 'undefined')
    return 'No picture can be computed: this browser has no WebAssembly, or it is switched off (on Apple devices, by Lockdown Mode). Switch it on for this page, or use another browser.';
  if (!WebAssembly.validate(simd))
    return 'No picture can be computed: WebAssembly has no SIMD in this browser. Use a newer one, from Chrome 91, Firefox 89 or Safari 16.4 on.';
  return undefined;
}

/** Why pictures take longer than necessary; undefined if they do not. */
export function whySlow(): string | undefined {
  if (typeof SharedArrayBuffer !== 'undefined') return undefined;
  return globalThis.crossOriginIsolated
    ? 'This browser shares no memory between workers: slices are copied, which is slower.'
    : 'Without cross-origin isolation memory cannot be shared: slices are copied, which is slower.';
}

/** The message for a failed computation. */
export const reasonOf = (error: unknown): string =>
  whyNoPicture() ?? (error instanceof Error ? error.message : String(error));
