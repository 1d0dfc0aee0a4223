// From a scene to pixels on a canvas, by a pool of workers: first coarse, then exact, and cancelled as soon as another
// scene is wanted. Keeps the field, so that other colours need no computing.
import {
  type ChannelName,
  channelsOf,
  type Field,
  type Image,
  inPixels,
  type Progress,
  paint,
  prepare,
  type ViewScene,
  type Work,
} from 'mandoline';
import { Pool, type SliceOrder } from 'mandoline/pool';
import { type Camera, cameraOf } from './camera.js';
import { drawImage } from './pixels.js';

export interface EngineSettings {
  readonly workers: number;
  /** Undefined: as many as the library takes. */
  readonly slices: number | undefined;
  /** In which they are begun; undefined: from the top to the bottom. */
  readonly order: SliceOrder | undefined;
}

export interface EngineEvents {
  /** Pixels of this camera are on the canvas; `exact` where they are those of the scene. */
  drawn(camera: Camera, exact: boolean): void;
  begin(workers: number): void;
  progress(progress: Progress): void;
  finish(work: Work, milliseconds: number): void;
  failed(error: unknown): void;
}

interface Wanted {
  readonly scene: ViewScene;
  /** Whether another view is likely to follow at once, so that only what is coarse is worth drawing. */
  readonly isMoving: boolean;
}

/** The first picture has a part of the pixels that takes a few milliseconds to count. */
const coarsePixels = 24_000;

export class Engine {
  /** How often points were iterated since the page was opened: recolouring does not count. */
  computations = 0;
  /** The workers, until others are asked for. */
  pool: Pool;
  private wanted: Wanted | undefined;
  private working: Promise<void> | undefined;
  private controller = new AbortController();
  private kept: { readonly field: Field; readonly scene: ViewScene } | undefined;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private settings: EngineSettings,
    private readonly events: EngineEvents,
  ) {
    this.pool = new Pool({ workers: settings.workers, retries: 2 });
  }

  /** Draws a scene instead of what is under way. */
  show(scene: ViewScene, isMoving: boolean): void {
    this.wanted = { scene, isMoving };
    this.controller.abort();
    if (!this.working) this.start(() => this.work());
  }

  /** One thing at a time; what came to be wanted in the meantime is next. */
  private start(work: () => Promise<void>): void {
    this.working = work()
      .catch((error) => this.events.failed(error))
      .finally(() => {
        this.working = undefined;
        if (this.wanted) this.start(() => this.work());
      });
  }

  /** Draws the same points in other colours; false where these need what was not computed. */
  recolor(scene: ViewScene): boolean {
    const kept = this.kept;
    if (!kept || this.working || !sameField(kept.scene, scene)) return false;
    if (channelsOf(scene).some((name) => !kept.field.channels?.[name])) return false;
    this.kept = { ...kept, scene };
    this.controller = new AbortController();
    const { signal } = this.controller;
    this.start(() => this.draw(kept.field, scene, signal, true));
    return true;
  }

  /** Other workers or slices, from the next picture on. */
  change(settings: EngineSettings): void {
    if (settings.workers !== this.settings.workers) {
      this.pool.terminate();
      this.pool = new Pool({ workers: settings.workers, retries: 2 });
    }
    this.settings = settings;
  }

  /** Ends what is under way. */
  cancel(): void {
    this.wanted = undefined;
    this.controller.abort();
  }

  private async work(): Promise<void> {
    while (this.wanted) {
      const { scene, isMoving } = this.wanted;
      this.wanted = undefined;
      this.controller = new AbortController();
      const { signal } = this.controller;
      try {
        const { columns, rows } = scene.view;
        const factor = Math.ceil(Math.sqrt((columns * rows) / coarsePixels));
        if (factor > 1) await this.computeCoarse(scene, factor, signal);
        if (!isMoving && !signal.aborted) await this.computeExact(scene, signal);
      } catch (error) {
        if (!signal.aborted) this.events.failed(error);
      }
    }
  }

  private async computeCoarse(scene: ViewScene, factor: number, signal: AbortSignal): Promise<void> {
    const { columns, rows } = scene.view;
    const coarse = inPixels(scene, Math.ceil(columns / factor), Math.ceil(rows / factor));
    const field = await this.compute(coarse, { signal });
    await this.draw(field, coarse, signal, false);
  }

  private async computeExact(scene: ViewScene, signal: AbortSignal): Promise<void> {
    const { workers, slices, order } = this.settings;
    this.events.begin(workers);
    const begun = performance.now();
    const field = await this.compute(scene, {
      ...{ signal, slices, order },
      onProgress: (progress) => this.events.progress(progress),
      onWork: (work) => this.events.finish(work, performance.now() - begun),
    });
    this.kept = { field, scene };
    await this.draw(field, scene, signal, true);
  }

  private async compute(
    scene: ViewScene,
    {
      onWork,
      ...options
    }: {
      readonly signal: AbortSignal;
      readonly slices?: number | undefined;
      readonly order?: SliceOrder | undefined;
      readonly onProgress?: (progress: Progress) => void;
      readonly onWork?: (work: Work) => void;
    },
  ): Promise<Field> {
    this.computations++;
    const channels = channelsOf(scene) as ChannelName[];
    const rendering = await prepare(scene, { channels }).compute({ ...options, pool: this.pool });
    onWork?.(rendering.work);
    return rendering;
  }

  private async draw(field: Field, scene: ViewScene, signal: AbortSignal, isExact: boolean): Promise<void> {
    const image: Image = await paint(field, scene);
    if (signal.aborted) return;
    if (await drawImage(image, this.canvas, signal)) this.events.drawn(cameraOf(scene), isExact);
  }
}

/** Whether two scenes differ in colours alone. */
function sameField(one: ViewScene, other: ViewScene): boolean {
  const keys = ['formula', 'parameters', 'c', 'z0', 'iterations', 'escape', 'trap', 'view'] as const;
  return keys.every((key) => JSON.stringify(one[key]) === JSON.stringify(other[key]));
}
