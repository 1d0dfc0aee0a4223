// Renders a scene with a pool of workers: first coarse, then exact, then with more iterations if they are automatic and
// the view needs more, finally with 2 x 2 samples per pixel. A new scene cancels the current one. Fields are kept, so
// changing only colours recomputes nothing.
import {
  type ChannelName,
  channelsOf,
  type Field,
  inPixels,
  type Progress,
  paint,
  parseScene,
  prepare,
  SceneError,
  type ViewScene,
  type Work,
} from 'mandoline';
import { Pool, type SliceOrder } from 'mandoline/pool';
import { areTooFew, atOnce, type Effort, enoughIterations, refining, sparse } from './iterations.js';
import { drawImage } from './pixels.js';
import { isExact, wholePool } from './pools.js';

export interface EngineSettings {
  readonly workers: number;
  /** Undefined: the library's default. */
  readonly slices: number | undefined;
  /** The order in which slices start; undefined: top to bottom. */
  readonly order: SliceOrder | undefined;
}

export interface EngineEvents {
  /** This scene's pixels are on the canvas; `isExact`: on the canvas for exact pictures. */
  drawn(scene: ViewScene, isExact: boolean): void;
  /** Computation has started. */
  wait(): void;
  /** The wanted scene is finished. */
  rest(): void;
  /** The engine chose another number of iterations for a scene; `isMoving`: for the pictures that follow. */
  iterations(scene: ViewScene, iterations: number, isMoving: boolean): void;
  begin(workers: number): void;
  progress(progress: Progress): void;
  coarseProgress(progress: Progress): void;
  finish(work: Work, milliseconds: number): void;
  failed(error: unknown): void;
}

interface Wanted {
  readonly scene: ViewScene;
  /** Whether another view is likely to follow at once, so that only a coarse picture is worth drawing. */
  readonly isMoving: boolean;
  /** With automatic iterations: the number from which the search starts. */
  readonly least: number | undefined;
}

interface Canvases {
  readonly exact: HTMLCanvasElement;
  readonly coarse: HTMLCanvasElement;
}

/** A picture's numbers. */
export interface Drawn {
  readonly field: Field;
  readonly scene: ViewScene;
}

interface UnderWay {
  readonly scene: ViewScene;
  readonly isCoarse: boolean;
  readonly begun: number;
}

/** Limits of a coarse picture's points, and the milliseconds that it should take. */
const [leastCoarse, mostCoarse] = [2000, 48_000];
const [quick, slow] = [12, 32];
/** Milliseconds after which workers that were asked to stop are terminated: a slice can take minutes. */
const patience = 100;
/** Milliseconds after which a coarse picture is abandoned for one with fewer points. */
const tooSlow = 250;
/** The most sample points of a picture refined with 2 x 2 samples, since their field is kept in memory. */
const mostSamples = 2 ** 24;

export class Engine {
  /** Number of computations since the page was opened; recolouring does not count. */
  computations = 0;
  private pool: Pool;
  /** Whether the pool's workers compute in exact arithmetic, too. Once they do, later pools do. */
  private isWhole = false;
  private coarsePixels = mostCoarse / 2;
  private wanted: Wanted | undefined;
  private isWorking = false;
  private underWay: UnderWay | undefined;
  private controller = new AbortController();
  private kept: Drawn | undefined;
  /** The same view with 2 x 2 samples. */
  private fine: Drawn | undefined;
  private coarse: ViewScene | undefined;

  constructor(
    private readonly canvases: Canvases,
    private settings: EngineSettings,
    private readonly events: EngineEvents,
  ) {
    this.pool = this.newPool();
  }

  private newPool(): Pool {
    const options = { workers: this.settings.workers, retries: 2 };
    return this.isWhole ? wholePool(options) : new Pool(options);
  }

  /** Draws a scene in place of the current one, unless that has the same points or is nearly done. */
  show(scene: ViewScene, isMoving: boolean, least?: number): void {
    this.wanted = { scene, isMoving, least };
    const { underWay } = this;
    const isSamePoints = underWay && suffices(underWay.scene, channelsOf(underWay.scene), scene);
    const waited = underWay?.isCoarse && isMoving ? performance.now() - underWay.begun : Infinity;
    if (!isSamePoints && waited > tooSlow) {
      // While the view moves, a picture that takes longer than the next move would never be seen.
      if (Number.isFinite(waited)) this.coarsePixels = Math.max(leastCoarse, this.coarsePixels / 2);
      this.stop();
    }
    if (!this.isWorking) void this.work();
  }

