// The workers at work: a lane for each, a block for every slice as it is taken; how many there are and how finely the
// picture is cut; what that gains against one worker.
import { type Progress, type ViewScene, type Work, workerColor } from 'mandoline';
import { sliceRange } from 'mandoline/pool';
import type { EngineSettings } from '../engine.js';
import { makeExperiment } from './experiment-view.js';
import { drawLanes, type LaneSlice } from './lanes.js';
import { orders } from './orders.js';

export interface WorkersHooks {
  readonly tints: HTMLCanvasElement;
  scene(): ViewScene;
  change(settings: EngineSettings): void;
  /** As many points as the screen has pixels, times this on each side. */
  resize(factor: number): void;
}

/** More threads than this gain nothing on any machine that shows a page. */
const mostWorkers = 64;

export class WorkersPanel {
  settings: EngineSettings = {
    workers: Math.min(mostWorkers, Math.max(1, navigator.hardwareConcurrency || 2)),
    slices: undefined,
    order: undefined,
  };
  private readonly canvas = document.createElement('canvas');
  private readonly figures = document.createElement('p');
  private readonly workersField: HTMLInputElement;
  private readonly slicesField: HTMLInputElement;
  private readonly orderField: HTMLSelectElement;
  private readonly sizeField: HTMLInputElement;
  private readonly tintsField: HTMLInputElement;
  /** Of the picture, for people. */
  private points = '';
  private slices: readonly LaneSlice[] = [];
  private lanes = 1;
  private total = 0;
  /** How long one worker took for a scene, in milliseconds, by the scene. */
  private readonly alone = new Map<string, number>();

  constructor(
    root: HTMLElement,
    private readonly hooks: WorkersHooks,
  ) {
    this.workersField = slider('workers', 1, Math.max(4, this.settings.workers * 2), this.settings.workers);
    this.slicesField = slider('slices', 0, 10, 0);
    this.orderField = document.createElement('select');
    this.orderField.id = 'order';
    this.orderField.append(...Object.keys(orders).map((name) => new Option(name)));
    this.sizeField = slider('size', -2, 1, 0);
    this.tintsField = document.createElement('input');
    this.tintsField.type = 'checkbox';
    const controls = document.createElement('div');
    controls.className = 'row';
    controls.append(
      labelled('Workers', this.workersField, () => String(this.settings.workers)),
      labelled('Slices', this.slicesField, () => String(this.settings.slices ?? 'automatic')),
      labelled('Order', this.orderField),
      labelled('Points', this.sizeField, () => this.points),
      labelled('Tint the picture by worker', this.tintsField),
    );
    this.canvas.className = 'lanes';
    this.canvas.setAttribute('role', 'img');
    this.figures.className = 'figures';
    root.append(this.canvas, this.figures, controls, makeExperiment(hooks.scene));
    for (const field of [this.workersField, this.slicesField, this.orderField])
      field.addEventListener('change', () => {
        const { valueAsNumber } = this.slicesField;
        this.settings = {
          workers: this.workersField.valueAsNumber,
          slices: valueAsNumber === 0 ? undefined : 2 ** valueAsNumber,
          order: orders[this.orderField.value],
        };
        hooks.change(this.settings);
      });
    this.sizeField.addEventListener('change', () => hooks.resize(2 ** this.sizeField.valueAsNumber));
    this.tintsField.addEventListener('change', () => this.tint());
    new ResizeObserver(() => this.redraw()).observe(root);
  }

  begin(workers: number): void {
    this.lanes = workers;
    this.slices = [];
    this.redraw();
  }

  progress({ timeline, slices }: Progress): void {
    if (!timeline) return;
    this.total = slices;
    this.slices = timeline();
    this.redraw();
  }

  finish({ timeline, shares, slices }: Work, milliseconds: number): void {
    if (timeline) this.slices = timeline();
    this.total = slices;
    this.lanes = shares.length;
    const { coloring: _, palette: __, ...points } = this.hooks.scene();
    const name = JSON.stringify(points);
    if (shares.length === 1) this.alone.set(name, Math.min(milliseconds, this.alone.get(name) ?? Infinity));
    const one = this.alone.get(name);
    const speedUp = one === undefined ? undefined : one / milliseconds;
    this.figures.textContent = [
      `${milliseconds.toFixed(0)} ms`,
      `${slices} slices`,
      speedUp === undefined
        ? 'draw it once with 1 worker to see the speed-up'
        : `speed-up ${speedUp.toFixed(2)}, efficiency ${((100 * speedUp) / shares.length).toFixed(0)}%`,
    ].join(' · ');
    this.redraw();
    this.tint();
  }

  /** The tints are of as many pixels as the picture. */
  resize(columns: number, rows: number): void {
    const { tints } = this.hooks;
    [tints.width, tints.height] = [columns, rows];
    tints.hidden = true;
    this.points = `${columns} × ${rows}`;
    const { nextElementSibling: output } = this.sizeField;
    if (output) output.textContent = this.points;
  }

  redraw(): void {
    const busy = new Set(this.slices.map(({ worker }) => worker)).size;
    this.canvas.setAttribute(
      'aria-label',
      `${this.slices.length} of ${this.total} slices, by ${busy} workers`,
    );
    this.canvas.dataset.slices = String(this.slices.length);
    if (this.canvas.clientWidth > 0) drawLanes(this.canvas, this.slices, this.lanes);
  }

  /** Lays over each row of the picture the colour of who computed it. */
  private tint(): void {
    const { tints } = this.hooks;
    tints.hidden = !this.tintsField.checked;
    if (tints.hidden) return;
    const context = tints.getContext('2d')!;
    context.clearRect(0, 0, tints.width, tints.height);
    const rows = this.hooks.scene().view.rows;
    for (const { worker, slice } of this.slices) {
      const { start, end } = sliceRange(rows, this.total, slice);
      context.fillStyle = workerColor(worker);
      context.fillRect(0, start, tints.width, end - start);
    }
  }
}

function slider(id: string, least: number, most: number, value: number): HTMLInputElement {
  const field = document.createElement('input');
  Object.assign(field, { type: 'range', id: `${id}-slider`, min: String(least), max: String(most) });
  field.value = String(value);
  return field;
}

/** A label with what the field says now behind it. */
function labelled(
  text: string,
  field: HTMLInputElement | HTMLSelectElement,
  value?: () => string,
): HTMLLabelElement {
  const [label, output] = [document.createElement('label'), document.createElement('output')];
  label.append(`${text} `, field);
  if (field.type === 'checkbox') label.className = 'check';
  if (!value) return label;
  label.append(output);
  output.textContent = value();
  field.addEventListener('change', () => queueMicrotask(() => (output.textContent = value())));
  return label;
}
