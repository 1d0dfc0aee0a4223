// The orbit of the point under the pointer, drawn over the picture: a line from z to z, and a ring around each point of its
// cycle. In a parameter plane the orbit is of another plane than the picture; both have the same numbers.
import { orbitOf, type ViewScene } from 'mandoline';
import { type Camera, type Point, placeOf, type Size } from './camera.js';
import { button, canvas } from './elements.js';

/** Steps drawn, and the longest cycle that is looked for in them. */
const [most, longest] = [400, 100];
/** Distance, of |z|, within which a cycle has closed. */
const closed = 1e-6;

/** The number of points in the cycle that an orbit has come to; 0 if it has come to none. */
export function periodOf(orbit: readonly Point[]): number {
  const [x, y] = orbit.at(-1)!;
  const within = closed * Math.max(1, Math.hypot(x, y));
  for (let period = 1; period <= Math.min(longest, orbit.length - 1); period++) {
    const [u, v] = orbit.at(-1 - period)!;
    if (Math.hypot(x - u, y - v) < within) return period;
  }
  return 0;
}

export interface OrbitEvents {
  scene(): ViewScene;
  camera(): Camera;
  size(): Size;
}

export function makeOrbit({ scene, camera, size }: OrbitEvents) {
  const layer = canvas('orbit');
  const toggle = button('toggle-orbit');
  let isOn = false;
  let at: Point | undefined;

  function draw(): void {
    layer.hidden = !isOn || !at || scene().arithmetic === 'exact';
    if (layer.hidden) return;
    const { width, height } = size();
    const orbit = orbitOf(scene(), at!, most).filter((z) => z.every(Number.isFinite));
    const places = orbit.map((z) => placeOf(camera(), size(), z).map(bounded) as unknown as Point);
    const period = orbit.length > Math.min(most, scene().iterations) ? periodOf(orbit) : 0;
    Object.assign(layer.dataset, { period, steps: orbit.length - 1 });
    const ratio = Math.min(2, devicePixelRatio || 1);
    [layer.width, layer.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    const pen = layer.getContext('2d')!;
    pen.scale(ratio, ratio);
    pen.lineJoin = 'round';
    // White on black is seen on every palette.
    for (const [line, ring, color] of [
      [3, 4, 'rgb(0 0 0 / 0.6)'],
      [1.2, 2, '#fff'],
    ] as const) {
      [pen.lineWidth, pen.strokeStyle] = [line, color];
      pen.beginPath();
      for (const [x, y] of places) pen.lineTo(x, y);
      pen.stroke();
      pen.lineWidth = ring;
      for (const [x, y] of period > 0 ? places.slice(-period) : places.slice(0, 1)) {
        pen.beginPath();
        pen.arc(x, y, 5, 0, 2 * Math.PI);
        pen.stroke();
      }
    }
  }

  function switchOver(): void {
    isOn = !isOn;
    toggle.ariaPressed = String(isOn);
    draw();
  }
  toggle.addEventListener('click', switchOver);

  return {
    toggle: switchOver,
    /** The view has changed. */
    draw,
    /** The pointer is at another point. */
    point(point: Point | undefined): void {
      at = point;
      draw();
    },
  };
}

/** Canvases draw nothing of a line whose ends are too far away. */
const bounded = (place: number): number => Math.min(1e5, Math.max(-1e5, place));
