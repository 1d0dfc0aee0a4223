// The timings of `mandoline bench` as a table for the terminal, as JSON, as CSV, and as a chart.
import os from 'node:os';
import { type SpeedUpSummary, summarizeSpeedUp } from '../pool/index.js';
import type { Scene } from '../scene/scene.js';
import { colorsOf, escapeXml, plotted } from './chart.js';
import { bar, inLines } from './text.js';

/** One combination; `efficiency` is the speed-up per worker, null if this thread did everything. */
export interface BenchRow {
  readonly slices: number;
  readonly workers: number;
  readonly seconds: readonly number[];
  readonly best: number;
  readonly median: number;
  readonly speedup: number;
  readonly efficiency: number | null;
}

export interface BenchDocument {
  readonly schema: 'mandoline.bench.1';
  readonly command: string;
  readonly machine: ReturnType<typeof describeMachine>;
  readonly scene: Scene;
  readonly repeat: number;
  /** Of the work, by Amdahl's law; null where the times of one worker and of more, up to the cores, do not show one. */
  readonly serialPart: number | null;
  readonly rows: readonly BenchRow[];
}

export function describeMachine() {
  const cpu = os.cpus()[0]?.model.trim() ?? 'unknown';
  return {
    cpu,
    cores: os.availableParallelism(),
    memory: os.totalmem(),
    platform: os.platform(),
    node: process.version,
  };
}

/** What more workers bring; more workers than cores take turns, which says nothing about the work. */
export function speedUpOf(rows: readonly BenchRow[]): SpeedUpSummary | undefined {
  const within = rows.filter(({ workers }) => workers > 0 && workers <= os.availableParallelism());
  return summarizeSpeedUp(within.map(({ workers, seconds }) => ({ workers, times: seconds })));
}

export function table({ rows }: BenchDocument): string {
  const most = Math.max(...rows.map(({ speedup }) => speedup));
  const lines = rows.map(({ slices, workers, best, median, speedup, efficiency }) =>
    [
      String(slices).padStart(6),
      String(workers).padStart(8),
      best.toFixed(4).padStart(8),
      median.toFixed(4).padStart(10),
      speedup.toFixed(2).padStart(9),
      ` ${bar(speedup / most, 20).padEnd(20)}`,
      (efficiency === null ? '-' : `${Math.round(100 * efficiency)}%`).padStart(11),
    ].join(' '),
  );
  const summary = speedUpOf(rows);
  return [
    'slices  workers   best s   median s  speed-up                        efficiency',
    ...lines,
    ...(summary ? [`\n${inLines(summary.text, 80)}`] : []),
  ].join('\n');
}

/** The writers of files, by suffix. */
export const benchFormats: Readonly<Record<string, (document: BenchDocument) => Promise<string>>> = {
  json: async (document) => `${JSON.stringify(document, null, 2)}\n`,
  csv: async ({ rows }) => {
    const lines = rows.map(({ slices, workers, best, median, speedup, efficiency, seconds }) =>
      [slices, workers, best, median, speedup, efficiency ?? '', ...seconds].join(','),
    );
    const runs = rows[0]?.seconds.map((_, i) => `seconds_${i + 1}`) ?? [];
    return `${[['slices', 'workers', 'best', 'median', 'speedup', 'efficiency', ...runs].join(','), ...lines].join('\n')}\n`;
  },
  svg: chart,
};

export const chartWidth = 720;
const plotTop = 64;
export const chartHeight = 400;

/** Speed-up by workers, with a line for each number of slices, and the ideal. */
async function chart({ rows, machine, command }: BenchDocument): Promise<string> {
  const parallel = rows
    .filter(({ workers }) => workers > 0)
    .map((row) => ({ ...row, series: String(row.slices) }));
  const series = [...new Set(parallel.map((row) => row.series))];
  const colors = colorsOf(series.length);
  const most = Math.max(1, ...parallel.map(({ workers }) => workers));
  const ideal = Array.from({ length: most }, (_, i) => ({ workers: i + 1, speedup: i + 1 }));
  const plot = await plotted((Plot) => ({
    width: chartWidth,
    height: chartHeight,
    marginBottom: 44,
    marginRight: 60,
    x: { label: 'workers', ticks: ideal.map(({ workers }) => workers), tickFormat: 'd', inset: 20 },
    y: { label: 'speed-up: serial seconds / seconds, medians', grid: true, zero: true, nice: true },
    color: { domain: series, range: colors },
    marks: [
      Plot.line(ideal, {
        x: 'workers',
        y: 'speedup',
        stroke: 'currentColor',
        strokeDasharray: '4 4',
        strokeOpacity: 0.6,
      }),
      Plot.text(ideal.slice(-1), {
        x: 'workers',
        y: 'speedup',
        text: () => 'ideal',
        dx: 10,
        textAnchor: 'start',
      }),
      Plot.line(parallel, { x: 'workers', y: 'speedup', stroke: 'series', strokeWidth: 2 }),
      Plot.dot(parallel, { x: 'workers', y: 'speedup', fill: 'series', r: 4 }),
    ],
  }));
  const { cpu, cores, node } = machine;
  return chartPage(plot, {
    title: 'Speed-up by workers and slices',
    legend: [['slices', undefined], ...series.map((name, i) => [name, colors[i]] as const)],
    notes: [`${cpu}, ${cores} cores, Node ${node}`, command],
  });
}

export interface ChartPage {
  readonly title: string;
  /** Names with their colours, in a row. */
  readonly legend: readonly (readonly [name: string, color: string | undefined])[];
  /** Lines below the plot. */
  readonly notes: readonly string[];
}

/** A plot of `chartWidth` and `chartHeight` with title, legend and notes; readable on light and dark. */
export function chartPage(plot: Element, { title, legend, notes }: ChartPage): string {
  plot.setAttribute('y', String(plotTop));
  const height = plotTop + chartHeight + 20 + 18 * notes.length;
  let x = 40;
  const named = legend.map(([name, color]) => {
    const begin = x;
    x += 30 + 7 * name.length + (color ? 14 : 0);
    const dot = color ? `<circle cx="${begin + 5}" cy="${plotTop - 24}" r="5" fill="${color}"/>` : '';
    return `${dot}<text x="${begin + (color ? 15 : 0)}" y="${plotTop - 20}">${escapeXml(name)}</text>`;
  });
  const told = notes.map(
    (note, i) =>
      `<text x="40" y="${height - 14 - 18 * (notes.length - 1 - i)}" opacity="0.75">${escapeXml(note)}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${chartWidth}" height="${height}" viewBox="0 0 ${chartWidth} ${height}">
<style>
  svg { color: #1b1b1f; fill: currentColor; font: 13px system-ui, sans-serif; font-variant-numeric: tabular-nums }
  .paper { fill: #ffffff }
  @media (prefers-color-scheme: dark) { svg { color: #e6e6ea } .paper { fill: #16161a } }
</style>
<rect class="paper" width="100%" height="100%"/>
<text x="40" y="24" font-size="16" font-weight="600">${escapeXml(title)}</text>
${named.join('\n')}
${plot.outerHTML}
${told.join('\n')}
</svg>
`;
}
