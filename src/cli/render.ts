// `mandoline render`: computes a scene, writes it and reports the times; or computes a part of it into a store.

import type { Command } from 'commander';
import { world as openWorld, type World } from '../cluster/mpi.js';
import { computeOnRanks, type RankJob, type Schedule, schedules, serveRank } from '../cluster/mpi-render.js';
import { StoreError } from '../errors.js';
import type { Exact } from '../kernel/kernel.js';
import { availableParallelism } from '../pool/cores.node.js';
import { filledSlices, type Part, partSize, partSlices } from '../render/job.js';
import { openStore, type Store, type StoreCut } from '../render/store.node.js';
import { streamedChannels, streamShape } from '../render/stream.js';
import { anySeed } from '../render/verify.js';
import type { Scene } from '../scene/scene.js';
import { draw, isPainted, type RanksAtWork } from './draw.js';
import { helpBriefly } from './help.js';
import { unheard } from './interrupt.js';
import { checkMemory } from './memory-check.js';
import { addOutputs, addTalk, arePictures, checkChannels, type OutputFlags, openTargets } from './outputs.js';
import { toPart, warnOfCopies } from './parts.js';
import {
  addScene,
  type NamedScene,
  pictureOf,
  type SceneFlags,
  sceneOf,
  smoothScene,
} from './scene-flags.js';
import { say } from './text.js';
import { mostSlices, mostWorkers, option, UsageError, whole } from './usage.js';

interface RenderFlags extends SceneFlags, OutputFlags {
  readonly slices?: number;
  readonly workers: number;
  readonly exact?: Exact;
  readonly verify?: true;
  readonly seed?: number;
  readonly store?: string;
  readonly part?: Part;
  readonly mpi?: true;
  readonly schedule?: Schedule;
}

export function addRender(program: Command): void {
  const command = program
    .command('render')
    .summary('draw a scene, or write its arrays')
    .description('Computes a scene in parallel and writes it as a picture or as arrays.');
  addScene(command);
  command.optionsGroup('Files:');
  addOutputs(command, "the scene's name, or julia.png");
  addTalk(command);
  command
    .option('--preview', 'show the picture in the terminal')
    .optionsGroup('Computation:')
    .addOption(workersOption())
    .addOption(slicesOption('of 64 rows, or 4 for each worker'))
    .addOption(option('--store <folder>', 'keep computed slices there, and reuse them', String))
    .addOption(
      option('--exact <method>', 'enclosures, or brute: every point separately (identical counts)', toExact, {
        words: ['enclosures', 'brute'],
      }),
    )
    .option('--verify', 'recompute a random 1% of points with the reference implementation')
    .addOption(
      option('--seed <number>', 'seed that selects the points for --verify', whole('--seed', 0, 2 ** 32 - 1)),
    )
    .optionsGroup('Many machines:')
    .addOption(
      option('--part <number/of>', 'compute one share into --store: 3/64, or slurm', toPart, {
        words: ['slurm'],
      }),
    )
    .option('--mpi', 'compute on the ranks that mpirun started')
    .addOption(
      option('--schedule <method>', 'how ranks get slices: static, or dynamic', toSchedule, {
        words: schedules,
      }),
    );
  helpBriefly(command, [
    ...['--formula', '--c', '--iterations', '--center', '--zoom', '--size', '--coloring', '--palette'],
    ...['--output', '--preview', '--workers', '--store'],
  ]);
  command
    .addHelpText(
      'after',
      `
Examples:
  a picture      mandoline render mandelbrot
  a wallpaper    mandoline render seahorse --size 3840x2160 -o wallpaper.png
  a poster       mandoline render elephant --size 10000x7500 --store kept
  a film         mandoline zoom mandelbrot --to seahorse -o frames
  a formula      mandoline render --formula "z^3 + c" --c 0.4
  an array       mandoline render --cells 500 --dtype float64 -o counts.npy`,
    )
    .action((scene: string | undefined, flags: RenderFlags, { getOptionValueSource }: Command) => {
      if (!flags.mpi) return run(scene, flags, undefined);
      // By default a rank is one thread.
      const isSaid = getOptionValueSource.call(command, 'workers') !== 'default';
      return onRanks(scene, { ...flags, workers: isSaid ? flags.workers : 0 });
    });
}

/** The scene of a command that writes files. */
export async function drawnScene(
  given: string | undefined,
  flags: SceneFlags & OutputFlags,
): Promise<NamedScene> {
  const named = await sceneOf(given, flags);
  return arePictures(flags) ? { ...named, scene: smoothScene(given, flags, named.scene) } : named;
}

/** The number of slices; `otherwise` describes the default. */
export const slicesOption = (otherwise: string) =>
  option(
    '--slices <number>',
    `number of slices of rows (default: ${otherwise})`,
    whole('--slices', 1, mostSlices),
  );

