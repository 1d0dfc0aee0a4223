// `mandoline render`: a scene computed, written, and what it took.

import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { type FieldBands, pixelsOf } from '../encode/formats.js';
import type { Dtype } from '../encode/npy.js';
import { knowsKitty, terminalPicture } from '../encode/terminal.js';
import { StoreError } from '../errors.js';
import type { ChannelName } from '../field/field.js';
import type { Exact } from '../kernel/kernel.js';
import { Pool } from '../pool/index.js';
import { channelNames } from '../render/channel-types.js';
import { compressWith } from '../render/compress.node.js';
import { pictureShape, sceneShape } from '../render/job.js';
import { openStore, type Store } from '../render/store.node.js';
import { type FieldStream, shared, streamedChannels, streamScene, streamShape } from '../render/stream.js';
import type { Scene } from '../scene/scene.js';
import { didYouMean } from '../suggestion.js';
import { checkMemory } from './memory-check.js';
import { renderDocument, sayReport, sayScene, type Written } from './render-report.js';
import { addScene, type SceneFlags, sceneOf } from './scene-flags.js';
import { type Format, formatNames, formatOf, needsOf, openTarget, type Target } from './targets.js';
import { knowsSixel } from './terminal-answer.js';
import { progressLine } from './text.js';
import { mostSlices, mostWorkers, option, outputOption, UsageError, whole } from './usage.js';

interface RenderFlags extends SceneFlags {
  readonly slices?: number;
  readonly workers: number;
  readonly exact?: Exact;
  readonly verify?: true;
  readonly seed?: number;
  readonly output?: readonly string[];
  readonly format?: Format;
  readonly dtype?: Dtype;
  readonly channels?: readonly ChannelName[];
  readonly store?: string;
  readonly preview?: true;
  readonly json?: true;
  readonly quiet?: true;
}

export function addRender(program: Command): void {
  const command = program
    .command('render')
    .summary('compute a scene and write it as a picture or an array')
    .description('Computes a scene in parallel and writes it as a picture or as arrays.');
  addScene(command);
  command
    .addOption(
      option(
        '--slices <number>',
        'cut the rows into so many slices (default: of 64 rows, or 4 for each worker)',
        whole('--slices', 1, mostSlices),
      ),
    )
    .addOption(
      option('--workers <number>', 'worker threads; 0: none', whole('--workers', 0, mostWorkers)).default(
        availableParallelism(),
        'one a core',
      ),
    )
    .addOption(
      outputOption(
        `where to, repeatable: .${formatNames.join(', .')}, or - for stdout (default: julia.png, or the scene's name)`,
      ),
    )
    .addOption(
      option('--format <format>', `format of stdout: ${fileFormats.join(', ')}`, toFormat, {
        words: fileFormats,
      }),
    )
    .addOption(
      option('--dtype <type>', 'numbers in .npy: uint16, float64 (default: uint16)', toDtype, {
        words: ['uint16', 'float64'],
      }),
    )
    .addOption(
      option('--channels <names>', `more arrays in .npz and .zarr: ${channelNames.join(', ')}`, toChannels, {
        words: channelNames,
        isList: true,
      }),
    )
    .addOption(
      option('--exact <way>', 'enclosures, or brute: point by point; the same counts', toExact, {
        words: ['enclosures', 'brute'],
      }),
    )
    .addOption(
      option('--store <folder>', 'keep each slice there, and go on from those that are kept', String, {
        paths: 'folders',
      }),
    )
    .option('--preview', 'show the picture in the terminal')
    .option('--verify', 'count a random 1% of the points again by the oracle')
    .addOption(option('--seed <number>', 'which points --verify takes', whole('--seed', 0, 2 ** 32 - 1)))
    .option('--json', 'print one document about it to stdout')
    .option('--quiet', 'say nothing')
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
    .action((scene: string | undefined, flags: RenderFlags) => run(scene, flags));
}

async function run(given: string | undefined, flags: RenderFlags): Promise<void> {
  const named = await sceneOf(given, flags);
  const { name, scene } = named;
  if (flags.seed !== undefined && !flags.verify)
    throw new UsageError(`--seed ${flags.seed}: goes with --verify`);
  // A picture is not overwritten by what was meant to be another.
  const standard = given === undefined ? 'julia' : named.file?.picture ? `${name}-again` : name;
  const targets = await openTargets(flags, `${standard}.png`, scene);
  const { workers, exact, channels = [] } = flags;
  const isPainted = flags.preview === true || targets.some(({ format }) => needsOf(format).isPicture);
  const wanted = streamedChannels(scene, channels, isPainted);
  const cut = streamShape(scene, workers, wanted, flags.slices).slices;
  const store = flags.store === undefined ? undefined : keptIn(flags.store, scene, flags.slices, cut);
  const slices = store?.slices ?? cut;
  checkMemory(scene, flags, wanted, slices, targets);

  const talk = !flags.quiet && !flags.json;
  const [rows, columns] = sceneShape(scene);
  if (talk) sayScene(named, slices, workers);
  const line = flags.quiet ? undefined : await progressLine(rows * columns, slices);
  const called = performance.now() / 1000;
  const pool = workers === 0 ? undefined : new Pool({ workers, retries: 2 });
  const verify = flags.verify && (flags.seed === undefined || { seed: flags.seed });
  const { onProgress } = line ?? {};
  const options = { pool, slices, exact, verify, channels, isPainted, onProgress, via: store?.work };
  try {
    const stream = await streamScene(scene, options);
    const outputs = await write(stream, targets, pool, flags);
    line?.stop();
    const total = performance.now() / 1000;
    const summary = stream.summary();
    const { start, compute } = summary.work;
    const times = { start: called + start, compute, encode: total - called - start - compute, total };
    const report = { ...summary, scene, shape: [rows, columns] as const, workers, times, outputs, store };
    if (talk) sayReport(report);
    if (flags.json) process.stdout.write(`${JSON.stringify(renderDocument(report), null, 2)}\n`);
  } finally {
    line?.stop();
    pool?.terminate();
  }
}

