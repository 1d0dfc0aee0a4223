// `mandoline render`: a scene computed, written, and what it took.

import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { countRange } from '../color/paint.js';
import { compression } from '../encode/compression.node.js';
import { type Format, formatNames, formatOf, formats } from '../encode/formats.js';
import type { Dtype } from '../encode/npy.js';
import type { Output } from '../encode/output.node.js';
import { formatBytes } from '../errors.js';
import { Pool } from '../pool/index.js';
import { type ComputeOptions, prepare, type Rendering, sceneShape } from '../render/render.js';
import { formatComplex } from '../scene/complex.js';
import { lessonScene, type Scene } from '../scene/scene.js';
import { unheard } from './interrupt.js';
import { bar, large, progressLine, say, seconds, tint } from './text.js';
import {
  checkedOutput,
  mostSlices,
  mostWorkers,
  option,
  outputOption,
  paletteOption,
  type SceneFlags,
  sceneOf,
  sceneOptions,
  UsageError,
  whole,
} from './usage.js';

interface RenderFlags extends SceneFlags {
  readonly slices: number;
  readonly workers: number;
  readonly output?: readonly string[];
  readonly format?: Format;
  readonly dtype?: Dtype;
  readonly json?: true;
  readonly quiet?: true;
}

interface Target {
  readonly output: Output;
  readonly format: Format;
}

interface Written {
  readonly path: string;
  readonly format: Format;
  readonly bytes: number;
}

/** Whole-program seconds: until the first slice, until the last, writing, all. */
interface Seconds {
  readonly start: number;
  readonly compute: number;
  readonly encode: number;
  readonly total: number;
}

export function addRender(program: Command): void {
  const command = program
    .command('render')
    .summary('compute a scene and write it as a picture or an array')
    .description('Computes a Julia set in parallel and writes it as a picture or an array.');
  for (const each of sceneOptions()) command.addOption(each);
  command
    .addOption(paletteOption())
    .addOption(
      option(
        '--slices <number>',
        'cut the rows into so many slices',
        whole('--slices', 1, mostSlices),
      ).default(2000),
    )
    .addOption(
      option('--workers <number>', 'worker threads; 0: none', whole('--workers', 0, mostWorkers)).default(
        availableParallelism(),
        'one a core',
      ),
    )
    .addOption(outputOption('where to, repeatable: .png, .npy, or - for stdout (default: julia.png)'))
    .addOption(option('--format <format>', 'format of stdout: png, npy', toFormat))
    .addOption(option('--dtype <type>', 'numbers in .npy: uint16, float64 (default: uint16)', toDtype))
    .option('--json', 'print one document about it to stdout')
    .option('--quiet', 'say nothing')
    .addHelpText(
      'after',
      `
Examples:
  mandoline render
  mandoline render --c -0.123+0.745i --extent 1.5 --iterations 200 -o rabbit.png
  mandoline render --cells 500 --workers 2 --dtype float64 -o counts.npy --json`,
    )
    .action((flags: RenderFlags) => run(flags));
}

async function run(flags: RenderFlags): Promise<void> {
  const scene = sceneOf(flags);
  const targets = openTargets(flags);
  const talk = !flags.quiet && !flags.json;
  if (talk) sayScene(scene, flags);

  const [rows, columns] = sceneShape(scene);
  const line = flags.quiet ? undefined : await progressLine(rows * columns, flags.slices);
  const called = performance.now() / 1000;
  const rendering = await compute(scene, flags, line?.onProgress).finally(() => line?.stop());
  const computed = performance.now() / 1000;
  const outputs = await write(rendering, targets, flags.dtype ?? 'uint16');
  const total = performance.now() / 1000;

  const { start, compute: computeSeconds } = rendering.work;
  const times = { start: called + start, compute: computeSeconds, encode: total - computed, total };
  if (talk) sayReport(rendering, times, outputs);
  if (flags.json)
    process.stdout.write(`${JSON.stringify(document(rendering, flags, times, outputs), null, 2)}\n`);
}

async function compute(
  scene: Scene,
  { workers, slices }: RenderFlags,
  onProgress: ComputeOptions['onProgress'],
) {
  const options = { slices, onProgress };
  if (workers === 0) return unheard(() => prepare(scene).compute(options));
  const pool = new Pool({ workers });
  const rendering = await prepare(scene).compute({ ...options, pool });
  pool.terminate();
  return rendering;
}

