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

function made(given = chapters, command?: string) {
  const { document } = parseHTML('<button hidden></button><section></section>');
  const [root, toggle] = [document.querySelector('section')!, document.querySelector('button')!];
  makeLesson(root, toggle, given, command);
  const press = (label: string) =>
    root
      .querySelector(`[aria-label="${label} chapter"]`)!
      .dispatchEvent(new document.defaultView!.Event('click'));
  const shown = () => [
    root.querySelector('h2')!.textContent,
    root.querySelector('article b')!.textContent,
    root.querySelector('nav span')!.textContent,
  ];
  const click = (target: Element) => target.dispatchEvent(new document.defaultView!.Event('click'));
  return { root, toggle, press, shown, click };
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

test('a link to another chapter opens it', () => {
  const linked = {
    title: 'Four',
    html: '<p><b>Four</b> <a data-chapter="1" data-section="">the second</a></p>',
  };
  const { root, press, shown, click } = made([...chapters, linked]);
  for (let i = 0; i < 3; i++) press('Next');
  const link = root.querySelector('.link')!;
  assert.equal(link.textContent, 'the second');
  click(link);
  assert.deepEqual(shown(), ['Two', 'Two', '2 of 4']);
});

const shell = {
  title: 'Commands',
  html:
    '<p><code>npm run lesson -- serial 1 --cells 9</code></p><pre><code>npm start -- bench\n</code></pre>' +
    '<pre><code class="language-text">$ time npm run lesson -- pool 2000 2\nreal 4 s\n</code></pre>' +
    '<p>From the package it is <code>npx mandoline lesson check 1</code>. It is JavaScript.</p>',
};
const codes = (root: Element) => [...root.querySelectorAll('code')].map((code) => code.textContent!.trim());

test('commands are those of where the page came from: of a clone as written, of the package otherwise', () => {
  const last = '$ time npm run lesson -- pool 2000 2\nreal 4 s';
  for (const command of ['npm run lesson --', 'npm start -- lesson']) {
    const { root } = made([shell], command);
    const written = ['npm run lesson -- serial 1 --cells 9', 'npm start -- bench', last];
    assert.deepEqual(codes(root), [...written, 'npx mandoline lesson check 1'], command);
  }
  for (const [command, whole] of [
    ['mandoline lesson', 'mandoline'],
    ['node <here>/mandoline.js lesson', 'node <here>/mandoline.js'],
    [undefined, 'npx mandoline'],
  ] as const) {
    const { root } = made([shell], command);
    assert.deepEqual(codes(root), [`${whole} lesson serial 1 --cells 9`, `${whole} bench`, last]);
    assert.equal(root.querySelector('p:last-child')!.textContent, 'It is JavaScript.');
  }
});

test('of an output the command is copied, of a program all of it, and the button says so', async (context) => {
  const copied: string[] = [];
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  const clipboard = { writeText: async (text: string) => void copied.push(text) };
  Object.defineProperty(globalThis, 'navigator', { value: { clipboard }, configurable: true });
  context.after(() => {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else Reflect.deleteProperty(globalThis, 'navigator');
  });
  const { root, click } = made([shell]);
  const buttons = [...root.querySelectorAll('.block button')];
  assert.deepEqual(
    buttons.slice(0, 2).map(({ textContent }) => textContent),
    ['Copy', 'Copy command'],
  );
  for (const button of buttons.slice(0, 2)) click(button);
  await new Promise(setImmediate);
  assert.deepEqual(copied, ['npx mandoline bench', 'time npm run lesson -- pool 2000 2']);
  assert.equal(buttons[0]!.textContent, 'Copied');
});
