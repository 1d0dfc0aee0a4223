// How numbers and bars look on a terminal. All talk goes to stderr; stdout is for data.
import { styleText } from 'node:util';
import { printable } from '../printable.js';
import { onInterrupt } from './interrupt.js';

/** Says something to people. Whatever of it came from outside, no terminal obeys it. */
export const say = (text: string): void => sayTinted(printable(text));

/** The same for lines with colours of `tint`; what else is in them is printable already. */
export const sayTinted = (text: string): void => void process.stderr.write(`${text}\n`);

/** Colour where the stream is a terminal that has it and NO_COLOR does not forbid it. */
export function tint(
  format: Parameters<typeof styleText>[0],
  text: string,
  stream: NodeJS.WriteStream = process.stderr,
): string {
  const colored = stream.hasColors?.() && !process.env.NO_COLOR;
  return colored ? styleText(format, printable(text)) : printable(text);
}

/** A number with three significant digits and M, G ... for millions: `180 M`. */
export function large(value: number): string {
  const units = ['', ' k', ' M', ' G', ' T'];
  let power = 0;
  let rest = value;
  for (; rest >= 999.5 && power < units.length - 1; rest /= 1000) power++;
  return `${rest < 100 && power > 0 ? rest.toPrecision(3) : Math.round(rest)}${units[power]}`;
}

/** `1 slice`, `2 slices`. */
export const several = (number: number, what: string): string =>
  `${number} ${what}${number === 1 ? '' : 's'}`;

/** Says which of the slices are empty; undefined where none is. Slices are made of rows. */
export function emptySlices(slices: number, rows: number): string | undefined {
  const empty = slices - rows;
  if (empty <= 0) return undefined;
  const which = empty === 1 ? '1 of them is' : `${empty} of them are`;
  return `${slices} slices: the scene has ${several(rows, 'row')}, so that ${which} empty; --slices ${rows} is the most`;
}

export const seconds = (value: number, digits = 2): string => `${value.toFixed(digits)} s`;

/** A bar of at most `width` cells for a part from 0 to 1, to an eighth of a cell. */
export function bar(part: number, width: number): string {
  const eighths = Math.round(Math.min(Math.max(part, 0), 1) * width * 8);
  return '█'.repeat(eighths >> 3) + ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths & 7];
}

/** One line that shows how far the work is, on a terminal that can draw it again; `stop` takes it away. */
export async function progressLine(points: number, slices: number) {
  const line = await barLine('{bar} {percentage}%  {value}/{total} slices  {rate} points/s  {left} left');
  if (!line) return undefined;
  const begun = performance.now();
  line.start(slices, 0, { rate: '-', left: '-' });
  return {
    onProgress: ({ done, slices }: { readonly done: number; readonly slices: number }) => {
      line.setTotal(slices);
      const passed = (performance.now() - begun) / 1000;
      const rate = large((points * done) / slices / passed);
      const left = done > 0 ? seconds((passed * (slices - done)) / done, 0) : '-';
      line.update(done, { rate, left });
    },
    stop: () => line.stop(),
  };
}

/** The same for something with a name that is done step by step. */
export async function stepLine(name: string) {
  const line = await barLine('{bar} {percentage}%  {name}');
  line?.start(1, 0, { name });
  return {
    onStep: ({ done, of }: { readonly done: number; readonly of: number }) => {
      line?.setTotal(of);
      line?.update(done);
    },
    stop: () => line?.stop(),
  };
}

async function barLine(format: string) {
  if (!process.stderr.isTTY || isDumb()) return undefined;
  const { SingleBar } = await import('cli-progress');
  const line = new SingleBar({
    format,
    stream: process.stderr,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: true,
    hideCursor: null,
    fps: 20,
  });
  // It leaves the terminal as it was.
  onInterrupt(() => line.stop());
  return line;
}

/** Whether the terminal can neither move its cursor nor show colours. */
export const isDumb = (): boolean => process.env.TERM === 'dumb';

/** Text in lines of at most so many columns; a word that is longer has a line of its own. */
export const inLines = (text: string, columns: number): string =>
  text.replace(new RegExp(`(?![^\\n]{1,${columns}}$)([^\\n]{1,${columns}})\\s`, 'g'), '$1\n');
