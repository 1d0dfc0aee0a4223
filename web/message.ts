// A message over the picture: an error stays until it is corrected or closed, a remark for a limited time.
import { button, element } from './elements.js';

/** Milliseconds for which a remark is shown. */
const patience = 10_000;

export function makeMessage() {
  const [root, text] = [element('message', HTMLElement), element('message-text', HTMLElement)];
  let timer: ReturnType<typeof setTimeout> | undefined;

  function show(sentence: string): void {
    clearTimeout(timer);
    // Setting unchanged text would trigger layout.
    if (text.textContent !== sentence) text.textContent = sentence;
    root.hidden = sentence === '';
  }
  const hide = () => {
    root.hidden = true;
  };
  button('message-close').addEventListener('click', hide);

  return {
    clear: () => show(''),
    get isShown(): boolean {
      return !root.hidden;
    },
    /** Stays until it is closed or the scene changes. */
    error: show,
    /** Disappears by itself. */
    remark(sentence: string): void {
      show(sentence);
      timer = setTimeout(hide, patience);
    },
  };
}
