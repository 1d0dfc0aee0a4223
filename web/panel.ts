// The scene's panel: input becomes a scene, checked by the library's schema. Invalid fields are marked (fields.ts), and
// the picture stays.
import {
  type Coloring,
  colorings,
  FormulaError,
  formatComplex,
  gallery,
  paletteNames,
  parseComplex,
  parseScene,
  type Scale,
  SceneError,
  type SceneIssue,
  scales,
  type ViewScene,
} from 'mandoline';
import { fitted, nearestName } from './address.js';
import { makeDetails } from './details.js';
import { button, element, input, say, select, setOptions } from './elements.js';
import { forgetTyping, forgetWrong, isWrong, markRight, markWrong, put, watchTyping } from './fields.js';
import { makePalette } from './palette.js';

export interface PanelEvents {
  scene(): ViewScene;
  /** The user changed the scene to one that can be drawn. */
  change(scene: ViewScene): void;
  /** The user chose a bundled scene. */
  open(scene: ViewScene): void;
  /** Whether iterations follow the zoom. */
  automatic(isOn: boolean): void;
  /** The user wants more iterations. */
  moreDetail(): void;
}

/** The message for a user's error: with the position for a formula, otherwise with the value given. */
function sentenceOf({ given, accepted, cause }: SceneIssue): string {
  if (cause instanceof FormulaError) return `${cause.pointer}\n${cause.message}`;
  // A number field does not reveal invalid text.
  return ['NaN', 'undefined'].includes(given) ? accepted : `${given}: ${accepted}`;
}

/** Values beyond this range can be typed. */
const rangeOfParameter = { type: 'range', min: '-5', max: '5', step: '0.01' } as const;

