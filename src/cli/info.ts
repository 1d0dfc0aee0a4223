// `mandoline info`: prints the scene of a picture, a file, an address or a name.
import type { Command } from 'commander';
import { coloringOf } from '../color/coloring.js';
import { formatBytes } from '../errors.js';
import { sceneShape } from '../render/job.js';
import { sceneText } from '../scene/scene.js';
import { sceneLines } from './render-report.js';
import { sceneOf, sceneValues } from './scene-flags.js';
import { tint } from './text.js';
import { Operand } from './usage.js';

export function addInfo(program: Command): void {
  program
    .command('info')
    .summary('print the scene of a picture or a file')
    .description('Prints the scene of a picture that mandoline wrote, a scene file, an address or a name.')
    .addArgument(
      new Operand('<scene>', 'picture in .png, file in .json, .kfr or .toml, address, or name', sceneValues),
    )
    .option('--json', 'print the scene as a JSON scene file')
    .addHelpText(
      'after',
      '\nExamples:\n  mandoline info julia.png\n  mandoline info julia.png --json > julia.json',
    )
    .action((given: string, { json }: { readonly json?: true }) => print(given, json === true));
}

async function print(given: string, json: boolean): Promise<void> {
  const named = await sceneOf(given, {});
  const { scene, file } = named;
  if (json) {
    process.stdout.write(`${sceneText(scene, 2)}\n`);
    return;
  }
  const [rows, columns] = sceneShape(scene);
  const palette = typeof scene.palette === 'string' ? scene.palette : scene.palette.join(' ');
  const lines = sceneLines(named, process.stdout, [
    `${columns} x ${rows} points`,
    coloringOf(scene),
    palette,
  ]);
  if (file) {
    const size = file.picture ? `${file.picture.width} x ${file.picture.height} pixels, ` : '';
    lines.push('', `${tint('bold', file.path, process.stdout)}  ${size}${formatBytes(file.bytes)}`);
  }
  process.stdout.write(`${lines.join('\n')}\n`);
}
