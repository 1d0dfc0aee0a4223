// A picture as Deep Zoom tiles, NAME.dzi next to NAME_files/LEVEL/COLUMN_ROW.png (Microsoft, Deep Zoom File Format
// Overview), for OpenSeadragon and similar viewers. Rows pass through all levels as they arrive: each level keeps one
// row of tiles and one row of pixels. Looked at: sharp, whose tiles need the whole picture in a file or in memory.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesInRow, type PixelFormat, type PixelRows } from '../color/image.js';
import { cutRows } from './bands.js';
import { openFolder } from './folder.node.js';
import { type Opened, openFile } from './output.node.js';
import { placeOf } from './place.node.js';
import { encodePng, type PngCompression } from './png.js';
import { rgbRows } from './rgb.js';

/** Sides of a tile in pixels, without overlap. */
const tileSize = 256;
/** Tiles in progress: enough to keep many threads busy, and few compared with a row of tiles. */
const lanes = 16;

export interface DziOutput extends Opened {
  /**
   * Writes all tiles, each with separate compression, and NAME.dzi; returns the number of bytes. Throws OutputError, or
   * the error of the rows.
   */
  write(format: PixelFormat, rows: PixelRows, compression: () => PngCompression): Promise<number>;
}

/** Checks that NAME.dzi and NAME_files can be written; existing tiles are replaced. Throws OutputError. */
export function openDzi(path: string): DziOutput {
  const file = openFile(placeOf(path));
  // Next to the file, even if a link leads to it.
  const tiles = openFolder(`${file.at.replace(/\.dzi$/i, '')}_files`, 'folder of tiles', isPyramid, file);
  return {
    path,
    places: [...file.places, ...tiles.places],
    leftovers: tiles.leftovers,
    write: (format, rows, compression) =>
      tiles.write(async (folder) => {
        const bytes = await writePyramid(folder, format, rows, compression);
        return bytes + (await file.prepare([new TextEncoder().encode(description(format))]));
      }),
    discard() {
      file.discard();
      tiles.discard();
    },
  };
}

/** Folders 0, 1, ... and nothing else. */
function isPyramid(folder: string): boolean {
  const names = new Set(readdirSync(folder));
  return Array.from({ length: names.size }, (_, level) => names.has(String(level))).every(Boolean);
}

const description = ({ width, height }: PixelFormat): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<Image xmlns="http://schemas.microsoft.com/deepzoom/2008" Format="png" Overlap="0" TileSize="${tileSize}">
  <Size Width="${width}" Height="${height}"/>
</Image>
`;

async function writePyramid(
  folder: string,
  format: PixelFormat,
  rows: PixelRows,
  compression: () => PngCompression,
): Promise<number> {
  const { width, height } = format;
  let bytes = 0;
  let largest = 0;
  while (2 ** largest < Math.max(width, height)) largest++;
  for (let level = 0; level <= largest; level++) mkdirSync(join(folder, String(level)));
  const compressions = Array.from({ length: lanes }, compression);
  const write: TileWriter = async (lane, name, size, pixels) => {
    const chunks: Uint8Array[] = [];
    const tile = encodePng({ ...size, depth: 8 }, only(pixels), {}, compressions[lane]!);
    for await (const chunk of tile) chunks.push(chunk);
    const file = Buffer.concat(chunks);
    writeFileSync(join(folder, name), file);
    bytes += file.length;
  };
  const take = levelTaker(largest, width, height, write);
  const columns = bytesInRow(format);
  const memory = new Uint8Array(columns);
  const single = cutRows(rows, { rows: height, columns }, 1, () => memory);
  for await (const row of rgbRows(format, single)) await take(row);
  return bytes;
}

interface TileSize {
  readonly width: number;
  readonly height: number;
}
/** Writes a tile in a free lane. */
type TileWriter = (lane: number, name: string, size: TileSize, pixels: Uint8Array) => Promise<void>;

/** Takes the rows of a level in order, writes its tiles, and passes the halved rows to the level below. */
function levelTaker(
  level: number,
  width: number,
  height: number,
  write: TileWriter,
): (row: Uint8Array) => Promise<void> {
  const below =
    level > 0 ? levelTaker(level - 1, Math.ceil(width / 2), Math.ceil(height / 2), write) : undefined;
  const stride = 3 * width;
  const band = new Uint8Array(stride * Math.min(tileSize, height));
  const upper = new Uint8Array(stride);
  const half = new Uint8Array(below ? 3 * Math.ceil(width / 2) : 0);
  let taken = 0;
  return async (row) => {
    band.set(row, (taken % tileSize) * stride);
    taken++;
    const isLast = taken === height;
    if (taken % tileSize === 0 || isLast) {
      const tileRow = Math.ceil(taken / tileSize) - 1;
      await writeTiles(band, width, taken - tileRow * tileSize, (lane, column, ...tile) =>
        write(lane, `${level}/${column}_${tileRow}.png`, ...tile),
      );
    }
    if (!below) return;
    if (taken % 2 === 0) await below(halve(upper, row, half));
    else if (isLast) await below(halve(row, row, half));
    else upper.set(row);
  };
}

async function writeTiles(
  band: Uint8Array,
  width: number,
  height: number,
  write: (lane: number, column: number, size: TileSize, pixels: Uint8Array) => Promise<void>,
): Promise<void> {
  const columns = Math.ceil(width / tileSize);
  let next = 0;
  const run = async (lane: number) => {
    const memory = new Uint8Array(3 * tileSize * height);
    while (next < columns) {
      const column = next++;
      const left = column * tileSize;
      const size = { width: Math.min(tileSize, width - left), height };
      const pixels = memory.subarray(0, 3 * size.width * height);
      for (let row = 0; row < height; row++) {
        const from = 3 * (row * width + left);
        pixels.set(band.subarray(from, from + 3 * size.width), 3 * row * size.width);
      }
      await write(lane, column, size, pixels);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, lane) => run(lane)));
}

/**
 * Halves two rows to one: each pixel is the mean of four; a last odd column is the mean of two. It is the mean of light,
 * approximated by the square of a sample (sRGB: power 2.2), so that it is the same on every machine.
 */
function halve(upper: Uint8Array, lower: Uint8Array, half: Uint8Array): Uint8Array {
  for (let to = 0; to < half.length; to++) {
    const from = to + 3 * Math.floor(to / 3);
    const next = from + 3 < upper.length ? from + 3 : from;
    const a = upper[from]!;
    const b = upper[next]!;
    const c = lower[from]!;
    const d = lower[next]!;
    half[to] = roots[(a * a + b * b + c * c + d * d) >> 2]!;
  }
  return half;
}

/** The square root of each number up to 255^2, rounded. */
const roots = Uint8Array.from({ length: 255 * 255 + 1 }, (_, square) => Math.floor(Math.sqrt(square) + 0.5));

async function* only<T>(item: T): AsyncGenerator<T> {
  yield item;
}
