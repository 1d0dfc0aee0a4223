// What is under the pointer: the point, its count, and what one orbit more tells, when the pointer rests; and how far
// the view is from where doubles end.
import { formatComplex, type ViewScene } from 'mandoline';
import { computeAside } from './aside.js';
import { type Camera, type Point, type Size, shortPointAt } from './camera.js';
import { element } from './elements.js';

const pause = 40;
const channels = ['smooth', 'distance', 'period'] as const;

export function makeInspector(root: HTMLElement) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Of what was asked last: what comes late is of a point where the pointer is no more. */
  let asked = 0;
  const put = (id: string, text: string) => {
    const cell = element(id, HTMLElement);
    if (cell.textContent !== text) cell.textContent = text;
  };
  function tell(count: string, smooth: string, distance: string, period: string): void {
    put('count', count);
    put('smooth', smooth);
    put('distance', distance);
    put('period', period);
  }

  async function ask(scene: ViewScene, [re, im]: Point, spacing: number): Promise<void> {
    const mine = ++asked;
    const view = { center: [String(re), String(im)] as const, width: spacing, columns: 1, rows: 1 };
    const told = await computeAside({ ...scene, view }, channels).catch(() => undefined);
    if (mine !== asked) return;
    if (!told?.channels) return tell('takes too long', '—', '—', '—');
    const count = told.counts[0]!;
    const [smooth, distance, period] = channels.map((name) => told.channels![name]![0]!);
    const isInside = count === scene.iterations;
    tell(
      isInside ? `${count}, all` : String(count),
      isInside ? '—' : smooth!.toFixed(4),
      isInside || !(distance! > 0) ? '—' : (distance! * spacing).toPrecision(4),
      period! > 0 ? String(period) : '—',
    );
  }

  return {
    /** The tier, and digits that tell a pixel from the next: doubles have about 16. */
    show(camera: Camera, size: Size): void {
      const spacing = camera.width / size.width;
      const largest = Math.max(Math.hypot(camera.re, camera.im), camera.width, 1e-300);
      const left = Math.floor(Math.log10(spacing / (largest * 2 ** -53)));
      put('digits', left <= 0 ? 'doubles end here' : `double, ${left} digits left`);
      root.classList.toggle('at-limit', left <= 1);
    },
    hover(scene: ViewScene, camera: Camera, size: Size, place: Point | undefined): void {
      clearTimeout(timer);
      if (!place) return;
      const point = shortPointAt(camera, size, place);
      put('at', formatComplex(point));
      timer = setTimeout(() => void ask(scene, point, camera.width / size.width), pause);
    },
  };
}
