// `mandoline zoom`: a film from one view of a formula to another, or of its constant along a path; as numbered pictures,
// which an interrupted run resumes, or as one stream for an encoder.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type FieldBands, formats, pixelsOf, readSceneText } from '../encode/formats.js';
import type { Output } from '../encode/output.node.js';
import { crc32 } from '../encode/png-band.node.js';
import { y4mFrame, y4mHeader } from '../encode/y4m.js';
import { PictureError } from '../errors.js';
import { availableParallelism } from '../pool/cores.node.js';
import { Pool } from '../pool/index.js';
import { compressWith } from '../render/compress.node.js';
import { frameScene } from '../render/film.js';
import { findRange, streamScene } from '../render/stream.js';
import { withCounts } from '../scene/arithmetic.js';
import { type Complex, parseComplex } from '../scene/complex.js';
import { inPixels } from '../scene/gallery.js';
import { parseScene, type Scene, sceneText, type ViewScene } from '../scene/scene.js';
import { viewIssues } from '../scene/view.js';
import { helpBriefly } from './help.js';
import { warnOfCopies } from './parts.js';
import { fileLimits, readBytes } from './read-file.js';
import { addScene, type SceneFlags, sceneOf, sceneValues, smoothScene } from './scene-flags.js';
import { progressLine, say, seconds, several } from './text.js';
import { checkedFolder, checkedOutput, mostWorkers, option, UsageError, whole } from './usage.js';

interface ZoomFlags extends SceneFlags {
  readonly to?: string;
  readonly cPath?: readonly Complex[];
  readonly frames: number;
  readonly output: string;
  readonly format?: 'y4m';
  readonly fps: number;
  readonly workers: number;
  readonly quiet?: true;
}

export function addZoom(program: Command): void {
  const command = program
    .command('zoom')
    .summary('make a film from one scene to another')
    .description(
      'Makes a film from one view to another, or of c along a path; as numbered pictures or as y4m.',
    );
  addScene(command);
  command
    .optionsGroup('Film:')
    .addOption(option('--to <scene>', 'last view: a scene of the same formula', String, sceneValues))
    .addOption(option('--c-path <list>', 'path of c, such as 0.3,0.3+0.5i,-0.8', toPath))
    .addOption(option('--frames <number>', 'number of frames', whole('--frames', 1, 1_000_000)).default(300))
    .addOption(
      option('-o, --output <folder>', 'folder for the pictures; -: y4m to stdout', String).default('frames'),
    )
    .addOption(option('--format <format>', 'format for stdout: y4m', toFormat, { words: ['y4m'] }))
    .addOption(option('--fps <number>', 'frames per second of y4m', whole('--fps', 1, 1000)).default(30))
    .addOption(
      option('--workers <number>', 'worker threads', whole('--workers', 1, mostWorkers)).default(
        availableParallelism(),
        'one per core',
      ),
    )
    .option('--quiet', 'print errors only');
  helpBriefly(command, [
    ...['--formula', '--c', '--iterations', '--center', '--zoom', '--size', '--coloring', '--palette'],
    ...['--to', '--c-path', '--frames', '--output', '--format', '--fps', '--workers'],
  ]);
  command
    .addHelpText(
      'after',
      `
Examples:
  mandoline zoom mandelbrot --to seahorse --frames 600 -o frames
  mandoline zoom julia --c-path "-0.8,-0.7+0.3i" --frames 90 -o frames

An mp4 for every player (even sides, colours in BT.709):
  mandoline zoom mandelbrot --to seahorse -o - --format y4m |
    ffmpeg -i - -vf setparams=colorspace=bt709 -pix_fmt yuv420p film.mp4`,
    )
    .action((scene: string | undefined, flags: ZoomFlags) => run(scene, flags));
}

async function run(given: string | undefined, flags: ZoomFlags): Promise<void> {
  warnOfCopies('start one');
  const { to, cPath: path = [], frames, output, format, fps, workers } = flags;
  const [first, last] = await endsOf(given, flags);
  if (to === undefined && path.length === 0)
    throw new UsageError('zoom: requires --to, the last view, or --c-path');
  const toStdout = output === '-';
  if (toStdout !== (format === 'y4m'))
    throw new UsageError(
      toStdout ? '-o -: requires --format y4m' : '--format y4m: only applies to -o -; a folder gets pictures',
    );
  const stream = toStdout ? checkedOutput('-') : undefined;
  if (!toStdout) checkedFolder('-o', output);

  const pool = new Pool({ workers, retries: 2 });
  try {
    const begun = performance.now();
    const rangeAt = async (part: 0 | 1) =>
      first.range ?? (await findRange(frameScene(first, last, part, undefined, path), { pool }));
    // Each frame has its own histogram.
    const colors = first.scale === 'histogram' ? undefined : { from: await rangeAt(0), to: await rangeAt(1) };
    const scenes = Array.from({ length: frames }, (_, frame) =>
      parseScene(frameScene(first, last, frames === 1 ? 0 : frame / (frames - 1), colors, path)),
    );
    const { columns, rows } = first.view;
    const line = flags.quiet ? undefined : await progressLine(frames * columns * rows, frames);
    const done = (frame: number) => line?.onProgress({ done: frame + 1, slices: frames });
    const kept = stream
      ? await writeFilm(stream, scenes, { width: columns, height: rows, framesPerSecond: fps }, pool, done)
      : await writePictures(scenes, output, pool, done);
    line?.stop();
    if (flags.quiet) return;
    const there = kept > 0 ? `, reused ${kept}` : '';
    const took = seconds((performance.now() - begun) / 1000);
    say(`${output}: ${several(frames, 'frame')} of ${columns} x ${rows}${there}, ${took}`);
    if (!toStdout) sayOtherFrames(output, frames);
  } finally {
    pool.terminate();
  }
}

