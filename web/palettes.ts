// The palettes to pick from: the library's by name, and those that the reader keeps in this browser.
import { paletteColors, paletteNames, type ViewScene } from 'mandoline';
import { button, element, say } from './elements.js';
import { hexOf } from './gradient.js';
import { keep, onChange, readList } from './kept.js';

export interface PalettesEvents {
  scene(): ViewScene;
  change(changes: Partial<ViewScene>): void;
}

type Palette = ViewScene['palette'];

const key = 'mandoline-palettes';
const mostKept = 24;

/** A palette's colours, at most this many: without the black that some end in. */
export function someColors(palette: Palette, most: number): readonly string[] {
  if (typeof palette !== 'string') return palette;
  const bytes = paletteColors(palette, most, false);
  return Array.from({ length: most }, (_, i) => hexOf(bytes.subarray(3 * i, 3 * i + 3)));
}

const background = (palette: Palette): string =>
  `linear-gradient(to right in oklab, ${someColors(palette, 12).join(', ')})`;

const isPalette = (each: unknown): each is readonly string[] =>
  Array.isArray(each) && each.length > 1 && each.every((color) => /^#[0-9a-f]{3,6}$/i.test(color));
/** The palettes kept in this browser. */
const kept = () => readList(key, isPalette);

export function makePalettes({ scene, change }: PalettesEvents) {
  const root = element('palettes', HTMLFieldSetElement);
  const problem = element('palette-error', HTMLParagraphElement);
  const keeper = button('keep-palette');

  function option(palette: Palette, name: string): HTMLLabelElement {
    const [label, field, strip] = [
      document.createElement('label'),
      document.createElement('input'),
      document.createElement('span'),
    ];
    Object.assign(field, { type: 'radio', name: 'palette', value: String(palette), ariaLabel: name });
    field.addEventListener('change', () => change({ palette }));
    label.title = name;
    strip.style.backgroundImage = background(palette);
    label.append(field, strip);
    return label;
  }

  function list(): void {
    root.replaceChildren(
      ...paletteNames.map((name) => option(name, name)),
      ...kept().map((palette, i) => option(palette, `Kept palette ${i + 1}`)),
    );
  }

  const isKept = () => kept().some((each) => String(each) === String(scene().palette));

  function show(): void {
    const chosen = String(scene().palette);
    for (const field of root.querySelectorAll('input')) field.checked = field.value === chosen;
    keeper.disabled = typeof scene().palette === 'string';
    keeper.textContent = isKept() ? 'Forget' : 'Keep';
  }

  keeper.addEventListener('click', () => {
    const palette = scene().palette as readonly string[];
    const others = kept().filter((each) => String(each) !== String(palette));
    const next = isKept() ? others : [palette, ...others].slice(0, mostKept);
    const isDone = keep(key, JSON.stringify(next));
    say(
      problem,
      isDone ? '' : 'Not kept: this browser does not store data for this page, or has no room for more.',
    );
    list();
    show();
  });
  onChange(key, () => {
    list();
    show();
  });
  list();
  return { show };
}
