// `mandoline scenes`: the bundled scenes, as a list or as pictures.

import { join } from 'node:path';
import type { Command } from 'commander';
import { channelsOf } from '../color/coloring.js';
import { contactSheet, halved } from '../color/contact-sheet.js';
import { type Image, rowsOf } from '../color/image.js';
import { paint } from '../color/picture.js';
import { pngTexts } from '../encode/formats.js';
import { encodePng } from '../encode/png.js';
import { formatBytes } from '../errors.js';
import { availableParallelism } from '../pool/cores.node.js';
import { Pool } from '../pool/index.js';
import { compressWith } from '../render/compress.node.js';
import { render } from '../render/render.js';
import { gallery, inPixels } from '../scene/gallery.js';
import type { Scene } from '../scene/scene.js';
import { smoothScene, toSize } from './scene-flags.js';
import { say, sayTinted, seconds, tint } from './text.js';
import { checkedFolder, checkedOutput, mostWorkers, option, whole } from './usage.js';

interface ScenesFlags {
  readonly render?: string;
  readonly size: readonly [columns: number, rows: number];
  readonly workers: number;
}

/** Pictures in a row of the contact sheet. */
const across = 4;

export function addScenes(program: Command): void {
  program
    .command('scenes')
    .summary('list the bundled scenes, or draw them all')
    .description('Lists the bundled scenes, whose names "mandoline render" takes; or draws them all.')
    .addOption(option('--render <folder>', 'write a picture of each, and contact-sheet.png', String))
    .addOption(
      option('--size <pixels>', 'columns x rows of each picture', toSize).default([640, 480], '640x480'),
    )
    .addOption(
      option('--workers <number>', 'worker threads', whole('--workers', 1, mostWorkers)).default(
        availableParallelism(),
        'one per core',
      ),
    )
    .addHelpText('after', '\nExamples:\n  mandoline scenes\n  mandoline scenes --render pictures')
    .action((flags: ScenesFlags) => (flags.render === undefined ? list() : draw(flags.render, flags)));
}

function list(): void {
  const scenes = Object.entries(gallery);
  const width = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length)) + 2;
  const nameWidth = width(scenes.map(([name]) => name));
  const formulaWidth = width(scenes.map(([, { scene }]) => shortFormula(scene)));
  const lines = scenes.map(([name, { scene, summary }]) =>
    [
      tint('bold', name.padEnd(nameWidth), process.stdout),
      tint('cyan', shortFormula(scene).padEnd(formulaWidth), process.stdout),
      summary,
    ].join(''),
  );
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** A list of 80 columns has room for so much of a formula. */
const shownFormula = 33;
const shortFormula = ({ formula }: Scene) =>
  formula.length > shownFormula ? `${formula.slice(0, shownFormula - 3)}...` : formula;

async function draw(folder: string, { size, workers }: ScenesFlags): Promise<void> {
  checkedFolder('--render', folder);
  const sheet = checkedOutput(join(folder, 'contact-sheet.png'));
  await using pool = new Pool({ workers });
  const thumbnails: Image[] = [];
  for (const [name, bundled] of Object.entries(gallery)) {
    const scene = smoothScene(name, {}, inPixels(bundled.scene, ...size));
    const { rows, columns, counts, channels, work } = await render(scene, {
      pool,
      channels: channelsOf(scene),
    });
    const image = await paint({ rows, columns, counts, channels }, scene);
    const texts = pngTexts(scene);
    const output = checkedOutput(join(folder, `${name}.png`));
    const bytes = await output.write(encodePng(image, rowsOf(image), texts, compressWith(pool)));
    thumbnails.push(halved(image));
    sayTinted(
      `${tint('bold', name.padEnd(14))} ${size.join(' x ')}   ${seconds(work.compute).padStart(7)}   ` +
        formatBytes(bytes),
    );
  }
  const image = contactSheet(thumbnails, across);
  const bytes = await sheet.write(
    encodePng(image, rowsOf(image), { Software: 'Mandoline' }, compressWith(pool)),
  );
  say(`\n${sheet.path} ${image.width} x ${image.height}, ${formatBytes(bytes)}`);
}
