// The experiment in the panel: a button, its progress, and a chart to view and save.
import type { ViewScene } from 'mandoline';
import { summarizeSpeedUp } from 'mandoline/pool';
import { reasonOf } from '../lacking.js';
import { csvOf, type Row, runExperiment, workerCounts } from './experiment.js';

const cuts = [1, 2, 8, 32, 128];
const rounds = 3;

export function makeExperiment(scene: () => ViewScene): HTMLElement {
  const root = document.createElement('details');
  const [summary, row, run, shown, told, chart] = [
    document.createElement('summary'),
    document.createElement('div'),
    document.createElement('button'),
    document.createElement('div'),
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
  shown.className = 'experiment';
  shown.append(told, chart);
  root.append(summary, row, shown);

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
    const given = scene();
    try {
      const rows = await runExperiment({
        scene: given,
        slices: cuts,
        workers: workerCounts(navigator.hardwareConcurrency || 1),
        rounds,
        signal,
        onRow: (done, all) => {
          told.textContent = `${done.length} of ${all}`;
        },
      });
      await show(rows, given);
    } catch (error) {
      told.textContent = signal.aborted ? 'stopped' : reasonOf(error);
    } finally {
      controller = undefined;
      run.textContent = 'Run';
    }
  }

  async function show(rows: readonly Row[], given: ViewScene): Promise<void> {
    const summary = summarizeSpeedUp(rows);
    told.textContent = summary?.text ?? 'one core: nothing to compare';
    keep(csv, csvOf(rows), 'text/csv');
    const { drawChart } = await import('./chart.js');
    const style = getComputedStyle(document.documentElement);
    const [text, ground] = ['--text', '--ground'].map((name) => style.getPropertyValue(name).trim());
    const caption =
      `${given.view.columns} x ${given.view.rows} points, ${rounds} rounds, ${navigator.hardwareConcurrency} cores; ` +
      `dotted: ideal${summary?.serial === undefined ? '' : ", dashed: Amdahl's law"}`;
    const drawn = drawChart(rows, summary?.serial, { text: text!, ground: ground!, caption });
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
