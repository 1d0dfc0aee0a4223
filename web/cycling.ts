// Cycling: the colours run through the palette. A picture is painted once with a palette whose colours encode positions,
// and each frame replaces positions by colours. Only a table changes, so a frame takes a few milliseconds.
import { type Field, paint, type ViewScene } from 'mandoline';
import { button, canvas } from './elements.js';
import { areSamePoints, type Drawn } from './engine.js';
import { hexOf, long } from './gradient.js';
import { withAlpha } from './pixels.js';

/** Places around a palette, and seconds for one way around. */
const [places, seconds] = [512, 12];
/** Colourings whose colours are the palette's as they are. */
const plain: readonly string[] = ['count', 'smooth', 'distance'];
/** The colour of points inside while they are told apart by it. */
const insideMark = '#0000ff';

export interface CyclingEvents {
  scene(): ViewScene;
  /** The exact picture's field, if there is one. */
  field(): Drawn | undefined;
  /** The palette has stopped at an offset. */
  stopped(offset: number): void;
}

/** A closed palette whose red rises and falls, and whose green says which of both. */
const placePalette = Array.from({ length: 256 }, (_, i) => {
  const red = i < 128 ? 2 * i : 2 * (255 - i);
  const green = i < 128 || i === 255 ? 0 : 255;
  return hexOf([red, green, 0]);
});

const rgbaOf = async (field: Field, scene: ViewScene) => {
  const image = await paint(field, scene);
  return { ...image, pixels: withAlpha(image, image.rows(0, image.height)) };
};

const [red, green, blue] = [0, 8, 16];
/** Whether two colours look about the same. */
const isNear = (one: number, other: number): boolean =>
  [red, green, blue].every((shift) => Math.abs(((one >> shift) & 255) - ((other >> shift) & 255)) < 16);

/** The colours of one way around the palette, and how many palettes that is: two where one runs back and forth. */
async function coloursAround(
  scene: ViewScene,
): Promise<{ readonly colors: Uint32Array; readonly length: number }> {
  const columns = 2 * places;
  const smooth = Float64Array.from({ length: columns }, (_, i) => i);
  const look = { coloring: 'smooth', scale: 'linear', iterations: columns + 1, depth: 8 } as const;
  const { samples: _, ...view } = { ...scene.view, columns, rows: 1 };
  const { pixels } = await rgbaOf(
    { rows: 1, columns, counts: Uint32Array.from(smooth), channels: { smooth } },
    { ...scene, ...look, view, range: [0, columns - 1], density: 2, offset: 0 },
  );
  const colors = new Uint32Array(pixels.buffer);
  const quarter = Math.floor(places / 4);
  return isNear(colors[quarter]!, colors[places + quarter]!)
    ? { colors: colors.subarray(0, places), length: 1 }
    : { colors, length: 2 };
}

export function makeCycling({ scene, field, stopped }: CyclingEvents) {
  const toggle = button('cycle');
  const motion = matchMedia('(prefers-reduced-motion: reduce)');
  /** Ends it and returns the offset. */
  let halt: (() => number) | undefined;

  function show(): void {
    toggle.hidden = motion.matches;
    toggle.disabled = !plain.includes(scene().coloring ?? 'count');
    toggle.ariaPressed = String(halt !== undefined);
  }

  async function start(): Promise<void> {
    const kept = field();
    // The picture of another view may still be the last exact one.
    if (!kept || !areSamePoints(kept.scene, scene())) return;
    const { density = 1, offset = 0, inside: insideColor = '#000000' } = kept.scene;
    let isRunning = true;
    let turned = 0;
    halt = () => {
      isRunning = false;
      halt = undefined;
      show();
      return Math.round(((offset + turned) % 2) * 1000) / 1000;
    };
    show();
    // Samples are pixels here, because places cannot be averaged.
    const { samples = 1, ...view } = kept.scene.view;
    const [columns, rows] = [samples * view.columns, samples * view.rows];
    const wide = { ...kept.scene, view: { ...view, columns, rows } };
    const { colors, length } = await coloursAround(wide);
    const marked = { palette: placePalette, offset: 0, density: density / length, inside: insideMark };
    const { pixels } = await rgbaOf(kept.field, { ...wide, ...marked });
    const at = Uint16Array.from({ length: columns * rows }, (_, i) => {
      const [red, green, blue] = [pixels[4 * i]!, pixels[4 * i + 1]!, pixels[4 * i + 2]!];
      return blue > 127 ? places : green < 128 ? red : places - 1 - red;
    });
    const image = new ImageData(columns, rows);
    const into = new Uint32Array(image.data.buffer);
    const table = new Uint32Array(places + 1);
    table[places] = new Uint32Array(Uint8Array.of(...rgbOf(insideColor), 255).buffer)[0]!;
    const picture = canvas('picture');
    let before = performance.now();
    const frame = (now: number) => {
      if (!isRunning) return;
      turned += Math.max(0, now - before) / 1000 / seconds;
      before = now;
      const from = (((offset + turned) / length) % 1) * colors.length;
      for (let i = 0; i < places; i++)
        table[i] = colors[Math.floor(from + (i * colors.length) / places) % colors.length]!;
      for (let i = 0; i < into.length; i++) into[i] = table[at[i]!]!;
      if (picture.width !== columns) [picture.width, picture.height] = [columns, rows];
      picture.getContext('2d', { alpha: false })!.putImageData(image, 0, 0);
      requestAnimationFrame(frame);
    };
    if (isRunning) requestAnimationFrame(frame);
  }

  const settle = () => {
    if (halt) stopped(halt());
  };
  toggle.addEventListener('click', () => (halt ? settle() : void start()));
  motion.addEventListener('change', () => {
    settle();
    show();
  });
  return {
    /** Another picture is about to be drawn. */
    halt: () => void halt?.(),
    show,
  };
}

const rgbOf = (color: string): number[] =>
  long(color)
    .slice(1)
    .match(/../g)!
    .map((digits) => Number.parseInt(digits, 16));
