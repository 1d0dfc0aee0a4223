// `mandoline palettes`: the named palettes, as strips in the terminal, as a picture, or as data.
import type { Command } from 'commander';
import { contactSheet } from '../color/contact-sheet.js';
import { rowsOf } from '../color/image.js';
import { isCyclicPalette, paletteColors, paletteNames } from '../color/palettes.js';
import { hex } from '../color/stops.js';
import { encodePng } from '../encode/png.js';
import { compressWith } from '../render/compress.node.js';
import { isDumb, say, tint } from './text.js';
import { checkedOutput, option, UsageError } from './usage.js';

interface PalettesFlags {
  readonly output?: string;
  readonly json?: true;
}

export function addPalettes(program: Command): void {
  program
    .command('palettes')
    .summary('show the named palettes')
    .description('Shows the named palettes, whose names --palette takes.')
    .addOption(option('-o, --output <file>', 'write them as strips, from top to bottom, to a .png', toPng))
    .option('--json', 'print their colours as JSON')
    .addHelpText('after', '\nExamples:\n  mandoline palettes\n  mandoline palettes -o palettes.png')
    .action(({ output, json }: PalettesFlags) => {
      if (json) process.stdout.write(`${JSON.stringify(paletteNames.map(dataOf), null, 1)}\n`);
      else if (output === undefined) process.stdout.write(paletteNames.map(line).join(''));
      return output === undefined ? undefined : draw(output);
    });
}

function toPng(path: string): string {
  if (/\.png$/i.test(path)) return path;
  throw new UsageError(`-o ${path}: must end in .png`);
}

const hexColors = (name: string, length: number): readonly string[] => {
  const bytes = paletteColors(name, length);
  return Array.from({ length }, (_, i) => hex([...bytes.subarray(3 * i, 3 * i + 3)]));
};

const dataOf = (name: string) => ({
  name,
  isCyclic: isCyclicPalette(name),
  colors: hexColors(name, 256),
});

const nameWidth = Math.max(...paletteNames.map((name) => name.length)) + 2;

/** A strip as wide as the terminal; without colours, some of them as hexadecimal numbers. */
function line(name: string): string {
  const { stdout } = process;
  const title = tint('bold', name.padEnd(nameWidth), stdout);
  if (!stdout.hasColors?.() || process.env.NO_COLOR || isDumb())
    return `${title}${hexColors(name, 7).join(' ')}\n`;
  const cells = paletteColors(name, Math.max(2, Math.min(stdout.columns, 120) - nameWidth));
  let strip = '';
  for (let at = 0; at < cells.length; at += 3) strip += `\x1b[48;2;${cells.subarray(at, at + 3).join(';')}m `;
  return `${title}${strip}\x1b[0m\n`;
}

const [stripWidth, stripHeight] = [512, 24];

/** Strips without their names, for which a picture would need a font; its text has them. */
async function draw(path: string): Promise<void> {
  const output = checkedOutput(path);
  const image = contactSheet(
    paletteNames.map((name) => {
      const row = paletteColors(name, stripWidth);
      const pixels = new Uint8Array(3 * stripWidth * stripHeight).map((_, i) => row[i % row.length]!);
      const rows = (start: number, end: number) => pixels.subarray(start * row.length, end * row.length);
      return { width: stripWidth, height: stripHeight, depth: 8, rows };
    }),
    1,
  );
  const texts = { Software: 'Mandoline', Comment: `Palettes from top to bottom: ${paletteNames.join(', ')}` };
  await output.write(encodePng(image, rowsOf(image), texts, compressWith(undefined)));
  say(`${path}: ${paletteNames.length} palettes from top to bottom: ${paletteNames.join(', ')}`);
}
