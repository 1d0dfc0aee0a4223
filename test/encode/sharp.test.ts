import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { OutputError } from '../../src/encode/output.node.js';
import {
  checkSharp,
  encodeWithSharp,
  type SharpFormatName,
  sharpFormats,
} from '../../src/encode/sharp.node.js';
import { LimitError } from '../../src/errors.js';
import { run } from '../support.js';
import { bytesOf, palette, rowsOf, withColors } from './support.js';

const format = { width: 90, height: 70, depth: 8, palette } as const;
const numbers = Uint8Array.from({ length: 6300 }, (_, i) => (i % 90 < 45 ? 3 : 200));
const colors = withColors(numbers);
const names = Object.keys(sharpFormats) as SharpFormatName[];

test('each format shows the picture, TIFF the very pixels, and has the text in it', async () => {
  const text = '{"formula":"z^2 + c","note":"a < b & ü"}';
  for (const name of names) {
    await checkSharp(name, format);
    const file = await bytesOf(encodeWithSharp(name, format, rowsOf(format, numbers, 20), text));
    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height, info.channels], [90, 70, 3]);
    const farthest = data.reduce((most, sample, i) => {
      const column = Math.floor(i / 3) % 90;
      return column > 40 && column < 50 ? most : Math.max(most, Math.abs(sample - colors[i]!));
    }, 0);
    assert.ok(farthest <= (name === 'tiff' ? 0 : 12), `${name}: ${farthest}`);
    const { xmpAsString } = await sharp(file).metadata();
    assert.match(xmpAsString!, /\{"formula":"z\^2 \+ c","note":"a &#60; b &#38; ü"\}/, name);
  }
});

test('sides that a format does not have, and pictures beyond an array, are told before any work', async () => {
  for (const name of names) {
    const { longest } = sharpFormats[name];
    await checkSharp(name, { width: longest, height: 1, depth: 8 });
    await assert.rejects(
      checkSharp(name, { width: 1, height: longest + 1, depth: 8 }),
      (error) =>
        error instanceof OutputError &&
        error.message ===
          `1 x ${longest + 1} pixels: .${name} has sides of at most ${longest}; choose a smaller size, or .png`,
    );
  }
  await assert.rejects(checkSharp('jpg', { width: 60_000, height: 60_000, depth: 8 }), LimitError);
});

test('without sharp a line says what is missing and what to do', async () => {
  const module = new URL('../../src/encode/sharp.node.js', import.meta.url).href;
  const program = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(
      'export const resolve = (name, context, next) => { if (name === "sharp") throw new Error("none"); return next(name, context); }'));
    const { checkSharp } = await import(${JSON.stringify(module)});
    await checkSharp('webp', { width: 1, height: 1, depth: 8 }).catch(({ name, message }) => console.log(name, message));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program]);
  assert.equal(
    stdout.toString(),
    'OutputError .webp: needs the package sharp: npm install sharp; or write .png\n',
  );
});
