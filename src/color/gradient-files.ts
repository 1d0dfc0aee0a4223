// Gradients in files of other programs, as their documentation describes them: Fractint's .map (a line "red green blue"
// a colour), Ultra Fractal's .ugr (ugr.ts), GIMP's .ggr (ggr.ts), and .pal, either Paint Shop Pro's text (JASC-PAL) or
// Windows' RIFF file of LOGPALETTE.
import { decodeText } from '../decode.js';
import { PaletteError } from '../errors.js';
import { readGgr } from './ggr.js';
import { hex, mostColors } from './stops.js';
import { readUgr } from './ugr.js';

/** Colours of a gradient, evenly spaced, from the first to the last: at most 256. */
type Colors = readonly string[];

const readers: Readonly<Record<string, (bytes: Uint8Array, which: string | undefined) => Colors>> = {
  map: (bytes) => readLines(decodeText(bytes).split(/\r?\n/)),
  ugr: (bytes, which) => readUgr(decodeText(bytes), which),
  ggr: (bytes) => readGgr(decodeText(bytes)),
  pal: readPal,
  cs() {
    throw new PaletteError(
      'the .cs format of ColorSchemer is not documented; save the colours as .pal or .ggr',
    );
  },
  ucl() {
    throw new PaletteError('a .ucl has colouring programs of Ultra Fractal, not colours; export the .ugr');
  },
};

/** The formats of gradients that are read. */
export const gradientFormats = ['.map', '.ugr', '.ggr', '.pal'] as const;

const named = new RegExp(`^(.*?\\.(${Object.keys(readers).join('|')}))(?::(.*))?$`, 'is');

/** The path in `FILE` or `FILE:GRADIENT`, and the gradient's name or number; undefined for other text. */
export function splitGradient(text: string): { readonly path: string; readonly which?: string } | undefined {
  const [, path, , which] = named.exec(text) ?? [];
  return path === undefined ? undefined : { path, ...(which !== undefined && { which }) };
}

/**
 * The colours of a gradient file: 2 to 256, evenly spaced, as in a scene's `palette`. The suffix selects the format:
 * `.map`, `.ugr`, `.ggr` or `.pal`. `which` is the name or number (from 1) of one of several gradients; the default is
 * the first. Throws PaletteError, whose message continues after the file's name.
 */
export function readGradient(name: string, bytes: Uint8Array, which?: string): readonly string[] {
  const suffix = splitGradient(name)?.path === name ? /[^.]*$/.exec(name)![0].toLowerCase() : '';
  const reader = readers[suffix];
  if (!reader) throw new PaletteError(`must end in one of ${gradientFormats.join(', ')}`);
  if (which !== undefined && suffix !== 'ugr')
    throw new PaletteError(`:${which}: only a .ugr has several gradients; leave it out`);
  const colors = reader(bytes, which);
  if (colors.length === 0) throw new PaletteError(`contains no colours; is it a complete .${suffix} file?`);
  if (new Set(colors).size < 2) throw new PaletteError('has only one colour; a palette needs two');
  return colors;
}

/** Lines of red, green and blue; other lines are ignored. */
function readLines(lines: readonly string[]): Colors {
  const colors = lines.slice(0, 10 * mostColors).flatMap((line) => {
    const numbers = /^\s*(\d{1,9})\s+(\d{1,9})\s+(\d{1,9})(?:\s|$)/.exec(line)?.slice(1);
    // Modulo 256, as in Fractint, which keeps a byte of each.
    return numbers ? [hex(numbers.map((part) => Number(part) % 256))] : [];
  });
  return colors.slice(0, mostColors);
}

function readPal(bytes: Uint8Array): Colors {
  const letters = (from: number) => String.fromCharCode(...bytes.subarray(from, from + 4));
  if (letters(0) === 'RIFF' && letters(8) === 'PAL ') return readRiff(bytes, letters);
  const [magic, , ...lines] = decodeText(bytes).split(/\r?\n/);
  if (magic?.trim() !== 'JASC-PAL')
    throw new PaletteError('must begin with JASC-PAL or RIFF; other kinds of .pal are not supported');
  return readLines(lines);
}

/** The first chunk "data": version and number of colours, two bytes each, then red, green, blue and a flag for each. */
function readRiff(bytes: Uint8Array, letters: (from: number) => string): Colors {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 12;
  while (at + 12 <= bytes.length && letters(at) !== 'data') at += 8 + data.getUint32(at + 4, true);
  if (at + 12 > bytes.length) return [];
  const first = at + 12;
  const length = Math.min(data.getUint16(at + 10, true), mostColors);
  if (first + 4 * length > bytes.length) throw new PaletteError('ends before its last colour');
  return Array.from({ length }, (_, i) => hex([...bytes.subarray(first + 4 * i, first + 4 * i + 3)]));
}
