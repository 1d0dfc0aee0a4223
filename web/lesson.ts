// The lesson's chapters beside the live pool, one at a time. They are Markdown in lesson/, made into markup when the
// page is built; nothing that a reader types or pastes comes here.
import { keep, read } from './kept.js';
import { trustedMarkup } from './trusted.js';

export interface Chapter {
  readonly title: string;
  /** Markup of the build's own. */
  readonly html: string;
}

const key = 'mandoline-chapter';

/** Fills the panel and shows the chapter that was open last; `toggle` is there only where there are chapters. */
export function makeLesson(root: HTMLElement, toggle: HTMLElement, chapters: readonly Chapter[]): void {
  toggle.hidden = chapters.length === 0;
  if (chapters.length === 0) return;
  const page = root.ownerDocument;
  const [head, title, nav, before, place, after, text] = [
    page.createElement('header'),
    page.createElement('h2'),
    page.createElement('nav'),
    page.createElement('button'),
    page.createElement('span'),
    page.createElement('button'),
    page.createElement('article'),
  ];
  title.setAttribute('aria-live', 'polite');
  nav.setAttribute('aria-label', 'Chapters');
  // Where it is longer than the panel, keys scroll it.
  text.tabIndex = 0;
  for (const [button, label, sign, step] of [
    [before, 'Previous chapter', '‹', -1],
    [after, 'Next chapter', '›', 1],
  ] as const) {
    button.type = 'button';
    button.textContent = sign;
    button.setAttribute('aria-label', label);
    button.addEventListener('click', () => show(at + step));
  }
  nav.append(before, place, after);
  head.append(title, nav);
  root.replaceChildren(head, text);

  let at = 0;
  function show(wanted: number): void {
    at = Math.min(chapters.length - 1, Math.max(0, wanted || 0));
    const chapter = chapters[at]!;
    title.textContent = chapter.title;
    text.innerHTML = trustedMarkup(chapter.html);
    // Programs wider than the panel are scrolled by keys, too.
    for (const program of text.querySelectorAll('pre')) {
      program.tabIndex = 0;
      program.setAttribute('role', 'group');
      program.setAttribute('aria-label', 'Program');
    }
    text.setAttribute('aria-label', chapter.title);
    text.scrollTop = 0;
    place.textContent = `${at + 1} of ${chapters.length}`;
    before.disabled = at === 0;
    after.disabled = at === chapters.length - 1;
    keep(key, String(at));
  }
  show(Number(read(key)));
}

/** Shows the way to the chapters. They are a file of their own, which is asked for when the panel is first opened. */
export function offerLesson(root: HTMLElement, toggle: HTMLElement): void {
  toggle.hidden = false;
  const body = root.querySelector<HTMLElement>('.body')!;
  const opened = new MutationObserver(async () => {
    if (root.hidden) return;
    opened.disconnect();
    try {
      const { chapters } = await (await fetch('./lesson.json')).json();
      makeLesson(body, toggle, chapters);
    } catch (error) {
      body.textContent = `The chapters cannot be loaded: ${(error as Error).message}`;
    }
  });
  opened.observe(root, { attributes: true, attributeFilter: ['hidden'] });
}
