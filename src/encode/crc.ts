// The CRC-32 of PNG where there is no zlib of Node's, by the package crc.
import calculate from 'crc/calculators/crc32';

export const crc32 = (bytes: Uint8Array): number => calculate(bytes) >>> 0;
