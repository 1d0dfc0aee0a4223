// The reports of `mandoline render`: before a job, after it, and as JSON.
import { formatBytes } from '../errors.js';
import { printable } from '../printable.js';
import { pictureShape, sceneShape } from '../render/job.js';
import type { Summary } from '../render/stream.js';
import { type Constant, formatComplex } from '../scene/complex.js';
import type { Scene } from '../scene/scene.js';
import { exactLines } from './exact-report.js';
import type { NamedScene } from './scene-flags.js';
import { type Format, needsOf } from './targets.js';
import { bar, emptySlices, large, say, sayTinted, seconds, several, tint } from './text.js';

export interface Written {
  readonly path: string;
  readonly format: Format;
  readonly bytes: number;
}

/** Seconds of the whole program: until the first slice, until the last, for writing, and in total. */
export interface Seconds {
  readonly start: number;
  readonly compute: number;
  readonly encode: number;
  readonly total: number;
}

/** Columns of a terminal. */
const lineWidth = 80;

/** Who computes a scene's slices. */
export interface Hands {
  /** Threads, per rank if there are ranks; 0: none. */
  readonly workers: number;
  readonly ranks?: number | undefined;
  /** Describes the share of the slices to compute, if not all. */
  readonly share?: string | undefined;
}

export function sayScene(named: NamedScene, slices: number, hands: Hands): void {
  for (const line of sceneLines(named)) sayTinted(line);
  const [rows, columns] = sceneShape(named.scene);
  const cut = `${hands.share ? `${hands.share} ` : ''}${several(slices, 'slice')}`;
  const indent = ' '.repeat(titleOf(named.name).length + 1);
  say(`${indent}${columns} x ${rows} points, ${cut}, ${handsText(hands)}\n`);
  if (named.replaced) say(`coloured by counts: exact arithmetic has no colouring ${named.replaced} yet`);
  const empty = emptySlices(slices, rows);
  if (empty) say(`${empty}\n`);
}

function handsText({ workers, ranks }: Hands): string {
  if (ranks === undefined) return workers === 0 ? 'in this thread' : several(workers, 'worker');
  return `${several(ranks, 'rank')}${workers === 0 ? '' : ` of ${several(workers, 'worker')}`}`;
}

const titleOf = (name: string) => (name.length < 9 ? name.padEnd(8) : name);

/** A scene in lines of at most 80 columns. */
export function sceneLines(
  { name, scene }: NamedScene,
  stream?: NodeJS.WriteStream,
  more: readonly string[] = [],
): string[] {
  const { formula, parameters = {}, view } = scene;
  const title = titleOf(name);
  const indent = ' '.repeat(title.length + 1);
  const values = [...Object.entries(parameters), ['c', scene.c] as const, ['z0', scene.z0] as const];
  // Most orbits start at the sample point, which is not shown.
  const shown = values.filter(([key, value]) => key !== 'z0' || value !== 'p');
  const about = [
    formula,
    ...shown.map(([key, value]) => `${key} = ${spell(value)}`),
    ...(view ? [`${view.width} wide around ${spell(view.center.map(Number) as [number, number])}`] : []),
    ...(view?.rotation ? [`view turned by ${view.rotation} degrees`] : []),
    ...(view?.samples && view.samples > 1 ? [`${view.samples} x ${view.samples} samples per pixel`] : []),
    ...(scene.escape === 'overflow' ? ['overflow'] : []),
    ...(typeof scene.escape === 'number' ? [`bailout ${scene.escape}`] : []),
    ...(typeof scene.escape === 'object' ? Object.entries(scene.escape).map((pair) => pair.join(' ')) : []),
    `${scene.iterations} iterations`,
    ...(scene.arithmetic === 'exact' ? ['exact arithmetic'] : []),
    ...more,
  ];
  const [first, ...others] = inLines(about, lineWidth - indent.length);
  return [`${tint('bold', title, stream)} ${first}`, ...others.map((line) => indent + line)];
}

/** A number with spaces around its sign: `-0.83 - 0.22i`. */
function spell(value: Constant | 'p'): string {
  if (value === 'p') return 'p';
  if (Number(value[1]) === 0) return String(value[0]);
  return formatComplex(value).replace(/(?<=\d)([+-])(?=[^e]*i$)/, ' $1 ');
}