  /** The last exact picture, with one sample per pixel unless its scene says otherwise. */
  get drawn(): Drawn | undefined {
    return this.kept;
  }

  /** Changes workers or slices for the next picture; even the same scene is then recomputed. */
  change(settings: EngineSettings): void {
    this.stop();
    this.kept = undefined;
    this.fine = undefined;
    const { workers } = this.settings;
    this.settings = settings;
    if (settings.workers !== workers) this.replacePool();
  }

  /** Cancels the current picture. */
  cancel(): void {
    this.wanted = undefined;
    this.stop();
  }

  private stop(): void {
    this.controller.abort();
    const { underWay } = this;
    if (!underWay) return;
    setTimeout(() => {
      if (this.underWay === underWay) this.replacePool();
    }, patience);
  }

  private replacePool(): void {
    this.pool.terminate();
    this.pool = this.newPool();
  }

  private async work(): Promise<void> {
    this.isWorking = true;
    while (this.wanted) {
      const wanted = this.wanted;
      this.wanted = undefined;
      this.controller = new AbortController();
      const { signal } = this.controller;
      try {
        if (await this.drawKept(wanted.scene, signal)) {
          if (!wanted.isMoving) await this.refine(wanted.scene, signal);
          continue;
        }
        this.events.wait();
        if (!wanted.isMoving) await this.settle(wanted, signal);
        else if (!this.isCoarseDrawn(wanted.scene)) await this.move(wanted, signal);
      } catch (error) {
        if (!signal.aborted) this.events.failed(error);
      } finally {
        this.underWay = undefined;
      }
    }
    this.isWorking = false;
    this.events.rest();
  }

  /** Draws the kept field if the scene needs nothing else. */
  private async drawKept(scene: ViewScene, signal: AbortSignal): Promise<boolean> {
    const kept = this.kept;
    if (!isEnough(kept, scene)) return false;
    this.underWay = { scene, isCoarse: false, begun: performance.now() };
    await this.draw(kept.field, scene, signal, true);
    return true;
  }

  private isCoarseDrawn(scene: ViewScene): boolean {
    return (
      this.coarse !== undefined && agree([...points, ...colors, 'iterations', 'view'], this.coarse, scene)
    );
  }

  private async move({ scene, least }: Wanted, signal: AbortSignal): Promise<void> {
    const counts = await this.computeCoarse(scene, signal);
    if (least !== undefined && areTooFew(counts, scene.iterations))
      this.events.iterations(scene, 2 * scene.iterations, true);
  }

  /** Draws a view at rest with 2 x 2 samples. */
  private async refine(scene: ViewScene, signal: AbortSignal): Promise<void> {
    const fine = atRest(scene);
    if (fine === scene || signal.aborted || this.wanted) return;
    this.underWay = { scene: fine, isCoarse: false, begun: performance.now() };
    const kept = isEnough(this.fine, fine)
      ? this.fine
      : { field: await this.compute(fine, { signal }), scene: fine };
    this.fine = kept;
    await this.draw(kept.field, fine, signal, true);
  }

  /**
   * Draws a view at rest: coarse and exact with enough iterations; then with more iterations if a closer check finds
   * them necessary; then with more samples.
   */
  private async settle({ scene, least }: Wanted, signal: AbortSignal): Promise<void> {
    const isStale = () => signal.aborted || this.wanted !== undefined;
    const first = least === undefined ? scene : await this.withEnough(scene, least, atOnce, signal);
    if (isStale()) return;
    if (!this.isCoarseDrawn(first)) await this.computeCoarse(first, signal);
    if (isStale()) return;
    if (!(await this.drawKept(first, signal))) await this.computeExact(first, signal);
    if (isStale()) return;
    const better =
      least === undefined ? first : await this.withEnough(first, first.iterations, refining, signal);
    if (better !== first && !isStale()) await this.computeExact(better, signal);
    await this.refine(better, signal);
  }

  /** The scene with enough iterations, at least `least`, to decide nearly all of its points. */
  private async withEnough(
    scene: ViewScene,
    least: number,
    effort: Effort,
    signal: AbortSignal,
  ): Promise<ViewScene> {
    this.underWay = { scene, isCoarse: false, begun: performance.now() };
    const iterations = await enoughIterations(least, effort, async (most) => {
      const few = prepare(sparse(scene, effort.points, most));
      return (await few.compute({ pool: this.pool, signal })).counts;
    });
    if (iterations === scene.iterations || signal.aborted || this.wanted) return scene;
    this.events.iterations(scene, iterations, false);
    return { ...scene, iterations };
  }

