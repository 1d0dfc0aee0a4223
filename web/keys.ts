// Keys of the page, besides those that move the picture (gestures.ts).
import { isForThePage } from './gestures.js';

/** Runs actions by the keys' names; a letter's name is lower case. */
export function listenKeys(actions: Readonly<Record<string, () => void>>): void {
  addEventListener('keydown', (event) => {
    if (!isForThePage(event)) return;
    const action = actions[event.key] ?? actions[event.key.toLowerCase()];
    // Shift and R turns the picture.
    if (!action || event.key === 'R') return;
    event.preventDefault();
    action();
  });
}
