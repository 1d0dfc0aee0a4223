// Text in the bytes of a file.

/** Text in UTF-8, or in UTF-16 where it says so, without the byte order mark that programs on Windows write first. */
export function decodeText(bytes: Uint8Array): string {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isWide ? 'utf-16le' : 'utf-8').decode(bytes);
}