  /** Computes few enough points to seem immediate. While the view moves, then pauses as long for the page's own work. */
  private async computeCoarse(scene: ViewScene, signal: AbortSignal): Promise<Field['counts']> {
    const begun = performance.now();
    this.underWay = { scene, isCoarse: true, begun };
    const { columns, rows } = scene.view;
    const factor = Math.max(2, Math.sqrt((columns * rows) / this.coarsePixels));
    const coarse = inPixels(scene, Math.ceil(columns / factor), Math.ceil(rows / factor));
    const field = await this.compute(coarse, {
      signal,
      onProgress: (progress) => this.events.coarseProgress(progress),
    });
    if (!(await this.draw(field, coarse, signal, false))) return field.counts;
    this.coarse = scene;
    const took = performance.now() - begun;
    if (took > slow) this.coarsePixels = Math.max(leastCoarse, this.coarsePixels / 2);
    if (took < quick) this.coarsePixels = Math.min(mostCoarse, this.coarsePixels * 1.5);
    if (this.wanted?.isMoving) await new Promise((resolve) => setTimeout(resolve, took));
    return field.counts;
  }

  private async computeExact(scene: ViewScene, signal: AbortSignal): Promise<void> {
    const { workers, slices, order } = this.settings;
    const begun = performance.now();
    this.underWay = { scene, isCoarse: false, begun };
    this.events.begin(workers);
    const field = await this.compute(scene, {
      signal,
      slices,
      order,
      onProgress: (progress) => this.events.progress(progress),
      onWork: (work) => this.events.finish(work, performance.now() - begun),
    });
    this.kept = { field, scene };
    this.fine = undefined;
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
    // A deep view first computes a reference, which may take longer than its points.
    const onReference = (part: number) => this.events.coarseProgress({ done: part, slices: 1 });
    const prepared = prepare(scene, { channels });
    if (isExact(prepared.scene) && !this.isWhole) {
      this.isWhole = true;
      this.replacePool();
    }
    const rendering = await prepared.compute({ ...options, onReference, pool: this.pool });
    onWork?.(rendering.work);
    return rendering;
  }

  /** False if aborted before it was done. */
  private async draw(
    field: Field,
    scene: ViewScene,
    signal: AbortSignal,
    isExact: boolean,
  ): Promise<boolean> {
    const image = await paint(field, scene);
    const { exact, coarse } = this.canvases;
    if (!(await drawImage(image, isExact ? exact : coarse, signal))) return false;
    this.events.drawn(scene, isExact);
    return true;
  }
}

const points = ['formula', 'parameters', 'c', 'z0', 'escape', 'arithmetic', 'trap'] as const;
const colors = [
  ...(['coloring', 'scale', 'range', 'palette', 'density', 'offset', 'inside', 'light', 'depth'] as const),
];
const agree = (keys: readonly (keyof ViewScene)[], one: ViewScene, other: ViewScene): boolean =>
  keys.every((key) => JSON.stringify(one[key]) === JSON.stringify(other[key]));

/** Whether two scenes have the same points, regardless of iterations. */
export const areSamePoints = (one: ViewScene, other: ViewScene): boolean =>
  agree([...points, 'view'], one, other);

/** Whether two scenes show the same plane, regardless of view and iterations. */
export const isSamePlane = (one: ViewScene, other: ViewScene): boolean =>
  agree([...points, ...colors], one, other);

/**
 * The scene as drawn at rest: unless it sets its samples, with 2 x 2 per pixel, provided that their field is small
 * enough to keep and doubles distinguish the points.
 */
export function atRest(scene: ViewScene): ViewScene {
  const { view } = scene;
  if (view.samples !== undefined || 4 * view.columns * view.rows > mostSamples) return scene;
  const fine = { ...scene, view: { ...view, samples: 2 } };
  return isScene(fine) ? fine : scene;
}

function isScene(scene: ViewScene): boolean {
  try {
    parseScene(scene);
    return true;
  } catch (error) {
    if (error instanceof SceneError) return false;
    throw error;
  }
}

const isEnough = (kept: Drawn | undefined, scene: ViewScene): kept is Drawn =>
  kept !== undefined && suffices(kept.scene, Object.keys(kept.field.channels ?? {}), scene);

/** Whether the field computed for one scene, with these channels, suffices for another. */
const suffices = (computed: ViewScene, channels: readonly string[], wanted: ViewScene): boolean =>
  agree([...points, 'iterations', 'view'], computed, wanted) &&
  channelsOf(wanted).every((name) => channels.includes(name));
