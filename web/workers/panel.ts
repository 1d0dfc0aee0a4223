// The workers' panel: a lane for each worker with a block for each slice, settings for workers and slices, and the
// speed-up over one worker.
import {
  type ChannelName,
  channelsOf,
  type Progress,
  prepare,
  type ViewScene,
  type Work,
  workerColor,
} from 'mandoline';
import { sliceRange } from 'mandoline/pool';
import { canvas as canvasOf } from '../elements.js';
import type { EngineSettings } from '../engine.js';
import { poolFor } from '../pools.js';
import { drawLanes, drawStrip, type LaneSlice } from './lanes.js';
import { orders } from './orders.js';

export interface WorkersHooks {
  readonly tints: HTMLCanvasElement;
  scene(): ViewScene;
  change(settings: EngineSettings): void;
  /** Sets the points per screen pixel along each side. */
  resize(factor: number): void;
  failed(error: unknown): void;
}

const cores = Math.max(1, navigator.hardwareConcurrency || 2);
/** The most workers offered: at most 64, since more gain nothing; usually above the number of cores, to show why. */
const mostWorkers = Math.min(64, Math.max(8, 2 * cores));
/** Milliseconds of a replay, so that even a fast computation can be followed. */
const replayed = 4000;

export class WorkersPanel {
  settings: EngineSettings = { workers: Math.min(mostWorkers, cores), slices: undefined, order: undefined };
  private readonly canvas = document.createElement('canvas');
  /** The same lanes on the button that opens the panel. */
  private readonly mini = canvasOf('mini-lanes');
  private readonly figures = document.createElement('dl');
  private readonly compare = button(
    'Compare with one worker',
    () =>
      void this.timeAlone()
        .catch((error: unknown) => this.hooks.failed(error))
        .finally(() => this.tell()),
  );
  private readonly again = button('Replay', () => this.replay());
  private readonly workersField = slider('workers', 1, mostWorkers, Math.min(mostWorkers, cores));
  private readonly slicesField = slider('slices', 0, 11, 0);
  private readonly orderField = document.createElement('select');
  private readonly sizeField = slider('size', -2, 1, 0);
  private readonly tintsField = document.createElement('input');
  /** The picture's number of points, as text. */
  private points = '';
  private slices: readonly LaneSlice[] = [];
  private lanes = 1;
  private total = 0;
  private last: { readonly milliseconds: number; readonly workers: number } | undefined;
  /** Milliseconds that one worker took, by scene. */
  private readonly alone = new Map<string, number>();
  private isDue = false;
  /** Position of the replay, from 0 to 1. */
  private until = 1;

