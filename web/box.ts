// Box zoom: with Shift, a mouse or a pen draws a rectangle, which then fills the page. Drags without Shift, and fingers, are
// left to gestures.ts.
import { type Camera, moved, type Point, type Size, zoomed } from './camera.js';
import { element } from './elements.js';
import { placeIn } from './gestures.js';

export interface BoxEvents {
  camera(): Camera;
  size(): Size;
  look(camera: Camera, isMoving: boolean): void;
}

/** Pixels along each side below which a rectangle is a click. */
const least = 5;

/** The camera that shows the whole rectangle between two corners as large as it fits, turned as before. */
export function boxed(camera: Camera, size: Size, [x1, y1]: Point, [x2, y2]: Point): Camera {
  const center: Point = [size.width / 2, size.height / 2];
  const middle: Point = [(x1 + x2) / 2, (y1 + y2) / 2];
  const factor = Math.min(size.width / Math.abs(x2 - x1), size.height / Math.abs(y2 - y1));
  return zoomed(moved(camera, size, middle, center), size, center, factor);
}

export function makeBox({ camera, size, look }: BoxEvents): void {
  const stage = element('stage', HTMLElement);
  const box = document.createElement('div');
  box.id = 'box';
  box.hidden = true;
  stage.append(box);
  let corners: readonly [from: Point, to: Point] | undefined;
  let pointerId = 0;

  function draw(): void {
    const [[x1, y1], [x2, y2]] = corners ?? [
      [0, 0],
      [0, 0],
    ];
    const [width, height] = [Math.abs(x2 - x1), Math.abs(y2 - y1)];
    box.hidden = Math.min(width, height) < least;
    Object.assign(box.style, {
      left: `${Math.min(x1, x2)}px`,
      top: `${Math.min(y1, y2)}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
  }

  /** Ends the drag for gestures.ts, too, which then takes it for no click. The listener below removes the rectangle. */
  function end(event: Event): void {
    event.stopImmediatePropagation();
    stage.dispatchEvent(new PointerEvent('pointercancel', { pointerId }));
  }

  // While capturing: before the listeners of gestures.ts.
  const listen = (type: string, action: (event: PointerEvent) => void) =>
    stage.addEventListener(type, (event) => action(event as PointerEvent), { capture: true });
  listen('pointerdown', (event) => {
    if (event.button !== 0 || !event.shiftKey || event.pointerType === 'touch') return;
    corners = [placeIn(stage, event), placeIn(stage, event)];
    pointerId = event.pointerId;
  });
  listen('pointermove', (event) => {
    if (!corners) return;
    corners = [corners[0], placeIn(stage, event)];
    event.stopImmediatePropagation();
    draw();
  });
  listen('pointerup', (event) => {
    if (!corners) return;
    const [from, to] = corners;
    // Without a rectangle this is a click.
    if (box.hidden) corners = undefined;
    else {
      end(event);
      look(boxed(camera(), size(), from, to), false);
    }
  });
  listen('pointercancel', () => {
    corners = undefined;
    draw();
  });
  addEventListener(
    'keydown',
    (event) => {
      // Neither the computation nor a panel is meant.
      if (event.key === 'Escape' && !box.hidden) end(event);
    },
    { capture: true },
  );
}
