// The figures that the lesson's programs report, as SVG: what each kind looks like, and nothing of where they come from
// (lesson/figures.ts). Figures of one kind that are seen side by side have the same axes.
import type { Figure, Timed } from '../../lesson/figures.js';
import { workerColor } from '../color/worker-colors.js';
import { amdahl, type SliceTime, sliceRange } from '../pool/index.js';
import { pictureShape } from '../render/job.js';
import { renderPng } from '../render/png.js';
import type { Scene } from '../scene/scene.js';
import { colorsOf, escapeXml, plotted } from './chart.js';

type Of<Kind extends Figure['kind']> = Extract<Figure, { kind: Kind }>;

/** Narrow enough to be read on a phone. */
const width = 400;

type Drawable = Exclude<Figure, Of<'stages'>>;

/** A drawing with its title and the program that reported it, as markup. `most` is where its axis ends. */
export async function drawn(figure: Drawable, program: string, most: number): Promise<string> {
  const framed = (inside: string) => frame(figure.title, inside, program);
  switch (figure.kind) {
    case 'runs':
      return framed(await runs(figure));
    case 'bars':
      return framed(await bars(figure.rows, most));
    case 'lines':
      return framed(await lines(figure));
    case 'speedUp':
      return framed(await speedUp(figure, most));
    case 'lanes':
      return framed((figure.scene ? await tinted(figure, figure.scene) : '') + (await lanes(figure, most)));
  }
}

/** The largest number that a figure shows along the axis that it may share with others of its kind. */
export function extentOf(figure: Drawable): number {
  switch (figure.kind) {
    case 'runs':
      return Math.max(figure.first, ...figure.seconds);
    case 'bars':
    case 'lines':
      return Math.max(...figure.rows.map(({ seconds }) => seconds));
    case 'speedUp':
      return Math.max(...figure.rows.map(({ speedUp, workers }) => Math.max(speedUp, workers)));
    case 'lanes':
      return Math.max(...figure.times.map(({ end }) => end)) - begunOf(figure);
  }
}

const begunOf = ({ times }: Of<'lanes'>) => Math.min(...times.map(({ start }) => start));

const frame = (title: string, inside: string, program = '') =>
  `<figure><figcaption>${escapeXml(title)} <code>${escapeXml(program)}</code></figcaption>${inside}</figure>`;

const milliseconds = (seconds: number) =>
  seconds < 1 ? `${(1000 * seconds).toPrecision(3)} ms` : `${seconds.toFixed(2)} s`;

/** The stages of programs one below the other. */
export async function drawnStages(programs: readonly Of<'stages'>[]): Promise<string> {
  const names = [...new Set(programs.flatMap(({ rows }) => rows.map(({ name }) => name)))];
  const rows = programs.flatMap(({ program, rows }) => rows.map((row) => ({ ...row, program })));
  const longest = Math.max(
    ...programs.map(({ rows }) => rows.reduce((sum, { seconds }) => sum + seconds, 0)),
  );
  const isSeen = (name: string) => rows.some((row) => row.name === name && row.seconds > longest / width);
  const color = (name: string) => workerColor(names.indexOf(name));
  const plot = await plotted((Plot) => ({
    width,
    height: 46 + 30 * programs.length,
    marginTop: 6,
    marginLeft: 70,
    marginBottom: 34,
    x: { label: 'seconds', grid: true },
    y: { label: null, domain: programs.map(({ program }) => program) },
    marks: [
      Plot.barX(rows, {
        x: 'seconds',
        y: 'program',
        fill: ({ name }) => color(name),
        insetTop: 3,
        insetBottom: 3,
      }),
      Plot.ruleX([0]),
    ],
  }));
  const legend = names
    .filter(isSeen)
    .map((name) => `<span style="--c:${color(name)}">${escapeXml(name)}</span>`);
  const inside = `<p class="legend">${legend.join('')}</p>${plot.outerHTML}`;
  return frame('The stages of each program', inside);
}