export const workersOption = () =>
  option('--workers <number>', 'worker threads; 0: none', whole('--workers', 0, mostWorkers)).default(
    availableParallelism(),
    'one per core',
  );

/** Runs this process's rank. Only rank 0 reads, checks, prints and writes anything. */
async function onRanks(given: string | undefined, flags: RenderFlags): Promise<void> {
  const world = await openWorld();
  // Messages keep this thread busy.
  if (world.rank > 0) return unheard(() => serveRank(world));
  if (!world.isLaunched && !flags.quiet && !flags.json)
    say(
      '--mpi: one rank, because mpirun did not start this; "mpirun -n 4 mandoline render ... --mpi" starts four\n',
    );
  return run(given, flags, world);
}

async function run(given: string | undefined, flags: RenderFlags, world: World | undefined): Promise<void> {
  const named = await drawnScene(given, flags);
  const { scene } = named;
  if (flags.seed !== undefined && !flags.verify)
    throw new UsageError(`--seed ${flags.seed}: requires --verify`);
  checkChannels(scene, flags);
  if (flags.exact === 'brute' && scene.arithmetic === 'exact')
    throw new UsageError(
      '--exact brute: only applies to arithmetic in doubles; omit it, or give --arithmetic double',
    );
  if (flags.part) checkPart(flags);
  else if (!world) warnOfCopies('give --mpi to share the work');
  if (flags.schedule && !world) throw new UsageError(`--schedule ${flags.schedule}: requires --mpi`);
  if (world && flags.store !== undefined)
    throw new UsageError(
      `--store ${flags.store}: must not be given with --mpi; rank 0 gathers all rows in memory`,
    );
  const targets = flags.part ? [] : await openTargets(flags, pictureOf(given, named), scene);
  const { workers, exact, part, channels = [] } = flags;
  // A part computes everything that a picture needs.
  const wanted = streamedChannels(scene, channels, part !== undefined || isPainted(flags, targets));
  const hands = Math.max(1, workers) * (world?.size ?? part?.of ?? 1);
  const cut = streamShape(scene, hands, wanted, flags.slices).slices;
  const parts = part?.of;
  const store =
    flags.store === undefined
      ? undefined
      : keptIn(flags.store, scene, { slices: flags.slices, otherwise: cut, parts });
  const slices = store?.slices ?? cut;
  checkMemory(scene, flags, wanted, slices, targets, world !== undefined);
  const verify = flags.verify && (flags.seed === undefined || { seed: flags.seed });
  const drawing = { named, workers, slices, exact, verify, store, channels: part ? wanted : channels };
  const share = part && shareOf(part, scene, slices);
  const ranks = world && atWork(world, flags, { scene, channels: wanted, slices, workers, exact });
  await draw({ ...drawing, ...(share && { share }), ...(ranks && { ranks }) }, flags, targets);
}

function atWork(
  world: World,
  { schedule = 'static', verify, seed = anySeed() }: RenderFlags,
  job: Omit<RankJob, 'schedule' | 'seed'>,
): RanksAtWork {
  return {
    size: world.size,
    schedule,
    async compute() {
      const gathered = await unheard(() =>
        computeOnRanks(world, { ...job, schedule, ...(verify && { seed }) }),
      );
      // The other ranks need not wait for the files.
      world.finalize();
      return gathered;
    },
  };
}

/** A part only makes slices; `assemble` makes files of them. */
function checkPart({ part, store, ...flags }: RenderFlags): void {
  const said = `--part ${part!.number}/${part!.of}`;
  if (store === undefined) throw new UsageError(`${said}: requires --store, a folder that all parts share`);
  const others = { '-o': flags.output?.[0], '--format': flags.format, '--dtype': flags.dtype };
  const other = Object.entries(others).find(([, value]) => value !== undefined);
  if (!other && !flags.preview) return;
  throw new UsageError(
    `${other?.join(' ') ?? '--preview'}: must not be given with --part, which only writes slices; ` +
      `"mandoline assemble ${store} -o picture.png" makes files from all parts`,
  );
}

function shareOf(part: Part, scene: Scene, slices: number) {
  const filled = filledSlices(scene, slices);
  const size = partSize(part, filled);
  const said = `part ${part.number} of ${part.of} has ${size} of`;
  return { said, size, numbers: partSlices(part, filled) };
}

/** The scene's store; its errors name the flag. */
function keptIn(folder: string, scene: Scene, cut: StoreCut): Store {
  try {
    return openStore(folder, scene, cut);
  } catch (error) {
    throw error instanceof StoreError ? new UsageError(`--store ${error.message}`) : error;
  }
}

function toSchedule(text: string): Schedule {
  const schedule = schedules.find((name) => name === text);
  if (schedule) return schedule;
  throw new UsageError(`--schedule ${text}: must be ${schedules.join(' or ')}`);
}

function toExact(text: string): Exact {
  if (text === 'enclosures' || text === 'brute') return text;
  throw new UsageError(`--exact ${text}: must be enclosures or brute`);
}
