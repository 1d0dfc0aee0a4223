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
  const line = await barLine('{bar} {percentage}%  {about}');
  if (!line) return undefined;
  let begun = performance.now();
  const leftOf = (part: number) =>
    part > 0 ? seconds(((performance.now() - begun) / 1000) * (1 / part - 1), 0) : '-';
  const none = { about: `0/${slices} slices` };
  line.start(slices, 0, none);
  return {
    /** Of an exact picture, before its slices: part 1 is all of it. */
    onReference: (part: number) => {
      line.setTotal(part < 1 ? 1000 : slices);
      if (part < 1)
        line.update(Math.floor(1000 * part), { about: `reference and tables  ${leftOf(part)} left` });
      else line.update(0, none);
      if (part === 1) begun = performance.now();
    },
    onProgress: ({ done, slices }: { readonly done: number; readonly slices: number }) => {
      line.setTotal(slices);
      const rate = large((points * done) / slices / ((performance.now() - begun) / 1000));
      const left = leftOf(done / slices);
      line.update(done, { about: `${done}/${slices} slices  ${rate} points/s  ${left} left` });
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