async function runs({ first, seconds }: Of<'runs'>): Promise<string> {
  const rows = [first, ...seconds].map((each, run) => ({ run, each: 1000 * each }));
  const sorted = [...seconds].sort((one, other) => one - other);
  const middle = sorted[sorted.length >> 1]!;
  const plot = await plotted((Plot) => ({
    width,
    height: 260,
    marginRight: 66,
    marginBottom: 36,
    x: {
      label: 'run',
      ticks: rows.map(({ run }) => run),
      tickFormat: (run: number) => (run === 0 ? 'first' : `${run}`),
    },
    y: { label: 'milliseconds', grid: true, zero: true, nice: true },
    marks: [
      Plot.ruleY([1000 * sorted[0]!, 1000 * middle], {
        stroke: 'currentColor',
        strokeDasharray: '3 4',
        strokeOpacity: 0.6,
      }),
      Plot.text([{ at: 1000 * middle }], {
        y: 'at',
        text: () => 'median',
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 6,
        lineAnchor: 'bottom',
      }),
      Plot.text([{ at: 1000 * sorted[0]! }], {
        y: 'at',
        text: () => 'best',
        frameAnchor: 'right',
        textAnchor: 'start',
        dx: 6,
        lineAnchor: 'top',
      }),
      Plot.dot(rows, {
        x: 'run',
        y: 'each',
        r: 5,
        fill: ({ run }) => (run === 0 ? 'none' : workerColor(1)),
        stroke: workerColor(1),
        strokeWidth: 2,
      }),
    ],
  }));
  return plot.outerHTML;
}

async function bars(rows: readonly Timed[], most: number): Promise<string> {
  const plot = await plotted((Plot) => ({
    width,
    height: 46 + 30 * rows.length,
    marginTop: 6,
    marginLeft: 168,
    marginRight: 62,
    marginBottom: 34,
    x: { label: 'seconds', grid: true, domain: [0, most] },
    y: { label: null, domain: rows.map(({ name }) => name) },
    marks: [
      Plot.barX(rows, { x: 'seconds', y: 'name', fill: workerColor(1), insetTop: 3, insetBottom: 3 }),
      Plot.text(rows, {
        x: 'seconds',
        y: 'name',
        text: ({ seconds }) => milliseconds(seconds),
        dx: 5,
        textAnchor: 'start',
      }),
      Plot.ruleX([0]),
    ],
  }));
  return plot.outerHTML;
}

async function lines({ rows }: Of<'lines'>): Promise<string> {
  const series = [...new Set(rows.map(({ name }) => name))];
  const ends = series.map((name) => rows.filter((row) => row.name === name).at(-1)!);
  const color = (name: string) => workerColor([1, 5, 2][series.indexOf(name) % 3]!);
  const plot = await plotted((Plot) => ({
    width,
    height: 280,
    marginRight: 100,
    marginBottom: 36,
    x: { label: 'slices', type: 'log' },
    y: { label: 'seconds', grid: true, zero: true, nice: true },
    marks: [
      Plot.axisX([...new Set(rows.map(({ slices }) => slices))], { text: String }),
      Plot.line(rows, {
        x: 'slices',
        y: 'seconds',
        stroke: ({ name }) => color(name),
        z: 'name',
        strokeWidth: 2,
      }),
      Plot.dot(rows, { x: 'slices', y: 'seconds', fill: ({ name }) => color(name), r: 4 }),
      Plot.text(ends, { x: 'slices', y: 'seconds', text: 'name', dx: 9, textAnchor: 'start', lineWidth: 7 }),
    ],
  }));
  return plot.outerHTML;
}