export function makePanel({ scene, change, open, automatic, moreDetail }: PanelEvents) {
  const bundled = select('bundled');
  setOptions(bundled, ['—', ...Object.keys(gallery)]);
  setOptions(select('coloring'), colorings);
  setOptions(select('scale'), scales);
  const root = element('scene', HTMLElement);
  watchTyping(root);
  const sceneError = element('scene-error', HTMLParagraphElement);
  const palette = makePalette({ scene, change: (changes) => tryChange(changes) });
  const details = makeDetails(scene, (changes, field) => tryChange(changes, field));

  /** Applies changes; undefined removes a key. Errors are shown at the field, if the changes come from one. */
  function tryChange(changes: Partial<Record<keyof ViewScene, unknown>>, field?: HTMLElement): void {
    const merged = Object.entries({ ...scene(), ...changes }).filter(([, value]) => value !== undefined);
    say(sceneError, '');
    try {
      const checked = parseScene(Object.fromEntries(merged));
      if (!paletteNames.includes(checked.palette as string) && typeof checked.palette === 'string') return;
      if (field) markRight(field);
      change(checked as ViewScene);
    } catch (error) {
      if (!(error instanceof SceneError)) throw error;
      const sentence = sentenceOf(error.issues[0]!);
      if (field) markWrong(field, sentence);
      else say(sceneError, sentence);
    }
  }

  /** Parses a number, `p` or a complex number. */
  const pointOf = (text: string) => (text.trim() === 'p' ? 'p' : (parseComplex(text.trim()) ?? text));
  const onInput = (id: string, action: (field: HTMLInputElement) => void) =>
    input(id).addEventListener('input', () => action(input(id)));

  bundled.addEventListener('change', () => {
    const { columns, rows } = scene().view;
    const found = gallery[bundled.value];
    if (found) open(fitted(found.scene, columns, rows));
  });
  onInput('formula', (field) => tryChange({ formula: field.value }, field));
  onInput('c', (field) => tryChange({ c: pointOf(field.value) }, field));
  onInput('z0', (field) => tryChange({ z0: pointOf(field.value) }, field));
  for (const id of ['c-re', 'c-im'])
    onInput(id, () => {
      markRight(input('c'));
      tryChange({ c: [input('c-re').valueAsNumber, input('c-im').valueAsNumber] });
    });
  onInput('iterations', (field) => {
    setAutomatic(false);
    tryChange({ iterations: field.valueAsNumber }, field);
  });
  input('automatic').addEventListener('change', () => automatic(input('automatic').checked));
  const escapeOf = (changed: HTMLElement) => {
    const kind = select('escape').value;
    const { escape } = scene();
    const before: { converged?: number; bailout?: number | undefined } =
      typeof escape === 'object' ? escape : {};
    // An invalid value in the other field is ignored.
    const valueOf = (id: string, otherwise: number | undefined) =>
      input(id) !== changed && isWrong(input(id)) ? otherwise : input(id).valueAsNumber;
    const radius = valueOf('radius', before.converged);
    if (kind === 'overflow') return kind;
    if (kind === 'radius') return radius;
    const bailout = valueOf('bailout', before.bailout);
    const { value, validity } = input('bailout');
    const hasBailout = bailout !== undefined && (value !== '' || validity.badInput);
    return { converged: radius, ...(hasBailout && { bailout }) };
  };
  select('escape').addEventListener('change', () => {
    // A distance to come within makes no sense as a radius to exceed, and vice versa.
    for (const id of ['radius', 'bailout']) markRight(input(id));
    input('radius').value = select('escape').value === 'radius' ? '2' : '0.000001';
    input('bailout').value = '';
    tryChange({ escape: escapeOf(select('escape')) }, select('escape'));
  });
  for (const id of ['radius', 'bailout'])
    onInput(id, (field) => tryChange({ escape: escapeOf(field) }, field));
  select('coloring').addEventListener('change', () =>
    tryChange({ coloring: select('coloring').value as Coloring }),
  );
  select('scale').addEventListener('change', () => tryChange({ scale: select('scale').value as Scale }));
  onInput('density', ({ valueAsNumber }) =>
    tryChange({ density: Math.round(2 ** valueAsNumber * 100) / 100 }),
  );
  button('more-detail').addEventListener('click', moreDetail);

  function setAutomatic(isOn: boolean): void {
    input('automatic').checked = isOn;
    automatic(isOn);
  }

  /** Shows a field for each named parameter of the formula, with sliders for its parts. */
  function showParameters(parameters: ViewScene['parameters'] = {}): void {
    const [fields, names] = [element('parameters', HTMLDivElement), Object.keys(parameters)];
    if (fields.dataset.names !== names.join()) {
      fields.dataset.names = names.join();
      fields.replaceChildren(...names.flatMap(parameterFields));
    }
    for (const field of fields.querySelectorAll('input')) {
      const [re, im] = parameters[field.name]!;
      put(
        field,
        field.type === 'text' ? formatComplex([re, im]) : String(field.dataset.part === 're' ? re : im),
      );
    }
  }

  function parameterFields(name: string): HTMLElement[] {
    const set = (value: unknown, field?: HTMLElement) =>
      tryChange({ parameters: { ...scene().parameters, [name]: value } }, field);
    const made = (text: string, attributes: Partial<HTMLInputElement>) => {
      const [label, field] = [document.createElement('label'), document.createElement('input')];
      Object.assign(field, { name, ...attributes });
      label.append(`${text} `, field);
      return [label, field] as const;
    };
    const [label, typed] = made(name, {
      id: `parameter-${name}`,
      type: 'text',
      spellcheck: false,
      autocomplete: 'off',
    });
    typed.addEventListener('input', () => set(parseComplex(typed.value) ?? typed.value, typed));
    const sliders = (['re', 'im'] as const).map((part) => {
      const [slider, field] = made(part === 're' ? `Re ${name}` : `Im ${name}`, rangeOfParameter);
      field.dataset.part = part;
      field.addEventListener('input', () => {
        const [re, im] = scene().parameters![name]!;
        markRight(typed);
        set(part === 're' ? [field.valueAsNumber, im] : [re, field.valueAsNumber]);
      });
      return slider;
    });
    const row = document.createElement('div');
    row.className = 'row';
    row.append(...sliders);
    return [label, row];
  }

  return {
    /** Lets the next values shown replace typed text; invalid fields are kept unless `isOther`. */
    forget(isOther: boolean): void {
      forgetTyping(root);
      if (isOther) forgetWrong(root);
    },
    /** Shows a scene; leaves invalid fields and the field being edited unchanged. */
    show(given: ViewScene, isAutomatic: boolean): void {
      const { formula, c, z0, iterations, escape, coloring, scale, density = 1 } = given;
      put(input('formula'), formula);
      put(input('c'), c === 'p' ? 'p' : formatComplex(c));
      put(input('z0'), z0 === 'p' ? 'p' : formatComplex(z0));
      element('scrub', HTMLDivElement).hidden = c === 'p';
      if (c !== 'p') for (const [i, id] of ['c-re', 'c-im'].entries()) put(input(id), String(c[i]));
      put(input('iterations'), String(iterations));
      input('automatic').checked = isAutomatic;
      const kind = escape === 'overflow' ? escape : typeof escape === 'number' ? 'radius' : 'converged';
      select('escape').value = kind;
      element('radius-label', HTMLLabelElement).hidden = kind === 'overflow';
      element('radius-name', HTMLSpanElement).textContent = kind === 'radius' ? 'Radius' : 'Distance';
      element('bailout-label', HTMLLabelElement).hidden = kind !== 'converged';
      if (typeof escape === 'number') put(input('radius'), String(escape));
      else if (escape !== 'overflow') {
        put(input('radius'), String(escape.converged));
        put(input('bailout'), String(escape.bailout ?? ''));
      }
      select('coloring').value = coloring ?? (kind === 'converged' && c !== 'p' ? 'basin' : 'count');
      select('scale').value = scale ?? 'logarithm';
      put(input('density'), String(Math.log2(density)));
      showParameters(given.parameters);
      palette.show();
      details.show(given);
      bundled.value = nearestName(given);
    },
  };
}
