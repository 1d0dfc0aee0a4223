// The panels that the bar opens: which are open, how they share the space, and where the focus goes. On a narrow or low
// screen one is open at a time. Each panel's content has its own file.
import { button, element } from './elements.js';

const ids = ['scene', 'workers', 'julia', 'lesson'] as const;
export type PanelId = (typeof ids)[number];

/** Screens with room for one panel; style.css places them by the same widths. */
export const narrowScreen = () => matchMedia('(max-width: 1099px), (max-height: 559px)');

export interface PanelsEvents {
  /** Calls `action` once what panels contain is loaded. */
  ready(action: () => void): void;
  /** A panel was opened or closed. */
  changed(id: PanelId, isOpen: boolean): void;
}

export function makePanels({ ready, changed }: PanelsEvents) {
  const isNarrow = narrowScreen();
  /** The last one opened is the topmost. */
  let open: readonly PanelId[] = [];
  /** The element that had the focus before a key opened the panel. */
  const origins = new Map<PanelId, Element | null>();
  const opener = (id: PanelId) => button(`toggle-${id}`);

  function set(id: PanelId, isOpen: boolean): void {
    open = open.filter((other) => other !== id);
    if (isOpen) {
      if (isNarrow.matches) for (const other of open) close(other);
      open = [...open, id];
      // Makes the opened panel visible.
      document.body.classList.remove('bare');
    }
    element(id, HTMLElement).hidden = !isOpen;
    opener(id).setAttribute('aria-expanded', String(isOpen));
    // Neighbouring panels make room.
    document.body.classList.toggle(`with-${id}`, isOpen);
    changed(id, isOpen);
  }

  function close(id: PanelId): void {
    const held = element(id, HTMLElement).contains(document.activeElement);
    set(id, false);
    const origin = origins.get(id) ?? opener(id);
    origins.delete(id);
    if (held && origin instanceof HTMLElement) origin.focus();
  }

  /** Opens or closes a panel. A panel opened by a key takes the focus, so that the next Tab leads into it. */
  function toggle(id: PanelId, byKey: boolean): void {
    if (open.includes(id)) close(id);
    else if (!opener(id).hidden) ready(() => openPanel(id, byKey));
  }

  function openPanel(id: PanelId, byKey: boolean): void {
    const origin = document.activeElement;
    set(id, true);
    if (!byKey) return;
    origins.set(id, origin);
    element(id, HTMLElement).focus();
  }

  for (const id of ids) {
    // A click from the keyboard has detail 0.
    opener(id).addEventListener('click', ({ detail }) => toggle(id, detail === 0));
    element(id, HTMLElement)
      .querySelector('[data-close]')!
      .addEventListener('click', () => close(id));
  }
  isNarrow.addEventListener('change', () => {
    if (isNarrow.matches) for (const id of open.slice(0, -1)) close(id);
  });

  return {
    toggle,
    closeTopmost(): void {
      const topmost = open.at(-1);
      if (topmost) close(topmost);
    },
  };
}
