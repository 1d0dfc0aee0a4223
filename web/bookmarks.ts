// Bookmarked views, each with a name and a thumbnail. They are stored in this browser only. The last bookmark that was
// removed can be restored.
import type { ViewScene } from 'mandoline';
import { addressOf } from './address.js';
import { button, element, say } from './elements.js';
import { keep, onChange, readList } from './kept.js';

interface Bookmark {
  readonly address: string;
  /** A thumbnail: JPEG as a data URL. */
  readonly picture: string;
  /** The reader's name for it; at first the page's title. */
  readonly name?: string;
}

const key = 'mandoline-bookmarks';
const [most, longestName] = [60, 80];
const [width, height] = [96, 64];

const isBookmark = (each: unknown): each is Bookmark => {
  const { address, picture } = (each ?? {}) as Partial<Bookmark>;
  return /^#/.test(String(address)) && /^data:image\/jpeg;base64,[\w+/=]+$/.test(String(picture));
};

const without = (all: readonly Bookmark[], address: string): readonly Bookmark[] =>
  all.filter((each) => each.address !== address);

export function makeBookmarks(scene: () => ViewScene, picture: HTMLCanvasElement): void {
  const list = element('bookmarks', HTMLDetailsElement).querySelector('ul')!;
  const problem = element('bookmark-error', HTMLParagraphElement);
  const undo = button('undo-bookmark');
  let removed: { readonly bookmark: Bookmark; readonly at: number } | undefined;

  const kept = () => readList(key, isBookmark);

  /** Changes the stored bookmarks, which another tab may have changed since they were shown. */
  function store(next: (all: readonly Bookmark[]) => readonly Bookmark[]): void {
    const isKept = keep(key, JSON.stringify(next(kept()).slice(0, most)));
    say(
      problem,
      isKept ? '' : 'Not saved: this browser does not store data for this page, or has no room for more.',
    );
  }
  function change(next: (all: readonly Bookmark[]) => readonly Bookmark[]): void {
    store(next);
    show();
  }

  function show(): void {
    undo.hidden = !removed;
    list.replaceChildren(
      ...kept().map((bookmark, i) => {
        const [item, link, image, remove, field] = [
          document.createElement('li'),
          document.createElement('a'),
          document.createElement('img'),
          document.createElement('button'),
          document.createElement('input'),
        ];
        const name = bookmark.name ?? `View ${i + 1}`;
        link.href = bookmark.address;
        Object.assign(image, { src: bookmark.picture, width, height, alt: name });
        Object.assign(remove, { type: 'button', textContent: '×' });
        remove.setAttribute('aria-label', `Forget ${name}`);
        remove.addEventListener('click', () => {
          // Its name may have changed since.
          removed = {
            bookmark: kept().find(({ address }) => address === bookmark.address) ?? bookmark,
            at: i,
          };
          change((now) => without(now, bookmark.address));
        });
        Object.assign(field, {
          type: 'text',
          value: name,
          maxLength: longestName,
          ariaLabel: `Name of ${name}`,
        });
        // The list stays: a new one would lose the click that took the focus from the field.
        field.addEventListener('change', () =>
          store((now) =>
            now.map((each) => (each.address === bookmark.address ? { ...each, name: field.value } : each)),
          ),
        );
        link.append(image);
        item.append(link, remove, field);
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
    const made = {
      address: addressOf(scene()),
      picture: small.toDataURL('image/jpeg', 0.8),
      name: nameOf(document.title),
    };
    change((now) => [made, ...without(now, made.address)]);
  });
  undo.addEventListener('click', () => {
    if (!removed) return;
    const { bookmark, at } = removed;
    removed = undefined;
    change((now) => {
      const others = without(now, bookmark.address);
      return [...others.slice(0, at), bookmark, ...others.slice(at)];
    });
  });
  onChange(key, show);
  show();
}

/** The title without the page's name. */
const nameOf = (title: string): string => title.replace(/ – Mandoline$/, '');