async function write(rendering: Rendering, targets: readonly Target[], dtype: Dtype): Promise<Written[]> {
  const written: Written[] = [];
  for (const { output, format } of targets) {
    const chunks = formats[format](rendering, rendering.scene, { dtype, compression });
    written.push({ path: output.path, format, bytes: await output.write(chunks) });
  }
  return written;
}

function openTargets({ output: paths = ['julia.png'], format, dtype, json }: RenderFlags): Target[] {
  const toStdout = paths.filter((path) => path === '-').length;
  if (toStdout > 1) throw new UsageError('-o -: must be given once; stdout takes one file');
  if (toStdout && json) throw new UsageError('--json: must not be given with -o -; both write to stdout');
  if (toStdout && !format) throw new UsageError(`-o -: needs --format ${formatNames.join(' or --format ')}`);
  if (!toStdout && format)
    throw new UsageError(`--format ${format}: goes with -o -; a file's suffix names its format`);
  const named = paths.map((path) => {
    const known = path === '-' ? format : formatOf(path);
    if (known) return { path, format: known };
    throw new UsageError(`-o ${path}: must end in .${formatNames.join(' or .')}`);
  });
  if (dtype && named.every((each) => each.format !== 'npy'))
    throw new UsageError(`--dtype ${dtype}: goes with an output in .npy`);
  return named.map(({ path, format }) => ({ output: checkedOutput(path), format }));
}

function toFormat(text: string): Format {
  const format = formatNames.find((name) => name === text);
  if (format) return format;
  throw new UsageError(`--format ${text}: must be ${formatNames.join(' or ')}`);
}

function toDtype(text: string): Dtype {
  if (text === 'uint16' || text === 'float64') return text;
  throw new UsageError(`--dtype ${text}: must be uint16 or float64`);
}

function sayScene(scene: Scene, { slices, workers }: RenderFlags): void {
  const [rows, columns] = sceneShape(scene);
  const isLesson =
    JSON.stringify({ ...scene, palette: '' }) === JSON.stringify({ ...lessonScene, palette: '' });
  const escape = scene.escape === 'overflow' ? 'overflow' : `bailout ${scene.escape}`;
  const constant = formatComplex(scene.c).replace(/(?<=\d)([+-])(?=[^e]*i$)/, ' $1 ');
  say(
    `${tint('bold', (isLesson ? 'lesson' : 'julia').padEnd(8))} ${scene.formula}, c = ${constant}, ${escape}, ` +
      `${scene.iterations} iterations`,
  );
  const hands = workers === 0 ? 'in this thread' : `${workers} worker${workers === 1 ? '' : 's'}`;
  say(`         ${rows} x ${columns} points, ${slices} slices, ${hands}\n`);
}

/** More workers than this are summed up in one line. */
const shownWorkers = 16;

function sayReport({ rows, columns, work }: Rendering, times: Seconds, outputs: readonly Written[]): void {
  const most = Math.max(...work.shares.map(({ slices }) => slices));
  const hues = ['cyan', 'magenta', 'yellow', 'green', 'blue', 'red'] as const;
  work.shares.slice(0, shownWorkers).forEach(({ slices, busy }, worker) => {
    const length = bar(slices / most, 40);
    const drawn = tint(hues[worker % hues.length]!, length) + ' '.repeat(40 - length.length);
    say(
      `worker ${String(worker + 1).padEnd(2)}${drawn} ${String(slices).padStart(6)} slices  ${seconds(busy, 3)}`,
    );
  });
  const others = work.shares.slice(shownWorkers);
  if (others.length > 0) {
    const slices = others.reduce((sum, share) => sum + share.slices, 0);
    say(`and ${others.length} more workers with ${slices} slices`);
  }
  const rate = large((rows * columns) / times.compute);
  say(
    `\nstart ${seconds(times.start)}   compute ${seconds(times.compute)}   encode ${seconds(times.encode)}   ` +
      `total ${seconds(times.total)}   ${rate} points/s`,
  );
  for (const { path, bytes } of outputs) {
    say(
      `${tint('bold', (path === '-' ? 'stdout' : path).padEnd(14))} ${columns} x ${rows}, ${formatBytes(bytes)}`,
    );
  }
}

function document(
  { scene, rows, columns, counts, work }: Rendering,
  { workers }: RenderFlags,
  seconds: Seconds,
  outputs: readonly Written[],
) {
  return {
    schema: 'mandoline.render.1',
    scene,
    shape: [rows, columns],
    points: rows * columns,
    slices: work.slices,
    workers,
    seconds,
    perWorker: work.shares.map(({ slices, rows: worked, busy }) => ({
      slices,
      points: worked * columns,
      busy,
    })),
    counts: countRange(counts),
    outputs,
  };
}
