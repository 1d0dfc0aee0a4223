// The checksum of zlib's format (RFC 1950, section 8.2), of parts too, which were summed apart from each other: Node's
// zlib gives out neither, and fflate keeps its own to itself.

/** The largest prime below 2^16. */
const modulus = 65521;
/** So many bytes, a multiple of 4, are summed before a remainder is taken: both sums stay below 2^31. */
const span = 3800;

export function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(at + span, bytes.length);
    // Four at once: otherwise each addition would wait for the one before. And whole numbers, which engines add faster.
    for (; at + 4 <= end; at += 4) {
      const [a, b, c, d] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!];
      high = (high + 4 * (low + a) + 3 * b + 2 * c + d) | 0;
      low = (low + a + b + c + d) | 0;
    }
    for (; at < end; at++) {
      low += bytes[at]!;
      high += low;
    }
    low %= modulus;
    high %= modulus;
  }
  return high * 2 ** 16 + low;
}

/** The checksum of two parts one behind the other, from theirs and the length of the second, in bytes. */
export function adlerCombine(first: number, second: number, secondLength: number): number {
  const [firstLow, firstHigh] = [first % 2 ** 16, Math.floor(first / 2 ** 16)];
  const [secondLow, secondHigh] = [second % 2 ** 16, Math.floor(second / 2 ** 16)];
  // The second's sums began with 1 where those of the first had come to.
  const before = (firstLow + modulus - 1) % modulus;
  const low = (before + secondLow) % modulus;
  const high = (firstHigh + secondHigh + before * (secondLength % modulus)) % modulus;
  return high * 2 ** 16 + low;
}
