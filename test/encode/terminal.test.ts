import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from 'sixel';
import { knowsKitty, type TerminalProtocol, terminalPicture } from '../../src/encode/terminal.js';
import { pixelsOf, rowsOf } from './support.js';

const draw = (width: number, pixels: Uint8Array, columns: number, protocol: TerminalProtocol) => {
  const format = { width, height: pixels.length / 3 / width, depth: 8 } as const;
  return terminalPicture(format, rowsOf(format, pixels), columns, protocol);
};

test('a half block is two pixels; codes stand where colours change; a last odd row has no background', async () => {
  const pixels = Uint8Array.of(1, 2, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 255, 255, 255);
  assert.equal(
    await draw(2, pixels, 80, 'blocks'),
    '\x1b[38;2;1;2;3m\x1b[48;2;4;5;6m▀\x1b[48;2;7;8;9m▀\x1b[0m\n' +
      '\x1b[38;2;0;0;0m▀\x1b[38;2;255;255;255m▀\x1b[0m\n',
  );
});

test('a pixel is the mean of the light of those that fall into it', async () => {
  const pixels = Uint8Array.from({ length: 3 * 4 * 4 }, (_, i) => (Math.floor(i / 3) % 2 ? 200 : 0));
  const mean = Math.round(200 / Math.SQRT2);
  const code = Array(3).fill(mean).join(';');
  assert.equal(await draw(4, pixels, 1, 'blocks'), `\x1b[38;2;${code}m▀\x1b[0m\n`);
});

test('a picture of any form fits into the columns, and is at most as high as wide', async () => {
  for (const [width, height] of [
    [1, 1],
    [300, 200],
    [1, 5000],
    [5000, 1],
    [40, 900],
  ] as const) {
    const pixels = pixelsOf({ width, height, depth: 8 });
    const lines = (await draw(width, pixels, 40, 'blocks')).trimEnd().split('\n');
    assert.ok(lines.length >= 1 && lines.length <= 40, `${lines.length} lines`);
    const widths = lines.map((line) => line.replace(/[^▀]/g, '').length);
    assert.ok(
      widths.every((each) => each === widths[0] && each <= 40),
      `${widths}`,
    );
  }
});

test('kitty gets the very pixels, in codes of at most 4096 letters', async () => {
  const pixels = pixelsOf({ width: 70, height: 50, depth: 8 });
  const text = await draw(70, pixels, 80, 'kitty');
  const codes = text.split('\x1b\\').map((code) => code.split(';') as [string, string]);
  assert.deepEqual(codes.pop(), ['\n']);
  assert.deepEqual(
    codes.map(([keys]) => keys),
    ['\x1b_Ga=T,f=24,s=70,v=50,c=9,m=1', '\x1b_Gm=1', '\x1b_Gm=1', '\x1b_Gm=0'],
  );
  assert.ok(codes.every(([, data]) => data.length <= 4096));
  assert.deepEqual(Buffer.from(codes.map(([, data]) => data).join(''), 'base64'), Buffer.from(pixels));
});

test('Sixel shows the picture in 256 colours: what it decodes to is near everywhere', async () => {
  const [width, height] = [120, 90];
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++)
    pixels.set([2 * (i % width), 2 * Math.floor(i / width), 90], 3 * i);
  const text = await draw(width, pixels, 80, 'sixel');
  assert.ok(text.startsWith('\x1bP') && text.endsWith('\x1b\\\n'));
  const shown = decode(text.slice(text.indexOf('q') + 1, -3));
  assert.deepEqual([shown.width, shown.height], [width, height]);
  const bytes = new Uint8Array(shown.data32.buffer, shown.data32.byteOffset, 4 * width * height);
  const differences = bytes.filter((_, i) => i % 4 < 3).map((value, i) => Math.abs(value - pixels[i]!));
  assert.ok(Math.max(...differences) < 64, `${Math.max(...differences)}`);
  assert.ok(differences.reduce((sum, each) => sum + each, 0) / differences.length < 6);
});

test('the environment tells which terminal knows the protocol of kitty', () => {
  assert.ok(knowsKitty({ TERM: 'xterm-kitty' }));
  assert.ok(knowsKitty({ TERM: 'xterm-256color', KITTY_WINDOW_ID: '1' }));
  assert.ok(knowsKitty({ TERM_PROGRAM: 'WezTerm' }));
  assert.ok(!knowsKitty({ TERM: 'tmux-256color', KITTY_WINDOW_ID: '1' }));
  assert.ok(!knowsKitty({ TERM: 'xterm-256color' }));
  assert.ok(!knowsKitty({}));
});
