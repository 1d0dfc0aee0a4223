// Views that are kept in this browser, each with a small picture; nothing of them goes anywhere else.
import type { ViewScene } from 'mandoline';
import { addressOf } from './address.js';
import { button, element } from './elements.js';

interface Bookmark {
  readonly address: string;
  /** A small JPEG as a data address. */
  readonly picture: string;
}

const key = 'mandoline-bookmarks';
const most = 60;
const [width, height] = [96, 64];

export function makeBookmarks(scene: () => ViewScene, picture: HTMLCanvasElement): void {
  const list = element('bookmarks', HTMLDetailsElement).querySelector('ul')!;

  function kept(): readonly Bookmark[] {
    try {
      const all: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
      return (Array.isArray(all) ? all : []).filter(
        (each): each is Bookmark =>
          /^#/.test(each?.address) && /^data:image\/jpeg;base64,[\w+/=]+$/.test(each?.picture),
      );
    } catch {
      return [];
    }
  }

  function keep(all: readonly Bookmark[]): void {
    localStorage.setItem(key, JSON.stringify(all.slice(0, most)));
    show();
  }

  function show(): void {
    list.replaceChildren(
      ...kept().map((bookmark, i, all) => {
        const [item, link, image, remove] = [
          document.createElement('li'),
          document.createElement('a'),
          document.createElement('img'),
          document.createElement('button'),
        ];
        link.href = bookmark.address;
        Object.assign(image, { src: bookmark.picture, width, height, alt: `View ${i + 1}` });
        Object.assign(remove, { type: 'button', textContent: '×' });
        remove.setAttribute('aria-label', `Forget view ${i + 1}`);
        remove.addEventListener('click', () => keep(all.filter((_, other) => other !== i)));
        link.append(image);
        item.append(link, remove);
        return item;
      }),
    );
  }

  button('add-bookmark').addEventListener('click', () => {
    const small = document.createElement('canvas');
    [small.width, small.height] = [width, height];
    const side = Math.min(picture.width / width, picture.height / height);
    const [w, h] = [side * width, side * height];
    const [x, y] = [(picture.width - w) / 2, (picture.height - h) / 2];
    small.getContext('2d')!.drawImage(picture, x, y, w, h, 0, 0, width, height);
    keep([{ address: addressOf(scene()), picture: small.toDataURL('image/jpeg', 0.8) }, ...kept()]);
  });
  show();
}
