// The palette: a choice (palettes.ts), a strip whose drag sets the offset, and an editor (gradient-editor.ts).
import { type Image, paint, type ViewScene } from 'mandoline';
import { button, canvas, input } from './elements.js';
import { alike, same, steps } from './gradient.js';
import { makeGradientEditor } from './gradient-editor.js';
import { makePalettes, someColors } from './palettes.js';
import { withAlpha } from './pixels.js';

export interface PaletteEvents {
  scene(): ViewScene;
  change(changes: Partial<ViewScene>): void;
}

export function makePalette({ scene, change }: PaletteEvents) {
  const strip = canvas('strip');
  const palettes = makePalettes({ scene, change });
  const editor = makeGradientEditor((palette) => change({ palette }));
  button('import-palette').addEventListener('click', () => input('file').click());
  let dragged: { readonly x: number; readonly offset: number } | undefined;

  const turns = (offset: number) => Math.round((offset - Math.floor(offset)) * 1000) / 1000;
  const setOffset = (offset: number) => change({ offset: turns(offset) || undefined });

  strip.addEventListener('pointerdown', (event) => {
    strip.setPointerCapture(event.pointerId);
    dragged = { x: event.clientX, offset: scene().offset ?? 0 };
  });
  strip.addEventListener('pointermove', (event) => {
    if (dragged) setOffset(dragged.offset - (event.clientX - dragged.x) / strip.clientWidth);
  });
  strip.addEventListener('pointerup', () => {
    dragged = undefined;
  });
  strip.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -0.02, ArrowRight: 0.02 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setOffset((scene().offset ?? 0) + step);
  });

  /** Draws the picture's palette over a range of values. */
  async function drawStrip(): Promise<void> {
    const { palette, density, offset } = scene();
    const width = strip.width;
    const smooth = Float64Array.from({ length: width }, (_, i) => i);
    const counts = Uint32Array.from(smooth);
    const shown = {
      ...scene(),
      palette,
      coloring: 'smooth' as const,
      scale: 'linear' as const,
      iterations: width + 1,
      range: [0, width - 1] as const,
      samples: 1,
      depth: 8 as const,
      ...(density !== undefined && { density }),
      ...(offset !== undefined && { offset }),
      view: { ...scene().view, samples: 1, columns: width, rows: 1 },
    };
    const image: Image = await paint({ rows: 1, columns: width, counts, channels: { smooth } }, shown);
    const row = new ImageData(withAlpha(image, image.rows(0, 1)), width);
    const context = strip.getContext('2d')!;
    for (let y = 0; y < strip.height; y++) context.putImageData(row, 0, y);
    strip.setAttribute('aria-valuenow', String(offset ?? 0));
  }

  return {
    show(): void {
      void drawStrip();
      palettes.show();
      const { palette } = scene();
      editor.show(someColors(palette, steps + 1), typeof palette === 'string' ? alike : same);
    },
  };
}
