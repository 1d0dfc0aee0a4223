// Numbers and bars on a terminal. Messages go to stderr; stdout is for data.
import { styleText } from 'node:util';
import { printable } from '../printable.js';
import { onInterrupt } from './interrupt.js';

/** Prints a message. Control characters from outside are made harmless. */
export const say = (text: string): void => sayTinted(printable(text));

/** Prints a line with colours of `tint`, whose text must be printable already. */
export const sayTinted = (text: string): void => void process.stderr.write(`${text}\n`);

/** Coloured text if the stream is a terminal with colours and NO_COLOR is not set. */
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

/** A warning about empty slices, which have no rows; undefined if there are none. */
export function emptySlices(slices: number, rows: number): string | undefined {
  const empty = slices - rows;
  if (empty <= 0) return undefined;
  const which = empty === 1 ? '1 slice is' : `${empty} slices are`;
  return `--slices ${slices}: ${which} empty, because the scene has ${several(rows, 'row')}; give at most ${rows}`;
}

export const seconds = (value: number, digits = 2): string => `${value.toFixed(digits)} s`;

/** A bar of at most `width` cells for a part from 0 to 1, to an eighth of a cell. */
export function bar(part: number, width: number): string {
  const eighths = Math.round(Math.min(Math.max(part, 0), 1) * width * 8);
  return '█'.repeat(eighths >> 3) + ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths & 7];
}

/** A progress bar on a terminal that can redraw it; `stop` removes it. */
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

/** A progress bar for named work in steps. */
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
  // Restores the terminal.
  onInterrupt(() => line.stop());
  return line;
}

/** Whether the terminal can neither move its cursor nor show colours. */
export const isDumb = (): boolean => process.env.TERM === 'dumb';

/** Text in lines of at most so many columns; a word that is longer has a line of its own. */
export const inLines = (text: string, columns: number): string =>
  text.replace(new RegExp(`(?![^\\n]{1,${columns}}$)([^\\n]{1,${columns}})\\s`, 'g'), '$1\n');
