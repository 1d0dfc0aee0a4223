// The lesson's panel by itself, on a page of linkedom.
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { parseHTML } from 'linkedom';
import { makeLesson } from '../../web/lesson.js';

const chapters = ['One', 'Two', 'Three'].map((title) => ({ title, html: `<p>This is <b>${title}</b>.</p>` }));

beforeEach(() => {
  const kept = new Map<string, string>();
  const localStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  };
  Object.assign(globalThis, { localStorage });
});

function made(given = chapters) {
  const { document } = parseHTML('<button hidden></button><section></section>');
  const [root, toggle] = [document.querySelector('section')!, document.querySelector('button')!];
  makeLesson(root, toggle, given);
  const press = (label: string) =>
    root
      .querySelector(`[aria-label="${label} chapter"]`)!
      .dispatchEvent(new document.defaultView!.Event('click'));
  const shown = () => [
    root.querySelector('h2')!.textContent,
    root.querySelector('article b')!.textContent,
    root.querySelector('nav span')!.textContent,
  ];
  return { root, toggle, press, shown };
}

test('chapters are shown one at a time, with the way to the next and back, and no farther', () => {
  const { root, toggle, press, shown } = made();
  assert.equal(toggle.hidden, false);
  assert.deepEqual(shown(), ['One', 'One', '1 of 3']);
  press('Previous');
  assert.deepEqual(shown(), ['One', 'One', '1 of 3']);
  press('Next');
  press('Next');
  assert.deepEqual(shown(), ['Three', 'Three', '3 of 3']);
  assert.deepEqual(
    [...root.querySelectorAll('button')].map(({ disabled }) => disabled),
    [false, true],
  );
  press('Next');
  assert.deepEqual(shown(), ['Three', 'Three', '3 of 3']);
  press('Previous');
  assert.deepEqual(shown(), ['Two', 'Two', '2 of 3']);
});

test('the chapter that was open is open again, or the last there is; a mark that is none is the first', () => {
  made().press('Next');
  assert.deepEqual(made().shown(), ['Two', 'Two', '2 of 3']);
  assert.deepEqual(made(chapters.slice(0, 1)).shown(), ['One', 'One', '1 of 1']);
  localStorage.setItem('mandoline-chapter', 'nonsense');
  assert.deepEqual(made().shown(), ['One', 'One', '1 of 3']);
});

test('without chapters there is nothing to open', () => {
  const { root, toggle } = made([]);
  assert.equal(toggle.hidden, true);
  assert.equal(root.childNodes.length, 0);
});