  constructor(
    private readonly root: HTMLElement,
    private readonly hooks: WorkersHooks,
  ) {
    this.orderField.id = 'order';
    this.orderField.append(...Object.keys(orders).map((name) => new Option(name)));
    this.tintsField.type = 'checkbox';
    this.compare.id = 'compare';
    const [controls, actions] = [document.createElement('div'), document.createElement('div')];
    controls.className = 'row controls';
    controls.append(
      labelled('Workers', this.workersField, () => this.workersField.value),
      labelled('Slices', this.slicesField, () => String(slicesOf(this.slicesField) ?? 'automatic')),
      labelled('Order', this.orderField),
      labelled('Points', this.sizeField, () => this.points),
    );
    actions.className = 'row actions';
    actions.append(
      ...[this.figures, this.compare, this.again],
      labelled('tint the picture', this.tintsField),
    );
    this.canvas.className = 'lanes';
    this.canvas.setAttribute('role', 'img');
    this.figures.className = 'figures';
    root.querySelector('.body')!.append(this.canvas, actions, controls);
    for (const field of [this.workersField, this.slicesField, this.orderField])
      field.addEventListener('change', () => {
        this.settings = {
          workers: this.workersField.valueAsNumber,
          slices: slicesOf(this.slicesField),
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
    this.until = 1;
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
    this.last = { milliseconds, workers: shares.length };
    if (shares.length === 1) this.keepAlone(milliseconds);
    this.tell();
    this.redraw();
  }

  /** The tint overlay has as many pixels as the picture. */
  resize(columns: number, rows: number): void {
    const { tints } = this.hooks;
    [tints.width, tints.height] = [columns, rows];
    tints.hidden = true;
    this.points = `${columns} × ${rows}`;
    // The number next to the field depends on the size, though the field did not change.
    this.sizeField.dispatchEvent(new Event('input'));
  }

  /** Redraws once in the next frame, however often it is called. */
  redraw(): void {
    if (this.isDue) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      this.draw();
    });
  }

  private draw(): void {
    const busy = new Set(this.slices.map(({ worker }) => worker)).size;
    const label = `${this.slices.length} of ${this.total} slices, by ${busy} ${busy === 1 ? 'worker' : 'workers'}`;
    this.canvas.setAttribute('aria-label', label);
    this.canvas.dataset.slices = String(this.slices.length);
    drawStrip(this.mini, this.slices, this.lanes);
    if (this.root.hidden) return;
    drawLanes(this.canvas, this.slices, this.lanes, this.until);
    this.tint();
  }

  /** Tints each row of the picture with the colour of the worker that computed it. */
  private tint(): void {
    const { tints } = this.hooks;
    tints.hidden = !(this.tintsField.checked || this.until < 1);
    if (tints.hidden) return;
    const context = tints.getContext('2d')!;
    context.clearRect(0, 0, tints.width, tints.height);
    const end = Math.max(...this.slices.map(({ end }) => end)) * this.until;
    for (const { worker, slice, end: ended } of this.slices) {
      if (ended > end) continue;
      const range = sliceRange(tints.height, this.total, slice);
      context.fillStyle = workerColor(worker);
      context.fillRect(0, range.start, tints.width, range.end - range.start);
    }
  }

  /** Replays the timeline and the tints slowly. */
  private replay(): void {
    const begun = performance.now();
    const { slices } = this;
    const step = () => {
      if (this.slices !== slices) return;
      this.until = Math.min(1, (performance.now() - begun) / replayed);
      this.redraw();
      if (this.until < 1) requestAnimationFrame(step);
    };
    step();
  }

  private tell(): void {
    if (!this.last) return;
    const { milliseconds, workers } = this.last;
    const one = this.alone.get(this.name());
    const speedUp = one === undefined ? undefined : one / milliseconds;
    this.compare.disabled = speedUp !== undefined;
    const told = {
      'wall time': `${milliseconds.toFixed(0)} ms`,
      slices: String(this.total),
      'speed-up': speedUp?.toFixed(2) ?? '—',
      efficiency: speedUp === undefined ? '—' : `${((100 * speedUp) / workers).toFixed(0)}%`,
    };
    this.figures.replaceChildren(
      ...Object.entries(told).map(([name, value]) => {
        const [cell, term, text] = ['div', 'dt', 'dd'].map((tag) => document.createElement(tag));
        term!.textContent = name;
        text!.textContent = value;
        cell!.append(term!, text!);
        return cell!;
      }),
    );
  }

  /** Identifies the points counted; colours do not matter, since workers do not compute them. */
  private name(): string {
    const {
      coloring: _,
      palette: __,
      scale: ___,
      density: ____,
      offset: _____,
      ...points
    } = this.hooks.scene();
    return JSON.stringify(points);
  }

  private keepAlone(milliseconds: number): void {
    this.alone.set(this.name(), Math.min(milliseconds, this.alone.get(this.name()) ?? Infinity));
  }

  /** Times one worker computing the scene, without drawing; the first round is a warm-up. */
  private async timeAlone(): Promise<void> {
    this.compare.disabled = true;
    const [scene, name] = [this.hooks.scene(), this.name()];
    await using pool = poolFor(scene, { workers: 1 });
    for (let round = 0; round < 3; round++) {
      const begun = performance.now();
      const { slices, order } = this.settings;
      await prepare(scene, { channels: channelsOf(scene) as ChannelName[] }).compute({ pool, slices, order });
      // Other points need their own time; other colours do not.
      if (name !== this.name()) return;
      if (round > 0) this.keepAlone(performance.now() - begun);
    }
  }
}

const slicesOf = ({ valueAsNumber }: HTMLInputElement): number | undefined =>
  valueAsNumber === 0 ? undefined : 2 ** valueAsNumber;

function button(text: string, action: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  Object.assign(made, { type: 'button', textContent: text });
  made.addEventListener('click', action);
  return made;
}

function slider(id: string, least: number, most: number, value: number): HTMLInputElement {
  const field = document.createElement('input');
  Object.assign(field, { type: 'range', id: `${id}-slider`, min: String(least), max: String(most) });
  field.value = String(value);
  return field;
}

/** A field with its label and, if its number alone is unclear, its meaning as visible and spoken text. */
function labelled(
  text: string,
  field: HTMLInputElement | HTMLSelectElement,
  value?: () => string,
): HTMLLabelElement {
  const label = document.createElement('label');
  if (field.type === 'checkbox') {
    label.className = 'check';
    label.append(field, text);
    return label;
  }
  label.append(`${text} `, field);
  if (!value) return label;
  // Not an <output>: a label names its first labelable element, and an <output> is one.
  const shown = document.createElement('span');
  shown.className = 'value';
  shown.ariaHidden = 'true';
  field.before(shown);
  const show = () => {
    shown.textContent = field.ariaValueText = value();
  };
  show();
  field.addEventListener('input', show);
  return label;
}
