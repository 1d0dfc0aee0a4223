// The experiment in the panel: a button, what is under way, and a chart of it to look at and to keep.
import type { ViewScene } from 'mandoline';
import { amdahl, serialPart, speedUps } from 'mandoline/pool';
import { csvOf, type Row, runExperiment, workerCounts } from './experiment.js';

const cuts = [1, 2, 8, 32, 128];
const rounds = 3;

export function makeExperiment(scene: () => ViewScene): HTMLElement {
  const root = document.createElement('details');
  const [summary, row, run, told, chart] = [
    document.createElement('summary'),
    document.createElement('div'),
    document.createElement('button'),
    document.createElement('p'),
    document.createElement('img'),
  ];
  const [csv, svg] = [document.createElement('a'), document.createElement('a')];
  summary.textContent = 'Experiment: slices × workers';
  Object.assign(run, { type: 'button', id: 'experiment-run', textContent: 'Run' });
  Object.assign(csv, {
    id: 'experiment-csv',
    download: 'mandoline-experiment.csv',
    textContent: 'Keep as CSV',
  });
  Object.assign(svg, { download: 'mandoline-experiment.svg', textContent: 'Keep as picture' });
  told.id = 'experiment-told';
  told.setAttribute('role', 'status');
  row.className = 'row links';
  row.append(run, csv, svg);
  for (const each of [csv, svg, chart]) each.hidden = true;
  root.append(summary, row, told, chart);

  let controller: AbortController | undefined;
  run.addEventListener('click', () => {
    if (controller) controller.abort();
    else void start();
  });

  async function start(): Promise<void> {
    controller = new AbortController();
    const { signal } = controller;
    run.textContent = 'Stop';
    told.textContent = 'the first round warms up';
    try {
      const rows = await runExperiment({
        ...{
          scene: scene(),
          slices: cuts,
          workers: workerCounts(navigator.hardwareConcurrency || 1),
          rounds,
          signal,
        },
        onRow: (done, all) => {
          told.textContent = `${done.length} of ${all}`;
        },
      });
      await show(rows);
    } catch (error) {
      told.textContent = signal.aborted ? 'stopped' : (error as Error).message;
    } finally {
      controller = undefined;
      run.textContent = 'Run';
    }
  }

  async function show(rows: readonly Row[]): Promise<void> {
    const points = speedUps(rows);
    const serial = serialPart(points);
    const most = points.at(-1)!;
    told.textContent =
      serial === undefined
        ? 'one core: nothing to compare'
        : `${most.workers} workers: ${most.speedUp.toFixed(2)} times as fast as one; by Amdahl's law ` +
          `${(100 * serial).toFixed(1)}% of the work is serial, so never more than ${(1 / Math.max(serial, 1e-3)).toFixed(0)} times`;
    keep(csv, csvOf(rows), 'text/csv');
    const drawn = await drawChart(rows, serial);
    keep(svg, drawn, 'image/svg+xml');
    chart.src = svg.href;
    chart.alt = told.textContent;
    chart.hidden = false;
  }

  return root;
}

function keep(link: HTMLAnchorElement, text: string, type: string): void {
  if (link.href) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.hidden = false;
}

/** As text, because it is shown as a picture: the page's policy lets no style into the page itself. */
async function drawChart(rows: readonly Row[], serial: number | undefined): Promise<string> {
  // Loaded only here: a chart library is larger than the page.
  const Plot = await import('@observablehq/plot');
  const style = getComputedStyle(document.documentElement);
  const color = style.getPropertyValue('--text').trim();
  const alone = Math.min(...rows.filter(({ workers }) => workers === 1).map(({ median }) => median));
  const lines = rows.map((row) => ({ ...row, speedUp: alone / row.median }));
  const most = Math.max(...rows.map(({ workers }) => workers));
  const law = Array.from({ length: most }, (_, i) => ({
    workers: i + 1,
    ideal: i + 1,
    law: serial === undefined ? 1 : amdahl(serial, i + 1),
  }));
  const plot = Plot.plot({
    document: document.implementation.createHTMLDocument(),
    ...{ width: 640, height: 320, marginBottom: 40, marginRight: 70 },
    style: { background: style.getPropertyValue('--ground').trim(), color },
    x: { label: 'workers', ticks: law.map(({ workers }) => workers), tickFormat: 'd', inset: 20 },
    y: { label: 'speed-up against one worker, medians', grid: true, zero: true, nice: true },
    // Ordered, and told apart by the colour-blind.
    color: { type: 'ordinal', scheme: 'viridis', domain: cuts, legend: false },
    marks: [
      Plot.line(law, { x: 'workers', y: 'ideal', stroke: color, strokeDasharray: '2 4', strokeOpacity: 0.6 }),
      Plot.line(law, { x: 'workers', y: 'law', stroke: color, strokeDasharray: '6 4' }),
      Plot.line(lines, { x: 'workers', y: 'speedUp', z: 'slices', stroke: 'slices', strokeWidth: 2 }),
      Plot.dot(lines, { x: 'workers', y: 'speedUp', fill: 'slices', r: 4 }),
      Plot.text(
        lines.filter(({ workers }) => workers === most),
        { x: 'workers', y: 'speedUp', text: ({ slices }) => `${slices} slices`, dx: 10, textAnchor: 'start' },
      ),
    ],
  });
  plot.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return plot.outerHTML;
}
