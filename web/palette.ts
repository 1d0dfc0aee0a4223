// The palette as a draggable strip, and the user's gradient with a field for each colour.
import { type Image, paint, type ViewScene } from 'mandoline';
import { canvas, element } from './elements.js';
import { withAlpha } from './pixels.js';

export interface PaletteEvents {
  scene(): ViewScene;
  change(changes: Partial<ViewScene>): void;
}

const most = 12;

export function makePalette({ scene, change }: PaletteEvents) {
  const strip = canvas('strip');
  const gradient = element('gradient', HTMLFieldSetElement);
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

  function showGradient(): void {
    const { palette } = scene();
    gradient.hidden = typeof palette === 'string';
    if (typeof palette === 'string') return;
    // Palettes from files have too many colours to give each a field.
    if (palette.length > most) {
      gradient.textContent = `${palette.length} colours`;
      return;
    }
    if (gradient.querySelectorAll('input').length === palette.length) {
      for (const [i, each] of gradient.querySelectorAll('input').entries()) each.value = long(palette[i]!);
      return;
    }
    const stops = palette.map((color, i) => {
      const stop = document.createElement('input');
      stop.type = 'color';
      stop.value = long(color);
      stop.setAttribute('aria-label', `Colour ${i + 1}`);
      stop.addEventListener('input', () => {
        const colors = [...(scene().palette as readonly string[])];
        colors[i] = stop.value;
        change({ palette: colors });
      });
      return stop;
    });
    const other = (label: string, text: string, isPossible: boolean, next: () => readonly string[]) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = text;
      button.setAttribute('aria-label', label);
      button.disabled = !isPossible;
      button.addEventListener('click', () => change({ palette: [...next()] }));
      return button;
    };
    gradient.replaceChildren(
      ...stops,
      other('One colour less', '−', palette.length > 2, () => palette.slice(0, -1)),
      other('One colour more', '+', palette.length < most, () => [...palette, '#ffffff']),
    );
  }

  return {
    show(): void {
      void drawStrip();
      showGradient();
    },
  };
}

/** #rgb as #rrggbb, the only form that a colour field accepts. */
const long = (color: string): string =>
  color.length === 4 ? `#${[...color.slice(1)].map((digit) => digit + digit).join('')}` : color;
