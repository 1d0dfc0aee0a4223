// The editor of a gradient: stops on a track, moved by pointer, finger and arrow keys, and added by pressing the track.
// The first and the last stop stay at the ends.
import { button, element } from './elements.js';
import { backgroundOf, colorAt, colorsOf, long, mostStops, type Stop, steps, stopsOf } from './gradient.js';

export function makeGradientEditor(change: (colors: readonly string[]) => void) {
  const root = element('gradient', HTMLFieldSetElement);
  const toggle = button('edit-palette');
  const [track, color, add, remove, reverse] = [
    document.createElement('div'),
    document.createElement('input'),
    ...['Add', 'Remove', 'Reverse'].map((text) => {
      const made = document.createElement('button');
      Object.assign(made, { type: 'button', textContent: text });
      return made;
    }),
  ] as [HTMLDivElement, HTMLInputElement, HTMLButtonElement, HTMLButtonElement, HTMLButtonElement];
  track.className = 'track';
  color.type = 'color';
  color.ariaLabel = 'Colour of the stop';
  const row = document.createElement('div');
  row.className = 'row buttons';
  row.append(color, add, remove, reverse);
  root.append(track, row);

  let stops: readonly Stop[] = [];
  let chosen = 0;

  const isEnd = (i: number) => i === 0 || i === stops.length - 1;

  /** Applies other stops; `at` is the one that is chosen next. */
  function set(next: readonly Stop[], at: number): void {
    [stops, chosen] = [next, at];
    draw();
    change(colorsOf(stops));
  }

  /** Moves the chosen stop, but not past its neighbours. */
  function move(to: number): void {
    if (isEnd(chosen)) return;
    const [before, after] = [stops[chosen - 1]!.at, stops[chosen + 1]!.at];
    const step = 1 / steps;
    const at = Math.min(after - step, Math.max(before + step, Math.round(to * steps) / steps));
    if (at <= before || at >= after || at === stops[chosen]!.at) return;
    set(
      stops.map((stop, i) => (i === chosen ? { ...stop, at } : stop)),
      chosen,
    );
  }

  /** Adds a stop, whose colour the gradient has there already. */
  function addAt(at: number): void {
    const place = Math.round(at * steps) / steps;
    const i = stops.findIndex((stop) => stop.at >= place);
    if (stops.length >= mostStops || i < 1 || stops[i]!.at === place) return;
    const made = { at: place, color: colorAt(stops, place) };
    set([...stops.slice(0, i), made, ...stops.slice(i)], i);
    track.querySelectorAll('button')[i]!.focus();
  }

  function removeChosen(): void {
    if (isEnd(chosen)) return;
    set(
      stops.filter((_, i) => i !== chosen),
      chosen - 1,
    );
    track.querySelectorAll('button')[chosen]!.focus();
  }

  const placeOf = ({ clientX }: PointerEvent): number => {
    const { left, width } = track.getBoundingClientRect();
    return (clientX - left) / width;
  };

  function handleOf(i: number): HTMLButtonElement {
    const handle = document.createElement('button');
    handle.type = 'button';
    handle.className = 'stop';
    handle.setAttribute('role', 'slider');
    handle.ariaValueMin = '0';
    handle.ariaValueMax = '100';
    handle.addEventListener('focus', () => choose(i));
    handle.addEventListener('pointerdown', (event) => {
      handle.setPointerCapture(event.pointerId);
      handle.focus();
    });
    handle.addEventListener('pointermove', (event) => {
      if (handle.hasPointerCapture(event.pointerId)) move(placeOf(event));
    });
    handle.addEventListener('keydown', (event) => {
      const { at } = stops[i]!;
      const to = { ArrowLeft: at - 1 / steps, ArrowRight: at + 1 / steps, Home: 0, End: 1 }[event.key];
      if (to !== undefined) move(to);
      else if (event.key === 'Delete' || event.key === 'Backspace') removeChosen();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return handle;
  }

  function choose(i: number): void {
    chosen = i;
    draw();
  }

  function draw(): void {
    const handles = [...track.querySelectorAll<HTMLButtonElement>('button')];
    while (handles.length > stops.length) handles.pop()!.remove();
    while (handles.length < stops.length) {
      const handle = handleOf(handles.length);
      handles.push(handle);
      track.append(handle);
    }
    track.style.backgroundImage = backgroundOf(stops);
    for (const [i, { at, color }] of stops.entries()) {
      const handle = handles[i]!;
      handle.style.left = `${100 * at}%`;
      handle.style.backgroundColor = color;
      handle.ariaLabel = `Stop ${i + 1} of ${stops.length}, ${color}`;
      handle.ariaValueNow = String(Math.round(100 * at));
      handle.classList.toggle('is-chosen', i === chosen);
    }
    color.value = stops[chosen]!.color;
    remove.disabled = isEnd(chosen);
    add.disabled = stops.length >= mostStops;
  }

  track.addEventListener('pointerdown', (event) => {
    if (event.target === track) addAt(placeOf(event));
  });
  color.addEventListener('input', () =>
    set(
      stops.map((stop, i) => (i === chosen ? { ...stop, color: color.value } : stop)),
      chosen,
    ),
  );
  add.addEventListener('click', () => {
    // Into the widest gap.
    const gaps = stops.slice(1).map((stop, i) => stop.at - stops[i]!.at);
    const widest = gaps.indexOf(Math.max(...gaps));
    addAt((stops[widest]!.at + stops[widest + 1]!.at) / 2);
  });
  remove.addEventListener('click', removeChosen);
  reverse.addEventListener('click', () =>
    set(stops.map(({ at, color }) => ({ at: 1 - at, color })).reverse(), stops.length - 1 - chosen),
  );
  toggle.addEventListener('click', () => {
    root.hidden = !root.hidden;
    toggle.ariaExpanded = String(!root.hidden);
  });

  return {
    /** Shows a palette's colours, within a tolerance; stops that have these colours already stay. */
    show(colors: readonly string[], tolerance: number): void {
      if (stops.length > 0 && colorsOf(stops).join() === colors.map(long).join()) return;
      stops = stopsOf(colors, tolerance);
      chosen = Math.min(chosen, stops.length - 1);
      draw();
    },
  };
}