/** A store of the scene's field, its errors told by the flag. */
function keptIn(folder: string, scene: Scene, slices: number | undefined, otherwise: number): Store {
  try {
    return openStore(folder, scene, slices, otherwise);
  } catch (error) {
    throw error instanceof StoreError ? new UsageError(`--store ${error.message}`) : error;
  }
}

/** Writes all files at once; where one cannot be written the others still are. */
async function write(
  stream: FieldStream,
  targets: readonly Target[],
  pool: Pool | undefined,
  { dtype = 'uint16', preview }: RenderFlags,
): Promise<Written[]> {
  const readers = shared(stream.bands, targets.length + (preview ? 1 : 0));
  const written = targets.map(async ({ path, format, write }, i): Promise<Written> => {
    const making = { ...stream, bands: readers[i]!, dtype, compression: () => compressWith(pool) };
    return { path, format, bytes: await write(making) };
  });
  const shown = preview ? showPreview({ ...stream, bands: readers.at(-1)! }) : undefined;
  const ended = await Promise.allSettled([...written, shown]);
  const failed = ended.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  return Promise.all(written);
}

/** The picture in the terminal, where all talk goes, when it is whole. */
async function showPreview(field: FieldBands): Promise<void> {
  // A terminal that does not know its size says 0.
  const columns = process.stderr.columns || 80;
  const pixels = knowsKitty(process.env) ? 'kitty' : undefined;
  const protocol = pixels ?? ((await knowsSixel(process.stdin, process.stderr)) ? 'sixel' : 'blocks');
  process.stderr.write(await terminalPicture(field.format!, pixelsOf(field), columns, protocol));
}

async function openTargets(flags: RenderFlags, standard: string, scene: Scene): Promise<Target[]> {
  const { output: paths = [standard], format, dtype, channels, json } = flags;
  const toStdout = paths.filter((path) => path === '-').length;
  if (toStdout > 1) throw new UsageError('-o -: must be given once; stdout takes one file');
  if (toStdout && json) throw new UsageError('--json: must not be given with -o -; both write to stdout');
  if (toStdout && !format) throw new UsageError(`-o -: needs --format, one of ${fileFormats.join(', ')}`);
  if (!toStdout && format)
    throw new UsageError(`--format ${format}: goes with -o -; a file's suffix names its format`);
  const named = paths.map((path) => {
    const known = path === '-' ? format : formatOf(path);
    if (known) return { path, format: known };
    throw new UsageError(`-o ${path}: must end in one of .${formatNames.join(', .')}`);
  });
  if (dtype && named.every((each) => each.format !== 'npy'))
    throw new UsageError(`--dtype ${dtype}: goes with an output in .npy`);
  if (channels && !named.some((each) => needsOf(each.format).hasChannels))
    throw new UsageError(`--channels ${channels.join(',')}: goes with an output in .npz or .zarr`);
  const [height, width] = pictureShape(scene);
  const targets: Target[] = [];
  for (const { path, format } of named) targets.push(await openTarget(path, format, { width, height }));
  return targets;
}

/** Those that stdout can take. */
const fileFormats = formatNames.filter((name) => !needsOf(name).isFolder);

function toFormat(text: string): Format {
  const format = fileFormats.find((name) => name === text);
  if (format) return format;
  throw new UsageError(`--format ${text}: must be one of ${fileFormats.join(', ')}`);
}

function toDtype(text: string): Dtype {
  if (text === 'uint16' || text === 'float64') return text;
  throw new UsageError(`--dtype ${text}: must be uint16 or float64`);
}

function toChannels(text: string): ChannelName[] {
  return text.split(',').map((given) => {
    const channel = channelNames.find((name) => name === given.trim());
    if (channel) return channel;
    const accepted = `must be some of ${channelNames.join(',')}${didYouMean(given, channelNames)}`;
    throw new UsageError(`--channels ${text}: ${accepted}`);
  });
}

function toExact(text: string): Exact {
  if (text === 'enclosures' || text === 'brute') return text;
  throw new UsageError(`--exact ${text}: must be enclosures or brute`);
}
