// What is under the pointer: the point, its count, and what one orbit more tells. One point is computed in this
// thread, when the pointer rests.
import { formatComplex, prepare, type ViewScene } from 'mandoline';
import { type Camera, type Point, pointAt, type Size } from './camera.js';

const pause = 40;
/** Points with more iterations than this would hold up the page. */
const patience = 2_000_000;

export function makeInspector(root: HTMLElement) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const put = (id: string, text: string) => {
    const cell = root.querySelector(`#${id}`);
    if (cell) cell.textContent = text;
  };

  async function tell(scene: ViewScene, [re, im]: Point, spacing: number): Promise<void> {
    const view = { center: [String(re), String(im)] as const, width: spacing, columns: 1, rows: 1 };
    const channels = ['smooth', 'distance', 'period'] as const;
    const single = { ...scene, view, iterations: Math.min(scene.iterations, patience) };
    const rendering = await prepare(single, { channels }).compute();
    const [count, smooth, distance, period] = [
      rendering.counts[0]!,
      rendering.channels!.smooth![0]!,
      rendering.channels!.distance![0]!,
      rendering.channels!.period![0]!,
    ];
    const isInside = count === single.iterations;
    put('count', isInside ? `${count}, never` : String(count));
    put('smooth', isInside ? '—' : smooth.toFixed(4));
    put('distance', isInside || !(distance > 0) ? '—' : (distance * spacing).toPrecision(4));
    put('period', period > 0 ? String(period) : '—');
  }

  return {
    /** Digits that tell a pixel from the next; doubles have about 16. */
    show(camera: Camera, size: Size): void {
      const spacing = camera.width / size.width;
      const largest = Math.max(Math.hypot(camera.re, camera.im), camera.width, 1e-300);
      const left = Math.floor(Math.log10(spacing / (largest * 2 ** -53)));
      put('digits', left <= 0 ? 'none: doubles end here' : String(left));
      root.classList.toggle('at-limit', left <= 1);
    },
    hover(scene: ViewScene, camera: Camera, size: Size, place: Point | undefined): void {
      clearTimeout(timer);
      if (!place) return;
      const point = pointAt(camera, size, place);
      put('at', formatComplex(point));
      timer = setTimeout(() => void tell(scene, point, camera.width / size.width).catch(() => {}), pause);
    },
  };
}
