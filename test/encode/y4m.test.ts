import assert from 'node:assert/strict';
import { test } from 'node:test';
import { y4mFrame, y4mHeader } from '../../src/encode/y4m.js';
import { noise, palette, rowsOf, withColors } from './support.js';

/** A reader of 4:4:4 films, as yuv4mpeg(5) has them: the header's words, and frames of three planes. */
function parse(file: Buffer) {
  const end = file.indexOf('\n');
  const [magic, ...words] = file.toString('latin1', 0, end).split(' ');
  assert.equal(magic, 'YUV4MPEG2');
  const value = (letter: string) => words.find((word) => word.startsWith(letter))?.slice(1);
  const [width, height] = [Number(value('W')), Number(value('H'))];
  const frames: Buffer[][] = [];
  for (let at = end + 1; at < file.length; ) {
    const start = file.indexOf('\n', at) + 1;
    assert.match(file.toString('latin1', at, start), /^FRAME( .*)?\n$/);
    const size = width * height;
    frames.push([0, 1, 2].map((plane) => file.subarray(start + plane * size, start + (plane + 1) * size)));
    at = start + 3 * size;
  }
  return { width, height, rate: value('F'), sampling: value('C'), frames };
}

/** BT.709's definition, backwards. */
function toRgb(y: number, cb: number, cr: number): number[] {
  const light = (y - 16) / 219;
  const [blueness, redness] = [(cb - 128) / 224, (cr - 128) / 224];
  const [red, blue] = [light + 2 * (1 - 0.2126) * redness, light + 2 * (1 - 0.0722) * blueness];
  return [red, (light - 0.2126 * red - 0.0722 * blue) / 0.7152, blue].map((part) => 255 * part);
}

test('a film has its frames in their order, whose colours come back but for rounding', async () => {
  const format = { width: 50, height: 31, depth: 8, palette } as const;
  const frames = [0, 1, 2].map((frame) =>
    Uint8Array.from({ length: 1550 }, (_, i) => noise(i + 1550 * frame)),
  );
  const header = y4mHeader({ width: 50, height: 31, framesPerSecond: 30 });
  const bytes = [header];
  for (const numbers of frames) bytes.push(await y4mFrame(format, rowsOf(format, numbers)));
  const film = parse(Buffer.concat(bytes));
  assert.deepEqual(
    [film.width, film.height, film.rate, film.sampling, film.frames.length],
    [50, 31, '30:1', '444', 3],
  );
  film.frames.forEach(([y, cb, cr], frame) => {
    const colors = withColors(frames[frame]!);
    for (let i = 0; i < 1550; i++)
      toRgb(y![i]!, cb![i]!, cr![i]!).forEach((part, channel) => {
        assert.ok(Math.abs(part - colors[3 * i + channel]!) < 2.5, `${part}, not ${colors[3 * i + channel]}`);
      });
  });
});

test('black, white and grey have no colour, and the ends of the range are 16 and 235', async () => {
  const format = { width: 3, height: 1, depth: 8 } as const;
  const greys = Uint8Array.of(0, 0, 0, 255, 255, 255, 100, 100, 100);
  const frame = await y4mFrame(format, rowsOf(format, greys));
  assert.deepEqual([...frame.subarray(6)], [16, 235, 102, 128, 128, 128, 128, 128, 128]);
  for (const width of [2, 4])
    await assert.rejects(y4mFrame({ ...format, width }, rowsOf(format, greys)), RangeError);
});
