// The gallery: a thumbnail of every bundled scene, which a worker draws when the gallery is first opened, and a random
// place.
import { channelsOf, gallery, inPixels, paint, paletteNames, parseScene, type ViewScene } from 'mandoline';
import { fitted } from './address.js';
import { computeAside } from './aside.js';
import { button, element } from './elements.js';
import { drawImage } from './pixels.js';

export interface GalleryEvents {
  pixels(): readonly [columns: number, rows: number];
  open(scene: ViewScene): void;
}

const [width, height] = [112, 84];

/** A bundled scene with few pixels, and its numbers. */
async function small(name: string) {
  const scene = parseScene(inPixels(gallery[name]!.scene, width, height)) as ViewScene;
  return { scene, field: await computeAside(scene, channelsOf(scene)) };
}

/**
 * A part of a bundled scene around a point that escapes late: where much is to be seen. `random` has numbers from 0 to 1,
 * like Math.random.
 */
export async function surprise(random: () => number): Promise<ViewScene> {
  const any = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
  const { scene, field } = await small(any(Object.keys(gallery).filter((name) => name !== 'lesson')));
  const { counts } = field;
  const outside = [...counts.keys()].filter((i) => counts[i]! < scene.iterations);
  const late = outside.sort((one, other) => counts[other]! - counts[one]!).slice(0, 60);
  const { view } = scene;
  const spacing = Number(view.width) / width;
  const at = late.length > 0 ? any(late) : Math.floor(counts.length / 2);
  // A bundled scene that is turned is not cut.
  const [x, y] = view.rotation ? [0, 0] : [(at % width) - width / 2, height / 2 - Math.floor(at / width)];
  const center = [Number(view.center[0]) + x * spacing, Number(view.center[1]) + y * spacing].map(String);
  return {
    ...scene,
    iterations: 2 * scene.iterations,
    palette: any(paletteNames),
    view: { ...view, center: center as [string, string], width: Number(view.width) / (3 + 12 * random()) },
  };
}

export function makeGallery({ pixels, open }: GalleryEvents): void {
  const dialog = element('gallery', HTMLDialogElement);
  const list = dialog.querySelector('ul')!;

  function choose(scene: ViewScene): void {
    dialog.close();
    open(fitted(scene, ...pixels()));
  }

  async function fill(): Promise<void> {
    const pictures = Object.entries(gallery).map(([name, { summary }]) => {
      const [item, choice, picture, text] = [
        document.createElement('li'),
        document.createElement('button'),
        document.createElement('canvas'),
        document.createElement('span'),
      ];
      choice.type = 'button';
      choice.title = summary;
      [picture.width, picture.height] = [width, height];
      text.className = 'caption';
      text.textContent = name;
      choice.append(picture, text);
      choice.addEventListener('click', () => choose(gallery[name]!.scene as ViewScene));
      item.append(choice);
      return { name, item, picture };
    });
    list.replaceChildren(...pictures.map(({ item }) => item));
    for (const { name, picture } of pictures) {
      const drawn = await small(name).catch(() => undefined);
      if (drawn) await drawImage(await paint(drawn.field, drawn.scene), picture);
      picture.dataset.drawn = String(drawn !== undefined);
    }
  }

  button('open-gallery').addEventListener('click', () => {
    dialog.showModal();
    if (list.childElementCount === 0) void fill();
  });
  button('surprise').addEventListener('click', async () => {
    // A busy machine may take too long for it.
    const found = await surprise(Math.random).catch(() => gallery.seahorse!.scene as ViewScene);
    choose(found);
  });
}
