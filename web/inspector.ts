// Inspects a point of the picture: its coordinates, which can be copied in full, its count and, once the pointer rests,
// values from one more orbit. Also shows how close the view is to the limit of doubles.
import { formatComplex, parseScene, type ViewScene } from 'mandoline';
import { computeAside } from './aside.js';
import type { Camera, Size } from './camera.js';
import { magnification } from './depth.js';
import { button, element } from './elements.js';
import type { PointText } from './pointed.js';
import { isExact } from './pools.js';

const [pause, doubleClick] = [40, 500];
const channels = ['smooth', 'distance', 'period'] as const;
const cells = ['re-at', 'im-at', 'count', 'smooth', 'distance', 'period'] as const;

export function makeInspector(root: HTMLElement) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let keeping: ReturnType<typeof setTimeout> | undefined;
  /** Number of the last request; results of earlier ones are ignored. */
  let asked = 0;
  let shown: PointText | undefined;
  const [line, copy] = [element('point', HTMLElement), button('copy-point')];
  const put = (id: string, text: string) => {
    const cell = element(id, HTMLElement);
    if (cell.textContent !== text) cell.textContent = text;
  };
  function tell(...texts: readonly [count: string, smooth: string, distance: string, period: string]): void {
    for (const [i, text] of texts.entries()) put(cells[i + 2]!, text);
  }

  /** The panel ignores clicks until a possible double click is over. */
  function keep(isKept: boolean): void {
    clearTimeout(keeping);
    const set = () => root.classList.toggle('is-kept', isKept);
    if (isKept) keeping = setTimeout(set, doubleClick);
    else set();
  }

  async function ask(scene: ViewScene, center: PointText, spacing: number): Promise<void> {
    const mine = ++asked;
    const one = parseScene({ ...scene, view: { center, width: spacing, columns: 1, rows: 1 } });
    // Exact arithmetic has counts alone.
    const told = await computeAside(one, isExact(one) ? [] : channels).catch(() => undefined);
    if (mine !== asked) return;
    if (!told) return tell('takes too long', '—', '—', '—');
    const count = told.counts[0]!;
    if (!told.channels)
      return tell(count === scene.iterations ? `${count}, all` : String(count), '—', '—', '—');
    const [smooth, distance, period] = channels.map((name) => told.channels![name]![0]!);
    const isInside = count === scene.iterations;
    tell(
      isInside ? `${count}, all` : String(count),
      isInside ? '—' : smooth!.toFixed(4),
      isInside || !(distance! > 0) ? '—' : (distance! * spacing).toPrecision(4),
      period! > 0 ? String(period) : '—',
    );
  }

  copy.addEventListener('click', async () => {
    if (!shown) return;
    try {
      await navigator.clipboard.writeText(textOf(shown));
      copy.textContent = 'Copied';
    } catch {
      // If the browser forbids copying, the numbers can still be selected.
      copy.textContent = 'Not allowed';
    }
    setTimeout(() => {
      copy.textContent = 'Copy';
    }, 1500);
  });

  return {
    /** Shows the tier and the digits needed to distinguish neighbouring pixels; doubles have about 16. */
    look(scene: ViewScene, camera: Camera, size: Size): void {
      put('zoom', magnification(camera.width));
      root.classList.toggle('at-limit', false);
      if (isExact(scene)) {
        put('digits', 'exact');
        return;
      }
      const spacing = camera.width / size.width;
      const largest = Math.max(Math.hypot(Number(camera.re), Number(camera.im)), camera.width, 1e-300);
      const left = Math.floor(Math.log10(spacing / (largest * 2 ** -53)));
      put('digits', left <= 0 ? 'doubles end here' : `double, ${left} digits left`);
      root.classList.toggle('at-limit', left <= 1);
    },
    /** Shows a point; `spacing` is the distance to its neighbours. No point: the pointer is elsewhere. */
    point(scene: ViewScene, point: PointText | undefined, spacing: number, isKept: boolean): void {
      clearTimeout(timer);
      shown = point;
      keep(isKept);
      line.hidden = !point;
      copy.hidden = !isKept;
      put('kept', isKept ? 'kept' : 'click to keep');
      if (!point) {
        asked++;
        for (const cell of cells) put(cell, '');
        return;
      }
      put('re-at', point[0]);
      put('im-at', point[1]);
      timer = setTimeout(() => void ask(scene, point, spacing), pause);
    },
  };
}

/** As the command takes it. */
function textOf([re, im]: PointText): string {
  const numbers = [Number(re), Number(im)] as const;
  const isDouble = String(numbers[0]) === re && String(numbers[1]) === im;
  return isDouble ? formatComplex(numbers) : `${re}${im.startsWith('-') ? '' : '+'}${im}i`;
}
