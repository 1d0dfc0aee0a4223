import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decode } from 'fast-png';
import { PNG } from 'pngjs';
import type { Image } from '../../src/color/paint.js';
import { compression } from '../../src/encode/compression.node.js';
import { formatOf } from '../../src/encode/formats.js';
import { encodeNpy, fittingDtype } from '../../src/encode/npy.js';
import { encodePng } from '../../src/encode/png.js';
import { fixture, sha256, smallCases } from '../support.js';

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

function randomImage(width: number, height: number): Image & { readonly pixels: Uint8Array } {
  const palette = Uint8Array.from({ length: 768 }, (_, i) => (i * 89 + 7) % 256);
  const pixels = Uint8Array.from({ length: width * height }, (_, i) => (i * 2654435761) >>> 24);
  return { width, height, palette, pixels, rows: (start, end) => pixels.slice(start * width, end * width) };
}

test('a PNG decodes to the very pixels, by two libraries, for any size', async () => {
  const sizes = fc.oneof(
    fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 })),
    fc.constantFrom([1, 1], [1, 600_000], [300_000, 2], [512, 1025]),
  );
  await fc.assert(
    fc.asyncProperty(sizes, async ([width, height]) => {
      const image = randomImage(width!, height!);
      const file = await bytesOf(encodePng(image, {}, compression));
      const { data, palette } = decode(file);
      assert.deepEqual(Buffer.compare(data as Uint8Array, image.pixels), 0);
      assert.deepEqual(palette!.flat(), [...image.palette]);
      const other = PNG.sync.read(file);
      assert.deepEqual([other.width, other.height], [width, height]);
      const last = 3 * image.pixels.at(-1)!;
      assert.deepEqual([...other.data.subarray(-4)], [...image.palette.subarray(last, last + 3), 255]);
    }),
    { numRuns: 30 },
  );
});

test('a PNG carries its texts, in any script', async () => {
  const texts = { Software: 'Mandoline', Scene: '{"c":[-0.83,-0.22],"note":"Юлія 集合"}' };
  const file = await bytesOf(encodePng(randomImage(3, 2), texts, compression));
  for (const [key, text] of Object.entries(texts)) {
    const at = file.indexOf(`iTXt${key}\0\0\0\0\0`, 0, 'latin1');
    const length = file.readUInt32BE(at - 4);
    assert.equal(file.subarray(at + 4 + key.length + 5, at + 4 + length).toString(), text);
  }
});

test('the same picture gives the same bytes', async () => {
  const encode = () => bytesOf(encodePng(randomImage(200, 3000), { a: 'b' }, compression));
  assert.equal(sha256(await encode()), sha256(await encode()));
});

test('rows are asked for in small bands as the file is read, so memory does not grow with the picture', async () => {
  const [width, height] = [4000, 20_000];
  let largest = 0;
  const rows = (start: number, end: number) => {
    largest = Math.max(largest, (end - start) * width);
    return new Uint8Array((end - start) * width).fill(start % 256);
  };
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  let bytes = 0;
  for await (const chunk of encodePng(
    { width, height, palette: new Uint8Array(768), rows },
    {},
    compression,
  )) {
    bytes += chunk.length;
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  assert.ok(bytes > 0 && largest <= 2 ** 18, `${largest} pixels at a time`);
  assert.ok(most < (width * height) / 2, `${most} bytes held of a picture of ${width * height}`);
});

for (const { name, shape, sha256_np_save_float64 } of smallCases) {
  test(`an array is written byte for byte as numpy.save writes it: ${name}`, () => {
    const file = fixture(`parity/${name}.npy`);
    const data = file.subarray(128);
    const counts = new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length));
    const field = { rows: shape[0], columns: shape[1], counts };
    assert.deepEqual(Buffer.concat([...encodeNpy(field, 'uint16')]), file);
    assert.equal(sha256(...encodeNpy(field, 'float64')), sha256_np_save_float64);
  });
}

test('counts that do not fit 16 bits are written in 32, others as asked', () => {
  const large = Uint32Array.of(1, 65536);
  assert.equal(fittingDtype(large, 'uint16'), 'uint32');
  assert.equal(fittingDtype(large, 'float64'), 'float64');
  assert.equal(fittingDtype(Uint32Array.of(65535), 'uint16'), 'uint16');
  const file = Buffer.concat([...encodeNpy({ rows: 1, columns: 2, counts: large }, 'uint32')]);
  assert.match(file.toString('latin1'), /'descr': '<u4', 'fortran_order': False, 'shape': \(1, 2\)/);
  assert.deepEqual([file.readUInt32LE(128), file.readUInt32LE(132)], [1, 65536]);
});

test('a suffix names a format, in capitals too; an unknown one names none', () => {
  assert.deepEqual(['a.png', 'a.b.NPY', 'png', 'a.gif', 'a'].map(formatOf), [
    'png',
    'npy',
    undefined,
    undefined,
    undefined,
  ]);
});
