// `mandoline assemble`: makes a picture or arrays from the slices that parts of a render put into a store, or reports
// which are missing.
import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { StoreError } from '../errors.js';
import { Pool } from '../pool/index.js';
import { existingStore, type Store } from '../render/store.node.js';
import { streamedChannels } from '../render/stream.js';
import { describeLack, surveyStore } from '../render/survey.node.js';
import { addColors, type ColorFlags } from './color-flags.js';
import { draw, isPainted } from './draw.js';
import { helpBriefly } from './help.js';
import { checkMemory } from './memory-check.js';
import { addOutputs, addTalk, type OutputFlags, openTargets } from './outputs.js';
import { warnOfCopies } from './parts.js';
import { workersOption } from './render.js';
import { recolored } from './scene-flags.js';
import { Operand, UsageError } from './usage.js';

interface AssembleFlags extends ColorFlags, OutputFlags {
  readonly workers: number;
}

export function addAssemble(program: Command): void {
  const command = program
    .command('assemble')
    .summary('make files from the slices in a store')
    .description(
      'Checks every slice in a store and writes the files that "mandoline render" would, byte for byte. If slices ' +
        'are missing or damaged, it lists them and writes nothing.',
    )
    .addArgument(new Operand('<store>', 'folder of "mandoline render --store"', { paths: 'folders' }));
  command.optionsGroup('Files:');
  addOutputs(command, "the folder's name, as .png");
  addTalk(command);
  command
    .option('--preview', 'show the picture in the terminal')
    .optionsGroup('Computation:')
    .addOption(workersOption());
  addColors(command);
  helpBriefly(command, [
    '--output',
    '--preview',
    '--workers',
    '--coloring',
    '--palette',
    '--json',
    '--quiet',
  ]);
  command
    .addHelpText('after', '\nExample:\n  mandoline assemble kept -o picture.png --palette viridis')
    .action((folder: string, flags: AssembleFlags) => run(folder, flags));
}

async function run(folder: string, flags: AssembleFlags): Promise<void> {
  warnOfCopies('start one');
  const store = storeIn(folder);
  const { slices } = store;
  const scene = recolored(store.scene, flags);
  const name = basename(resolve(folder));
  const targets = await openTargets(flags, `${name}.png`, scene);
  const { workers, channels = [] } = flags;
  const wanted = streamedChannels(scene, channels, isPainted(flags, targets));
  checkMemory(scene, { workers, slices }, wanted, slices, targets);
  const lack = await lackOf(store, wanted, workers);
  if (lack) throw new StoreError(`${folder}: ${lack}`);
  await draw({ named: { name, scene }, workers, slices, store, channels }, flags, targets);
}

async function lackOf(store: Store, channels: Parameters<typeof surveyStore>[1], workers: number) {
  const pool = workers === 0 ? undefined : new Pool({ workers, retries: 2 });
  try {
    return describeLack(store, await surveyStore(store, channels, { pool }));
  } finally {
    pool?.terminate();
  }
}

function storeIn(folder: string): Store {
  try {
    return existingStore(folder);
  } catch (error) {
    throw error instanceof StoreError ? new UsageError(error.message) : error;
  }
}
