// A scene's less used values: position as numbers, rotation, samples, light, trap and inside colour. The fields are in
// index.html; typed text becomes changes to the scene, which panel.ts checks.
import type { Trap, ViewScene } from 'mandoline';
import { element, input, select } from './elements.js';
import { markRight, put } from './fields.js';

type Changes = Partial<Record<keyof ViewScene, unknown>>;

/** Numbers separated by commas or spaces. */
const numbersOf = (text: string): number[] =>
  text
    .trim()
    .split(/[\s,]+/)
    .map(Number);

/** `change` receives the changes and the field that they come from. */
export function makeDetails(scene: () => ViewScene, change: (changes: Changes, field: HTMLElement) => void) {
  const on = (id: string, changes: () => Changes) => {
    const field = element(id, HTMLElement);
    field.addEventListener('input', () => change(changes(), field));
  };
  const view = (changes: object) => ({ view: { ...scene().view, ...changes } });
  const center = (id: 're' | 'im') => {
    const [re, im] = scene().view.center;
    const typed = input(id).value.trim();
    return view({ center: id === 're' ? [typed, im] : [re, typed] });
  };

  on('re', () => center('re'));
  on('im', () => center('im'));
  on('width', () => view({ width: input('width').valueAsNumber }));
  on('turn', () => {
    const { rotation: _, ...straight } = scene().view;
    const rotation = input('turn').valueAsNumber;
    return { view: rotation === 0 ? straight : { ...straight, rotation } };
  });
  on('samples', () => {
    const { samples: _, ...automatic } = scene().view;
    const chosen = select('samples').value;
    return { view: chosen === '' ? automatic : { ...automatic, samples: Number(chosen) } };
  });
  on('inside', () => ({ inside: input('inside').value }));
  const light = () => ({
    light: { direction: input('light-direction').valueAsNumber, height: input('light-height').valueAsNumber },
  });
  on('light-direction', light);
  on('light-height', light);
  const trap = () => ({ trap: { [select('trap').value]: numbersOf(input('trap-at').value) } });
  on('trap-at', trap);
  on('trap', () => {
    markRight(input('trap-at'));
    input('trap-at').value = select('trap').value === 'point' ? '0, 0' : '0, 0, 0.5';
    return trap();
  });

  return {
    show({ view, inside, light, trap, coloring }: ViewScene): void {
      put(input('re'), view.center[0]);
      put(input('im'), view.center[1]);
      put(input('width'), String(view.width));
      put(input('turn'), String(view.rotation ?? 0));
      select('samples').value = String(view.samples ?? '');
      input('inside').value = inside?.length === 7 ? inside : '#000000';
      element('light', HTMLDivElement).hidden = coloring !== 'slope';
      put(input('light-direction'), String(light?.direction ?? 135));
      put(input('light-height'), String(light?.height ?? 45));
      element('trapping', HTMLDivElement).hidden = coloring !== 'trap';
      const [kind, at] = Object.entries((trap ?? { point: [0, 0] }) as Trap)[0]!;
      select('trap').value = kind;
      put(input('trap-at'), at.join(', '));
    },
  };
}
