// Thumbnails of pictures next to each other. encode/ makes files of them.
import { type Image, withColors } from './image.js';

/** Pixels between and around the pictures. */
const gap = 8;
/** The grey of the background. */
const paper = 24;

/** Pictures of the same size in rows of `across`, the first on top at the left. Throws RangeError for none. */
export function contactSheet(images: readonly Image[], across: number): Image {
  const [first] = images;
  if (!first || images.some(({ width, height }) => width !== first.width || height !== first.height))
    throw new RangeError('contactSheet: must be given at least one picture, all of the same size');
  const { width, height } = first;
  const sheetWidth = gap + across * (width + gap);
  const sheetHeight = gap + Math.ceil(images.length / across) * (height + gap);
  const pixels = new Uint8Array(3 * sheetWidth * sheetHeight).fill(paper);
  images.forEach((image, index) => {
    const left = gap + (index % across) * (width + gap);
    const top = gap + Math.floor(index / across) * (height + gap);
    const colors = colorsOf(image, 0, height);
    for (let row = 0; row < height; row++)
      pixels.set(
        colors.subarray(3 * width * row, 3 * width * (row + 1)),
        3 * ((top + row) * sheetWidth + left),
      );
  });
  return {
    width: sheetWidth,
    height: sheetHeight,
    depth: 8,
    rows: (start, end) => pixels.slice(3 * sheetWidth * start, 3 * sheetWidth * end),
  };
}

/** A picture half as wide and high: each pixel is the mean of four. A last odd row or column is left out. */
export function halved(image: Image): Image {
  const width = Math.floor(image.width / 2);
  return {
    width,
    height: Math.floor(image.height / 2),
    depth: 8,
    rows: (start, end) => {
      const colors = colorsOf(image, 2 * start, 2 * end);
      const below = 3 * image.width;
      return Uint8Array.from({ length: 3 * width * (end - start) }, (_, i) => {
        const [row, column, part] = [Math.floor(i / (3 * width)), Math.floor(i / 3) % width, i % 3];
        const at = 2 * row * below + 6 * column + part;
        const sum = colors[at]! + colors[at + 3]! + colors[at + below]! + colors[at + below + 3]!;
        return (sum + 2) >> 2;
      });
    },
  };
}

/** Red, green, blue in turn of some rows. */
const colorsOf = ({ palette, rows }: Image, start: number, end: number): Uint8Array =>
  palette ? withColors(rows(start, end), palette) : rows(start, end);
