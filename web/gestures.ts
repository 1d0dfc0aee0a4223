// Translates pointer, wheel and key events on the picture into camera changes. main.ts applies them.
import { type Camera, moved, type Point, type Size, zoomed } from './camera.js';
import { Pinch } from './pinch.js';

export interface GestureEvents {
  camera(): Camera;
  size(): Size;
  /** The camera has changed; `isMoving` while more changes are likely at once. Each gesture has its own number. */
  look(camera: Camera, isMoving: boolean, gesture: number): void;
  /** The pointer's position; undefined once it has left the picture. */
  hover(place: Point | undefined): void;
  click(place: Point, isTouch: boolean): void;
  /** The last two clicks were a double click. */
  unclick(): void;
}

/** Pixels that a pointer may move in a click; farther is a drag. */
const stillness = 4;
/** Milliseconds without a wheel event after which the view has settled. */
const wheelPause = 180;

/** Where an event is in an element, in CSS pixels from its top left corner. */
export function placeIn(element: HTMLElement, { clientX, clientY }: MouseEvent): Point {
  const { left, top } = element.getBoundingClientRect();
  return [clientX - left, clientY - top];
}

export function listen(stage: HTMLElement, events: GestureEvents): void {
  const pointers = new Map<number, Point>();
  let pressed: Point | undefined;
  let isDrag = false;
  let pinch: Pinch | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let gesture = 0;
  let isWheel = false;

  const placeOf = (event: MouseEvent) => placeIn(stage, event);

  /** Settles after a pause, unless another change follows. */
  function lookFor(camera: Camera): void {
    events.look(camera, true, gesture);
    clearTimeout(timer);
    timer = setTimeout(() => events.look(events.camera(), false, gesture), wheelPause);
  }
  const begin = () => {
    gesture++;
    isWheel = false;
  };

  stage.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    stage.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, placeOf(event));
    pinch = pointers.size === 2 ? new Pinch(events.camera().rotation) : undefined;
    if (pointers.size > 1) isDrag = true;
    else {
      [pressed, isDrag] = [placeOf(event), false];
      begin();
    }
  });

  stage.addEventListener('pointermove', (event) => {
    const place = placeOf(event);
    const before = pointers.get(event.pointerId);
    const isFar = pressed && Math.hypot(place[0] - pressed[0], place[1] - pressed[1]) > stillness;
    if (before && isFar) isDrag = true;
    // During a drag, the point under the pointer does not change.
    if (event.pointerType === 'mouse' && !(before && isDrag)) events.hover(place);
    if (!before || !isDrag) return;
    const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, other]) => other);
    const other = others[0];
    const [camera, size] = [events.camera(), events.size()];
    clearTimeout(timer);
    events.look(
      other && pinch ? pinch.moved(camera, size, other, before, place) : moved(camera, size, before, place),
      true,
      gesture,
    );
    pointers.set(event.pointerId, place);
  });

  const release = (event: PointerEvent) => {
    if (!pointers.delete(event.pointerId)) return;
    pinch = undefined;
    if (pointers.size > 0) return;
    if (isDrag) events.look(events.camera(), false, gesture);
    else if (event.type === 'pointerup') events.click(placeOf(event), event.pointerType === 'touch');
  };
  stage.addEventListener('pointerup', release);
  stage.addEventListener('pointercancel', release);
  stage.addEventListener('pointerleave', (event) => {
    // Lifting a finger also fires this event, but its point stays.
    if (event.pointerType === 'mouse') events.hover(undefined);
  });

  stage.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      if (!isWheel) begin();
      isWheel = true;
      const factor = wheelFactor(event);
      lookFor(zoomed(events.camera(), events.size(), placeOf(event), factor));
    },
    { passive: false },
  );

  stage.addEventListener('dblclick', (event) => {
    clearTimeout(timer);
    begin();
    events.unclick();
    const factor = event.shiftKey ? 1 / 3 : 3;
    events.look(zoomed(events.camera(), events.size(), placeOf(event), factor), false, gesture);
  });

  addEventListener('keydown', (event) => {
    const { width, height } = events.size();
    const [camera, size] = [events.camera(), events.size()];
    const center: Point = [width / 2, height / 2];
    const step = event.shiftKey ? 0.5 : 0.12;
    const pan = (x: number, y: number) =>
      moved(camera, size, center, [center[0] - x * step * width, center[1] - y * step * width]);
    const cameras: Record<string, () => Camera> = {
      ArrowLeft: () => pan(-1, 0),
      ArrowRight: () => pan(1, 0),
      ArrowUp: () => pan(0, -1),
      ArrowDown: () => pan(0, 1),
      '+': () => zoomed(camera, size, center, 1.5),
      '=': () => zoomed(camera, size, center, 1.5),
      '-': () => zoomed(camera, size, center, 1 / 1.5),
      r: () => zoomed(camera, size, center, 1, 15),
      R: () => zoomed(camera, size, center, 1, -15),
    };
    const next = isForThePage(event) ? cameras[event.key] : undefined;
    if (!next) return;
    event.preventDefault();
    if (!event.repeat) begin();
    lookFor(next());
  });
}

/** The zoom factor of a wheel event. Browsers report a touchpad pinch as a wheel event with Ctrl. */
export function wheelFactor({ deltaY, deltaMode, ctrlKey }: WheelEvent): number {
  const pixels = deltaY * (deltaMode === 1 ? 16 : deltaMode === 2 ? 100 : 1);
  // A mouse wheel's notch is about 100 pixels; a touchpad reports smaller steps, more often.
  const isPinch = ctrlKey && Math.abs(pixels) < 50;
  return 2 ** (-Math.max(-300, Math.min(300, pixels)) / (isPinch ? 50 : 250));
}

/** Whether a key is meant for the picture, not for a field, an open dialog, a scrollable text or the browser. */
export function isForThePage({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey || document.querySelector('dialog[open]')) return false;
  // Escape stops the computation from anywhere.
  if (key === 'Escape') return true;
  const at = target instanceof Element ? target : document.body;
  if (at.matches('input:not([type=range], [type=checkbox], [type=color]), select')) return false;
  if (key === ' ') return !at.closest('button, summary, input, a, article');
  const isOwn = key.startsWith('Arrow') || key === 'Home';
  return !(isOwn && at.closest('input, [role=slider], article'));
}