/** The scenes of the first and the last frame, in the same pixels. */
async function endsOf(given: string | undefined, flags: ZoomFlags): Promise<readonly [ViewScene, ViewScene]> {
  const { scene: from } = await sceneOf(given, flags);
  const [columns, rows] = from.view ? [from.view.columns, from.view.rows] : [800, 600];
  const begin = inPixels(from, columns, rows);
  if (flags.to === undefined) {
    const only = smoothScene(given, flags, begin);
    return [only, only];
  }
  const end = inPixels((await sceneOf(flags.to, { size: [columns, rows] })).scene, columns, rows);
  // Both ends have the same number of samples; the nearer one decides it.
  const near = smoothScene(given, flags, { ...begin, view: end.view });
  const first = near.view === end.view ? begin : smoothScene(given, flags, begin);
  for (const key of ['formula', 'parameters', 'c', 'z0', 'escape'] as const)
    if (JSON.stringify(first[key]) !== JSON.stringify(end[key]))
      throw new UsageError(
        `--to ${flags.to}: must have the same ${key} as the first scene; give --c-path for a film of c, or a scene with the same ${key}`,
      );
  // Frames of a film that doubles cannot count to its end are exact from the first on.
  const isDeep = [begin, end].some(
    ({ arithmetic, view }) => arithmetic === 'exact' && viewIssues(view).length > 0,
  );
  const arithmetic = flags.arithmetic === 'exact' || isDeep ? 'exact' : 'double';
  // The first scene's colours apply throughout.
  const film = withCounts({ ...first, arithmetic } as const);
  if (film.coloring !== first.coloring && !flags.quiet)
    say(`coloured by counts: exact arithmetic has no colouring ${first.coloring} yet`);
  return [film, { ...film, view: end.view, iterations: end.iterations }];
}

/** Writes the missing pictures; returns how many existed. */
async function writePictures(
  scenes: readonly Scene[],
  folder: string,
  pool: Pool,
  done: (frame: number) => void,
): Promise<number> {
  let kept = 0;
  for (const [frame, scene] of scenes.entries()) {
    const path = join(folder, frameName(frame, scenes.length));
    if (isPictureOf(path, scene)) kept++;
    else {
      const field = await streamScene(scene, { pool, isPainted: true });
      const options = { dtype: 'uint16', compression: compressWith(pool) } as const;
      await checkedOutput(path).write(formats.png(field, options));
    }
    done(frame);
  }
  return kept;
}

/** The file of a frame, counted from 0. */
const frameName = (frame: number, frames: number): string =>
  `frame-${String(frame + 1).padStart(Math.max(5, String(frames).length), '0')}.png`;

/** Reports frames of another film, which an encoder would add to this one. */
function sayOtherFrames(folder: string, frames: number): void {
  const isOwn = (name: string) => {
    const number = Number(/\d+/.exec(name)![0]);
    return number >= 1 && number <= frames && name === frameName(number - 1, frames);
  };
  const others = readdirSync(folder).filter((name) => /^frame-\d+\.png$/.test(name) && !isOwn(name));
  if (others.length === 0) return;
  const [first, last] = [others.sort()[0]!, others.at(-1)!];
  const which = others.length === 1 ? first : `${first} to ${last}`;
  say(
    `${folder}: also has ${several(others.length, 'frame')} of another film (${which}); remove ` +
      `${others.length === 1 ? 'it' : 'them'} before you make a video of the folder`,
  );
}

/** Whether the scene's picture exists and is complete. */
function isPictureOf(path: string, scene: Scene): boolean {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
  try {
    return readSceneText(readBytes(path, fileLimits.picture), crc32).text === sceneText(scene);
  } catch (error) {
    if (error instanceof PictureError) return false;
    throw error;
  }
}

async function writeFilm(
  output: Output,
  scenes: readonly Scene[],
  film: Parameters<typeof y4mHeader>[0],
  pool: Pool,
  done: (frame: number) => void,
): Promise<number> {
  async function* chunks() {
    yield y4mHeader(film);
    for (const [frame, scene] of scenes.entries()) {
      const field: FieldBands = await streamScene(scene, { pool, isPainted: true });
      yield await y4mFrame(field.format!, pixelsOf(field));
      done(frame);
    }
  }
  await output.write(chunks());
  return 0;
}

function toPath(text: string): readonly Complex[] {
  return text.split(',').map((part) => {
    const complex = parseComplex(part);
    if (complex) return complex;
    throw new UsageError(
      `--c-path ${text}: must be complex numbers separated by commas, such as 0.3,-0.8+0.2i`,
    );
  });
}

function toFormat(text: string): 'y4m' {
  if (text === 'y4m') return text;
  throw new UsageError(`--format ${text}: must be y4m`);
}
