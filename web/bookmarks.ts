// Bookmarked views, each with a thumbnail. They are stored in this browser only.
import type { ViewScene } from 'mandoline';
import { addressOf } from './address.js';
import { button, element, say } from './elements.js';
import { keep, read } from './kept.js';

interface Bookmark {
  readonly address: string;
  /** A thumbnail: JPEG as a data URL. */
  readonly picture: string;
}

const key = 'mandoline-bookmarks';
const most = 60;
const [width, height] = [96, 64];

const without = (all: readonly Bookmark[], address: string): readonly Bookmark[] =>
  all.filter((each) => each.address !== address);

export function makeBookmarks(scene: () => ViewScene, picture: HTMLCanvasElement): void {
  const list = element('bookmarks', HTMLDetailsElement).querySelector('ul')!;
  const problem = element('bookmark-error', HTMLParagraphElement);

  function kept(): readonly Bookmark[] {
    try {
      const all: unknown = JSON.parse(read(key) ?? '[]');
      return (Array.isArray(all) ? all : []).filter(
        (each): each is Bookmark =>
          /^#/.test(each?.address) && /^data:image\/jpeg;base64,[\w+/=]+$/.test(each?.picture),
      );
    } catch {
      return [];
    }
  }

  /** Changes the stored bookmarks, which another tab may have changed since they were shown. */
  function change(next: (all: readonly Bookmark[]) => readonly Bookmark[]): void {
    const isKept = keep(key, JSON.stringify(next(kept()).slice(0, most)));
    say(
      problem,
      isKept ? '' : 'Not saved: this browser does not store data for this page, or has no room for more.',
    );
    show();
  }

  function show(): void {
    list.replaceChildren(
      ...kept().map((bookmark, i) => {
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
        remove.addEventListener('click', () => change((now) => without(now, bookmark.address)));
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
    const made = { address: addressOf(scene()), picture: small.toDataURL('image/jpeg', 0.8) };
    change((now) => [made, ...without(now, made.address)]);
  });
  // Another tab has changed the bookmarks or cleared the storage.
  addEventListener('storage', (event) => {
    if (event.key === key || event.key === null) show();
  });
  show();
}
