// The CRC-32 of PNG for platforms without Node's zlib, by the package crc.
import calculate from 'crc/calculators/crc32';

export const crc32 = (bytes: Uint8Array): number => calculate(bytes) >>> 0;
