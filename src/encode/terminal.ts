// A picture in a terminal: half blocks in 24-bit colour, two pixels a cell; or pixels, by the graphics protocol of kitty
// (https://sw.kovidgoyal.net/kitty/graphics-protocol/), or as Sixel in 256 colours.
import type { PixelFormat, PixelRows } from '../color/image.js';
import { cutRows } from './bands.js';
import { rgbRows } from './rgb.js';

export type TerminalProtocol = 'blocks' | 'kitty' | 'sixel';

/** Whether the environment is that of a terminal that knows kitty's protocol. */
export function knowsKitty(environment: Readonly<Record<string, string | undefined>>): boolean {
  const { TERM = '', TERM_PROGRAM = '', KITTY_WINDOW_ID } = environment;
  // Inside these programs the outer terminal's variables may be set, but its graphics do not work.
  if (/^(screen|tmux)/.test(TERM)) return false;
  return !!KITTY_WINDOW_ID || TERM === 'xterm-kitty' || /^(wezterm|ghostty)$/i.test(TERM_PROGRAM);
}

/** Pixels per cell in pixel protocols; about the width of cells in usual fonts. */
const cellWidth = 8;
/** Maximum length of a payload in kitty's protocol. */
const kittyChunk = 4096;

/**
 * The text that shows a picture in this many columns, and at most as many lines. Small pictures are not enlarged. Throws
 * RangeError for rows that do not fit the picture.
 */
export async function terminalPicture(
  format: PixelFormat,
  rows: PixelRows,
  columns: number,
  protocol: TerminalProtocol,
): Promise<string> {
  const across = protocol === 'blocks' ? columns : columns * cellWidth;
  const scale = Math.min(1, across / format.width, (2 * across) / format.height);
  const width = Math.max(1, Math.round(format.width * scale));
  const height = Math.max(1, Math.round(format.height * scale));
  const pixels = await shrunk(format, rows, width, height);
  return { blocks, kitty, sixel }[protocol](pixels, width, height);
}

/** Each pixel is the mean of light of the pixels that fall into it; light is about the square of a sample (sRGB: power 2.2). */
async function shrunk(
  format: PixelFormat,
  rows: PixelRows,
  width: number,
  height: number,
): Promise<Uint8Array> {
  const light = new Float64Array(3 * width * height);
  const counts = new Float64Array(width * height);
  let row = 0;
  const shape = { rows: format.height, columns: 3 * format.width };
  for await (const colors of cutRows(rgbRows(format, rows), shape, 1)) {
    const start = Math.floor((row * height) / format.height) * width;
    for (let column = 0, at = 0; column < format.width; column++) {
      const pixel = start + Math.floor((column * width) / format.width);
      counts[pixel]!++;
      for (let to = 3 * pixel; to < 3 * pixel + 3; to++, at++) light[to]! += colors[at]! ** 2;
    }
    row++;
  }
  return Uint8Array.from(light, (sum, i) => Math.floor(Math.sqrt(sum / counts[Math.floor(i / 3)]!) + 0.5));
}

function blocks(pixels: Uint8Array, width: number, height: number): string {
  const color = (x: number, y: number) =>
    pixels.subarray(3 * (y * width + x), 3 * (y * width + x) + 3).join(';');
  let text = '';
  for (let y = 0; y < height; y += 2) {
    let [upper, lower] = ['', ''];
    for (let x = 0; x < width; x++) {
      const above = color(x, y);
      const below = y + 1 < height ? color(x, y + 1) : '';
      if (above !== upper) text += `\x1b[38;2;${above}m`;
      if (below !== lower) text += `\x1b[48;2;${below}m`;
      text += '▀';
      [upper, lower] = [above, below];
    }
    text += '\x1b[0m\n';
  }
  return text;
}

function kitty(pixels: Uint8Array, width: number, height: number): string {
  const data = base64(pixels);
  let text = '';
  for (let at = 0; at < data.length; at += kittyChunk) {
    const keys = at === 0 ? `a=T,f=24,s=${width},v=${height},c=${Math.ceil(width / cellWidth)},` : '';
    const more = at + kittyChunk < data.length ? 1 : 0;
    text += `\x1b_G${keys}m=${more};${data.slice(at, at + kittyChunk)}\x1b\\`;
  }
  return `${text}\n`;
}

async function sixel(pixels: Uint8Array, width: number, height: number): Promise<string> {
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) rgba.set(pixels.subarray(3 * i, 3 * i + 3), 4 * i);
  // Imported only for terminals that need it.
  const { image2sixel } = await import('sixel');
  return `${image2sixel(rgba, width, height, 256)}\n`;
}

/** In chunks that are whole in base 64, because functions have a limited number of arguments. */
function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3000)
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + 3000)));
  return text;
}