async function speedUp({ rows, serial }: Of<'speedUp'>, highest: number): Promise<string> {
  const most = Math.max(...rows.map(({ workers }) => workers));
  const law = Array.from({ length: most }, (_, i) => ({
    workers: i + 1,
    ideal: i + 1,
    // Not a number: nothing is drawn.
    law: serial === undefined ? Number.NaN : amdahl(serial, i + 1),
  }));
  const series = [...new Set(rows.map(({ slices }) => slices))];
  const colors = colorsOf(series.length);
  const color = (slices: number) => colors[series.indexOf(slices)]!;
  const legend = series.map((slices) => `<span style="--c:${color(slices)}">${slices} slices</span>`);
  const plot = await plotted((Plot) => ({
    width,
    height: 300,
    marginRight: 54,
    marginBottom: 36,
    x: { label: 'workers', ticks: law.map(({ workers }) => workers), tickFormat: 'd', inset: 16 },
    y: { label: 'speed-up', grid: true, domain: [0, highest] },
    marks: [
      Plot.line(law, {
        x: 'workers',
        y: 'ideal',
        stroke: 'currentColor',
        strokeDasharray: '2 4',
        strokeOpacity: 0.6,
      }),
      Plot.line(law, { x: 'workers', y: 'law', stroke: 'currentColor', strokeDasharray: '6 4' }),
      Plot.text(law.slice(-1), { x: 'workers', y: 'ideal', text: () => 'ideal', dx: 8, textAnchor: 'start' }),
      Plot.text(law.slice(-1), { x: 'workers', y: 'law', text: () => 'Amdahl', dx: 8, textAnchor: 'start' }),
      Plot.line(rows, {
        x: 'workers',
        y: 'speedUp',
        z: 'slices',
        stroke: ({ slices }) => color(slices),
        strokeWidth: 2,
      }),
      Plot.dot(rows, { x: 'workers', y: 'speedUp', fill: ({ slices }) => color(slices), r: 4 }),
    ],
  }));
  return `<p class="legend">${legend.join('')}</p>${plot.outerHTML}`;
}

async function lanes(figure: Of<'lanes'>, most: number): Promise<string> {
  const { times } = figure;
  const begun = begunOf(figure);
  const isLong = most > 3;
  const unit = isLong ? 1 : 1000;
  const rows = joined(times).map(({ worker, start, end }) => ({
    worker: `worker ${worker + 1}`,
    fill: workerColor(worker),
    start: unit * (start - begun),
    end: unit * (end - begun),
  }));
  // Also those that got no slice.
  const workers = Array.from({ length: figure.workers }, (_, i) => `worker ${i + 1}`);
  const plot = await plotted((Plot) => ({
    width,
    height: 40 + 26 * workers.length,
    marginTop: 6,
    marginLeft: 66,
    marginBottom: 34,
    x: { label: isLong ? 'seconds' : 'milliseconds', domain: [0, unit * most] },
    y: { label: null, domain: workers },
    marks: [
      // A line between blocks where there are few enough for one.
      Plot.barX(rows, {
        x1: 'start',
        x2: 'end',
        y: 'worker',
        fill: 'fill',
        insetTop: 3,
        insetBottom: 3,
        insetRight: times.length > manySlices ? 0 : 0.7,
      }),
    ],
  }));
  return plot.outerHTML;
}

/** More than can be told apart in a lane. */
const manySlices = 200;

/** Many slices as one stretch where nothing is to be seen between them: they are narrower than a pixel. */
function joined(times: readonly SliceTime[]): readonly SliceTime[] {
  if (times.length <= manySlices) return times;
  const least = Math.max(...times.map(({ end }) => end)) / width;
  const stretches: SliceTime[] = [];
  for (const each of [...times].sort((one, other) => one.worker - other.worker || one.start - other.start)) {
    const last = stretches.at(-1);
    if (last?.worker === each.worker && each.start - last.end < least)
      stretches[stretches.length - 1] = { ...last, end: each.end };
    else stretches.push(each);
  }
  return stretches;
}

/** A scene's picture, its rows tinted by the worker that computed them. */
async function tinted({ slices, times }: Of<'lanes'>, scene: Scene): Promise<string> {
  const { source, rows, columns } = await picture(scene);
  const bands = times.map(({ worker, slice }) => {
    const { start, end } = sliceRange(rows, slices, slice);
    return `<rect y="${start}" width="${columns}" height="${end - start}" fill="${workerColor(worker)}"/>`;
  });
  return (
    `<svg class="picture" viewBox="0 0 ${columns} ${rows}" role="img" aria-label="The picture, slices coloured by worker">` +
    `<image href="${source}" width="${columns}" height="${rows}"/><g opacity="0.45" shape-rendering="crispEdges">${bands.join('')}</g></svg>`
  );
}

/** A scene's picture as an image's source, with its sides in pixels. */
export async function picture(scene: Scene) {
  const chunks: Uint8Array[] = [];
  for await (const chunk of renderPng(scene)) chunks.push(chunk);
  const [rows, columns] = pictureShape(scene);
  return { source: `data:image/png;base64,${Buffer.concat(chunks).toString('base64')}`, rows, columns };
}
