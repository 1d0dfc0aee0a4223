// Opens files that are dropped on the page or chosen: scenes in every format that the library reads, and palettes.
import { PaletteError, PictureError, type Scene, SceneError } from 'mandoline';
import { withPalette } from './address.js';
import { button, input } from './elements.js';

export interface OpenEvents {
  scene(scene: Scene): void;
  palette(colors: readonly string[]): void;
  fail(sentence: string): void;
}

/** Bytes: pictures may be large, texts are not. */
const [largestPicture, largestText] = [2 ** 29, 2 ** 22];
/** Includes kinds that cannot be read: their error says what to do instead. */
const isPalette = (name: string): boolean => /\.(map|ugr|ggr|pal|cs|ucl)$/i.test(name);
const isText = (name: string): boolean => /\.(json|kfr|toml)$/i.test(name) || isPalette(name);

export function takeFiles({ scene, palette, fail }: OpenEvents): void {
  async function open(file: File): Promise<void> {
    try {
      const limit = isText(file.name) ? largestText : largestPicture;
      if (file.size > limit) throw new PictureError(`is larger than ${limit / 2 ** 20} MB`);
      const bytes = new Uint8Array(await file.arrayBuffer());
      const { readGradient, readScene } = await import('./readers.js');
      if (isPalette(file.name)) palette(readGradient(file.name, bytes));
      else scene(withPalette(await readScene(file.name, bytes)));
    } catch (error) {
      fail(`${file.name}: ${sentenceOf(error, file.name)}`);
    }
  }

  const { classList } = document.body;
  const hasFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
  addEventListener('dragover', (event) => {
    event.preventDefault();
    classList.toggle('is-dropping', hasFile(event));
  });
  addEventListener('dragleave', ({ relatedTarget }) => {
    // Moving from one element to another, the pointer is still over the page.
    if (!relatedTarget) classList.remove('is-dropping');
  });
  addEventListener('drop', (event) => {
    event.preventDefault();
    classList.remove('is-dropping');
    const file = event.dataTransfer?.files[0];
    if (file) void open(file);
  });
  const chooser = input('file');
  button('open-file').addEventListener('click', () => chooser.click());
  chooser.addEventListener('change', () => {
    const [file] = chooser.files ?? [];
    if (file) void open(file);
    // Allows choosing the same file again.
    chooser.value = '';
  });
}

/** The panel's names for parts of a scene. */
const names: Readonly<Record<string, string>> = {
  formula: 'Step',
  z0: 'z₀',
  iterations: 'Iterations',
  escape: 'Escape',
  palette: 'Palette',
  'view.center.0': 'Re',
  'view.center.1': 'Im',
  'view.width': 'Width',
  'view.rotation': 'Turn',
};

function sentenceOf(error: unknown, name: string): string {
  if (error instanceof SceneError) {
    const { path, given, accepted } = error.issues[0]!;
    return `${names[path] ?? path} ${given}: ${accepted}`.trim();
  }
  if (error instanceof PictureError || error instanceof PaletteError) {
    if (isText(name) || /\.png$/i.test(name)) return error.message;
    return 'is not a file with a scene (.png, .json, .kfr, .toml) or a palette (.map, .ugr, .ggr, .pal)';
  }
  return 'cannot be read';
}
