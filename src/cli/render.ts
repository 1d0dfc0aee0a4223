// `mandoline render`: a scene computed, written, and what it took; or a part of it, into a store.

import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { world as openWorld, type World } from '../cluster/mpi.js';
import { computeOnRanks, type RankJob, type Schedule, schedules, serveRank } from '../cluster/mpi-render.js';
import { StoreError } from '../errors.js';
import type { Exact } from '../kernel/kernel.js';
import { filledSlices, type Part, partSize, partSlices } from '../render/job.js';
import { openStore, type Store, type StoreCut } from '../render/store.node.js';
import { streamedChannels, streamShape } from '../render/stream.js';
import { anySeed } from '../render/verify.js';
import type { Scene } from '../scene/scene.js';
import { draw, isPainted, type RanksAtWork } from './draw.js';
import { unheard } from './interrupt.js';
import { checkMemory } from './memory-check.js';
import { addOutputs, addTalk, arePictures, type OutputFlags, openTargets } from './outputs.js';
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
    .summary('compute a scene and write it as a picture or an array')
    .description('Computes a scene in parallel and writes it as a picture or as arrays.');
  addScene(command);
  command.addOption(slicesOption('of 64 rows, or 4 for each worker')).addOption(workersOption());
  addOutputs(command, "the scene's name, or julia.png");
  command
    .addOption(
      option('--exact <way>', 'enclosures, or brute: point by point; the same counts', toExact, {
        words: ['enclosures', 'brute'],
      }),
    )
    .addOption(
      option('--store <folder>', 'keep each slice there, and go on from those that are kept', String),
    )
    .addOption(
      option(
        '--part <number/of>',
        'compute this share into --store, write nothing: 3/64, or slurm; then "mandoline assemble"',
        toPart,
      ),
    )
    .option('--mpi', 'compute on the ranks that mpirun started, each in one thread or in --workers')
    .addOption(
      option(
        '--schedule <way>',
        'how ranks get slices: static, or dynamic, the next when one is done',
        toSchedule,
        { words: schedules },
      ),
    )
    .option('--preview', 'show the picture in the terminal')
    .option('--verify', 'compute a random 1% of the points again by the oracle')
    .addOption(option('--seed <number>', 'which points --verify takes', whole('--seed', 0, 2 ** 32 - 1)));
  addTalk(command);
  command
    .addHelpText(
      'after',
      `
Examples:
  mandoline render
  mandoline render --c -0.123+0.745i --extent 1.5 --iterations 200 -o rabbit.png
  mandoline render mandelbrot --center -0.745+0.11i --width 0.02 --verify
  mandoline render --formula "z^3 + c" --c 0.4
  mandoline render --cells 500 --workers 2 --dtype float64 -o counts.npy --json`,
    )
    .action((scene: string | undefined, flags: RenderFlags, { getOptionValueSource }: Command) => {
      if (!flags.mpi) return run(scene, flags, undefined);
      // A rank is a thread, where nobody says otherwise.
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

/** Into how many slices; `otherwise` says which where nobody says. */
export const slicesOption = (otherwise: string) =>
  option(
    '--slices <number>',
    `cut the rows into so many slices (default: ${otherwise})`,
    whole('--slices', 1, mostSlices),
  );

export const workersOption = () =>
  option('--workers <number>', 'worker threads; 0: none', whole('--workers', 0, mostWorkers)).default(
    availableParallelism(),
    'one a core',
  );

/** As the rank that this program is; only rank 0 reads, checks, says and writes anything. */
async function onRanks(given: string | undefined, flags: RenderFlags): Promise<void> {
  const world = await openWorld();
  // Messages keep this thread busy.
  if (world.rank > 0) return unheard(() => serveRank(world));
  if (!world.isLaunched && !flags.quiet && !flags.json)
    say('one rank, since no mpirun started this; "mpirun -n 4 mandoline render ... --mpi" has four\n');
  return run(given, flags, world);
}

async function run(given: string | undefined, flags: RenderFlags, world: World | undefined): Promise<void> {
  const named = await drawnScene(given, flags);
  const { scene } = named;
  if (flags.seed !== undefined && !flags.verify)
    throw new UsageError(`--seed ${flags.seed}: requires --verify`);
  if (flags.part) checkPart(flags);
  else if (!world) warnOfCopies('give --mpi, so that they share the work');
  if (flags.schedule && !world) throw new UsageError(`--schedule ${flags.schedule}: requires --mpi`);
  if (world && flags.store !== undefined)
    throw new UsageError(`--store ${flags.store}: must not be given with --mpi, where rank 0 gathers all`);
  const targets = flags.part ? [] : await openTargets(flags, pictureOf(given, named), scene);
  const { workers, exact, part, channels = [] } = flags;
  // A part computes all that a picture needs.
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
    ...{ size: world.size, schedule },
    async compute() {
      const gathered = await unheard(() =>
        computeOnRanks(world, { ...job, schedule, ...(verify && { seed }) }),
      );
      // The others need not wait until all is written.
      world.finalize();
      return gathered;
    },
  };
}

/** A part makes slices for others to write. */
function checkPart({ part, store, ...flags }: RenderFlags): void {
  const said = `--part ${part!.number}/${part!.of}`;
  if (store === undefined) throw new UsageError(`${said}: needs --store, a folder that all parts share`);
  const others = { '-o': flags.output?.[0], '--format': flags.format, '--dtype': flags.dtype };
  const other = Object.entries(others).find(([, value]) => value !== undefined);
  if (!other && !flags.preview) return;
  throw new UsageError(
    `${other?.join(' ') ?? '--preview'}: must not be given with --part, which writes slices alone; ` +
      `"mandoline assemble ${store} -o picture.png" makes files of all parts`,
  );
}

function shareOf(part: Part, scene: Scene, slices: number) {
  const filled = filledSlices(scene, slices);
  const size = partSize(part, filled);
  const said = `part ${part.number} of ${part.of} has ${size} of`;
  return { said, size, numbers: partSlices(part, filled) };
}

/** A store of the scene's field, its errors told by the flag. */
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
