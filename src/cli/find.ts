// `mandoline find`: the minibrot of the lowest period in a view, with a proof, and the scene that frames it.
import type { Command } from 'commander';
import { NucleusError, SceneError } from '../errors.js';
import { findMinibrot, type Minibrot } from '../render/find.js';
import { sceneText } from '../scene/scene.js';
import { addScene, type SceneFlags, sceneOf } from './scene-flags.js';
import { checkedOutput, outputOption, refuseSame, UsageError } from './usage.js';

interface FindFlags extends SceneFlags {
  readonly output?: readonly string[];
  readonly json?: true;
}

export function addFind(program: Command): void {
  const command = program
    .command('find')
    .summary('find the minibrot in a view')
    .description(
      "Finds the nucleus of the lowest period in a view of the parameter plane by Newton's method, proves that it exists, and estimates the size of its minibrot.",
    );
  addScene(command, false);
  command
    .optionsGroup('Output:')
    .addOption(outputOption('scene file that frames the minibrot, such as minibrot.json'))
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  mandoline find mandelbrot --center -1.75 --width 0.1 -o minibrot.json
  mandoline render minibrot.json`,
    )
    .action(find);
}

async function find(given: string | undefined, flags: FindFlags): Promise<void> {
  const { scene } = await sceneOf(given, flags);
  const outputs = flags.output?.map(checkedOutput) ?? [];
  refuseSame(outputs);
  const minibrot = await orUsageError(given ?? 'the lesson', () => findMinibrot(scene));
  const text = new TextEncoder().encode(`${sceneText(minibrot.scene, 2)}\n`);
  for (const output of outputs) await output.write([text]);
  process.stdout.write(flags.json ? `${JSON.stringify(minibrot)}\n` : `${linesOf(minibrot).join('\n')}\n`);
}

async function orUsageError<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isGiven = error instanceof NucleusError || error instanceof SceneError;
    throw isGiven ? new UsageError(`${place}: ${error.message}`) : error;
  }
}

function linesOf({ period, nucleus: [re, im], radius, size, rotation }: Minibrot): string[] {
  const sum = im.startsWith('-') ? `${re}${im}i` : `${re}+${im}i`;
  return [
    `period   ${period}`,
    `nucleus  ${sum}`,
    `proved   exactly one nucleus of this period is within ${radius} of it`,
    `size     ${size} of the whole set, turned by ${rotation} degrees (estimated)`,
  ];
}
