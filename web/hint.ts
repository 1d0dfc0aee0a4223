// One hint on the first visit: what can be done with the picture. It disappears at the first gesture, or after a while.
import { element } from './elements.js';
import { keep, read } from './kept.js';

const key = 'mandoline-hinted';
/** Milliseconds. */
const patience = 12_000;

export function showHint(): void {
  const hint = element('hint', HTMLParagraphElement);
  if (read(key)) return;
  hint.hidden = false;
  const done = new AbortController();
  const hide = () => {
    hint.hidden = true;
    keep(key, 'yes');
    done.abort();
  };
  const { signal } = done;
  for (const type of ['pointerdown', 'wheel', 'keydown'])
    addEventListener(type, hide, { signal, passive: true });
  const timer = setTimeout(hide, patience);
  signal.addEventListener('abort', () => clearTimeout(timer));
}
