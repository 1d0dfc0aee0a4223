// The frame of a picture to save: common sizes, a ratio that stays, and a small preview.
import { channelsOf, inPixels, paint, parseScene, type ViewScene } from 'mandoline';
import { computeAside } from './aside.js';
import { canvas, input, select } from './elements.js';
import { drawImage } from './pixels.js';

/** Common sizes in pixels; the first is the page's. */
const sizes: Readonly<Record<string, readonly [columns: number, rows: number] | undefined>> = {
  'this page': undefined,
  '4K': [3840, 2160],
  phone: [1170, 2532],
  'A3 at 300 dpi': [4961, 3508],
};
const own = 'other';
/** The preview's longest sides, and the milliseconds without a change after which it is drawn. */
const [widest, highest, pause] = [240, 150, 150];

export function makeFrame(scene: () => ViewScene) {
  const [list, lock, preview] = [select('export-size'), input('export-lock'), canvas('export-preview')];
  const [width, height] = [input('export-width'), input('export-height')];
  list.append(...[...Object.keys(sizes), own].map((name) => new Option(name)));
  /** Height by width. */
  let ratio = 1;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Number of the last preview; earlier ones are ignored. */
  let last = 0;

  const isWhole = ({ valueAsNumber }: HTMLInputElement) => valueAsNumber >= 1 && valueAsNumber <= 100_000;

  function set([columns, rows]: readonly [number, number]): void {
    [width.value, height.value] = [String(columns), String(rows)];
    ratio = rows / columns;
    changed();
  }

  function changed(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void draw(), pause);
  }

  async function draw(): Promise<void> {
    const mine = ++last;
    if (!isWhole(width) || !isWhole(height)) return;
    const [columns, rows] = [width.valueAsNumber, height.valueAsNumber];
    const scale = Math.min(widest / columns, highest / rows);
    const shown = inPixels(
      scene(),
      Math.max(1, Math.round(columns * scale)),
      Math.max(1, Math.round(rows * scale)),
    );
    try {
      const checked = parseScene(shown) as ViewScene;
      const image = await paint(await computeAside(checked, channelsOf(checked)), checked);
      if (mine !== last) return;
      await drawImage(image, preview);
      preview.hidden = false;
    } catch {
      // Too slow, or its size cannot be drawn, which saving says.
      if (mine === last) preview.hidden = true;
    }
  }

  for (const [field, other, factor] of [
    [width, height, () => ratio],
    [height, width, () => 1 / ratio],
  ] as const)
    field.addEventListener('input', () => {
      list.value = own;
      if (lock.checked && isWhole(field))
        other.value = String(Math.max(1, Math.round(field.valueAsNumber * factor())));
      changed();
    });
  lock.addEventListener('change', () => {
    if (isWhole(width) && isWhole(height)) ratio = height.valueAsNumber / width.valueAsNumber;
  });
  list.addEventListener('change', () => {
    const { columns, rows } = scene().view;
    if (list.value !== own) set(sizes[list.value] ?? [columns, rows]);
  });

  return {
    /** The dialog opens with the page's size. */
    open(): void {
      list.value = 'this page';
      preview.hidden = true;
      ratio = height.valueAsNumber / width.valueAsNumber;
      changed();
    },
  };
}