/** Parts separated by commas, in lines of at most `width`; a longer part is cut. */
function inLines(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  parts.map(printable).forEach((part, i) => {
    const end = i === parts.length - 1 ? '' : ',';
    const short = part.length + 1 > width ? `${part.slice(0, width - 4)}...` : part;
    const last = lines.at(-1);
    if (last !== undefined && last.length + short.length + 2 <= width)
      lines[lines.length - 1] = `${last} ${short}${end}`;
    else lines.push(short + end);
  });
  return lines;
}

/** Further workers are summed up in one line. */
const shownWorkers = 16;

/** Everything to report about a finished job. */
export interface Report extends Summary {
  readonly scene: Scene;
  readonly shape: readonly [rows: number, columns: number];
  readonly workers: number;
  readonly ranks?: { readonly size: number; readonly schedule: string } | undefined;
  readonly times: Seconds;
  readonly outputs: readonly Written[];
  readonly store?: { readonly folder: string } | undefined;
}

export function sayReport(report: Report): void {
  const { scene, shape, work, verified, times, outputs, store, origins } = report;
  const hand = report.ranks ? 'rank' : 'worker';
  // Ranks count from 0, as MPI counts them.
  const first = report.ranks ? 0 : 1;
  const [rows, columns] = shape;
  const [height, width] = pictureShape(scene);
  const most = Math.max(...work.shares.map(({ slices }) => slices));
  const hues = ['cyan', 'magenta', 'yellow', 'green', 'blue', 'red'] as const;
  work.shares.slice(0, shownWorkers).forEach(({ slices, busy }, worker) => {
    const length = bar(slices / Math.max(1, most), 40);
    const drawn = tint(hues[worker % hues.length]!, length) + ' '.repeat(40 - length.length);
    sayTinted(
      `${hand} ${String(worker + first).padEnd(2)}${drawn} ${String(slices).padStart(6)} ${slices === 1 ? 'slice ' : 'slices'}  ${seconds(busy, 3)}`,
    );
  });
  const others = work.shares.slice(shownWorkers);
  if (others.length > 0) {
    const slices = others.reduce((sum, share) => sum + share.slices, 0);
    say(
      `and ${others.length} more ${hand}${others.length === 1 ? '' : 's'} with ${several(slices, 'slice')}`,
    );
  }
  const worked = work.shares.reduce((sum, share) => sum + share.rows, 0);
  const rate = large((worked * columns) / Math.max(times.compute, 1e-9));
  say(
    `\nstart ${seconds(times.start)}   compute ${seconds(times.compute)}   encode ${seconds(times.encode)}   ` +
      `total ${seconds(times.total)}   ${rate} points/s`,
  );
  if (report.exact) for (const line of exactLines(report.exact)) say(line);
  if (verified) say(`verified ${verified.points} points: no mismatches (seed ${verified.seed})`);
  if (store) {
    const mended = origins.mended > 0 ? `, repaired ${origins.mended} damaged` : '';
    say(`${store.folder}: reused ${origins.kept} of ${several(work.slices, 'slice')}${mended}`);
  }
  for (const { path, format, bytes } of outputs) {
    const size = needsOf(format).isPicture ? `${width} x ${height}` : `${columns} x ${rows}`;
    sayTinted(`${tint('bold', (path === '-' ? 'stdout' : path).padEnd(14))} ${size}, ${formatBytes(bytes)}`);
  }
}

/** Everything about a job, for `--json`. */
export function renderDocument({
  scene,
  shape,
  work,
  counts,
  verified,
  workers,
  times,
  outputs,
  ...more
}: Report) {
  return {
    schema: 'mandoline.render.1',
    scene,
    shape,
    points: shape[0] * shape[1],
    slices: work.slices,
    workers,
    ...(more.ranks && { ranks: more.ranks.size, schedule: more.ranks.schedule }),
    seconds: times,
    [more.ranks ? 'perRank' : 'perWorker']: work.shares.map(({ slices, rows: worked, busy }) => ({
      slices,
      points: worked * shape[1],
      busy,
    })),
    counts,
    ...(more.exact && { exact: more.exact }),
    ...(verified && { verified }),
    ...(more.store && { store: { folder: more.store.folder, ...more.origins } }),
    outputs,
  };
}
