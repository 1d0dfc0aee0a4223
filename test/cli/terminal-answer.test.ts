import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { knowsSixel } from '../../src/cli/terminal-answer.js';

/** A terminal that gives this answer, a piece at a time. */
function terminal(...answer: string[]) {
  const modes: boolean[] = [];
  const keys = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => modes.push(isRaw),
  });
  const screen = Object.assign(new PassThrough(), { isTTY: true });
  screen.on('data', (asked) => {
    assert.equal(asked.toString(), '\x1b[c');
    for (const piece of answer) keys.write(piece);
  });
  return { keys, screen, modes };
}

for (const [name, answer, knows] of [
  ['xterm with Sixel', ['\x1b[?63;1;2;4;6;9;15;22c'], true],
  ['a terminal whose answer comes in pieces, after keys that were typed', ['ls\x1b[', '?62', ';4c'], true],
  ['a terminal without Sixel', ['\x1b[?64;1;2;6;9;14;22c'], false],
  ['a terminal of class 4', ['\x1b[?4c'], false],
] as const)
  test(`${name} ${knows ? 'is shown Sixel' : 'is not'}, and is left as it was`, async () => {
    const { keys, screen, modes } = terminal(...answer);
    // An hour, which no test waits: the answer ends the wait.
    assert.equal(await knowsSixel(keys, screen, 3_600_000), knows);
    assert.deepEqual(modes, [true, false]);
    assert.equal(keys.listenerCount('data'), 0);
    assert.ok(keys.isPaused());
  });

test('a terminal that does not answer is not waited for, and what is none is not asked', async () => {
  const { keys, screen, modes } = terminal();
  assert.equal(await knowsSixel(keys, screen, 1), false);
  assert.deepEqual(modes, [true, false]);
  const file = Object.assign(new PassThrough(), { isTTY: false });
  assert.equal(await knowsSixel(keys, file), false);
  assert.equal(file.readableLength, 0);
});
