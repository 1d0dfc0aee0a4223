import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { decode } from 'fast-png';
import { unzipSync } from 'fflate';
import { PNG } from 'pngjs';
import { formatOf } from '../../src/cli/targets.js';
import { type Image, rowsOf } from '../../src/color/image.js';
import { dtypeOf, encodeNpy, fittingDtype } from '../../src/encode/npy.js';
import { checkArchive, encodeNpz } from '../../src/encode/npz.js';
import { encodePng } from '../../src/encode/png.js';
import { LimitError } from '../../src/errors.js';
import { compressWith } from '../../src/render/compress.node.js';
import { fixture, isLong, run, sha256, smallCases, temporaryFolder } from '../support.js';
import { noise, palette, pixelsOf, withColors } from './support.js';

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

const encode = (image: Image, texts: Readonly<Record<string, string>> = {}) =>
  encodePng(image, rowsOf(image), texts, compressWith(undefined));

interface Painted extends Image {
  readonly pixels: Uint8Array;
}

/** Samples that look random, or of few colours in areas, as pictures of fractals are. */
function image(width: number, height: number, samples: 1 | 3, noisy = true): Painted {
  const stride = width * samples;
  const pixels = pixelsOf({ width, height, depth: 8, ...(samples === 1 && { palette }) }, noisy);
  const rows = (start: number, end: number) => pixels.slice(start * stride, end * stride);
  return { width, height, depth: 8, pixels, rows, ...(samples === 1 && { palette }) };
}

const sizes = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 })),
  // About the edges of bands: a row of more than one, exactly one, two rows in one, and one row left over.
  fc.constantFrom<[number, number]>(
    [1, 1],
    [1, 300_000],
    [300_000, 2],
    [262_144, 2],
    [131_072, 3],
    [512, 1025],
  ),
);

test('a PNG decodes to the very pixels, by two libraries, for any size, indexed and RGB', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, fc.constantFrom(1, 3), fc.boolean(), async ([width, height], samples, noisy) => {
      const { pixels, ...painted } = image(width, height, samples, noisy);
      const file = await bytesOf(encode(painted));
      const decoded = decode(file);
      assert.deepEqual([decoded.width, decoded.height, decoded.depth], [width, height, 8]);
      assert.equal(Buffer.compare(decoded.data as Uint8Array, pixels), 0);
      assert.deepEqual(decoded.palette?.flat(), painted.palette && [...painted.palette]);
      const other = PNG.sync.read(file);
      assert.deepEqual([other.width, other.height], [width, height]);
      assert.equal(Buffer.compare(withoutAlpha(other.data), samples === 3 ? pixels : withColors(pixels)), 0);
    }),
    { numRuns: isLong ? 30 : 8 },
  );
});

function withoutAlpha(samples: Uint8Array): Uint8Array {
  const colors = new Uint8Array((samples.length / 4) * 3);
  for (let i = 0; i < colors.length; i++) colors[i] = samples[4 * Math.floor(i / 3) + (i % 3)]!;
  return colors;
}

test('a PNG carries its texts, in any script', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (note) => {
      const texts = { Software: 'Mandoline', Scene: JSON.stringify({ c: [-0.83, -0.22], note }) };
      const file = await bytesOf(encode(image(3, 2, 1), texts));
      for (const [key, text] of Object.entries(texts)) {
        const at = file.indexOf(`iTXt${key}\0\0\0\0\0`, 0, 'latin1');
        const length = file.readUInt32BE(at - 4);
        assert.equal(file.subarray(at + 4 + key.length + 5, at + 4 + length).toString(), text);
      }
      PNG.sync.read(file); // which checks the CRC of every chunk
    }),
    { numRuns: 20 },
  );
});

test('the same picture gives the same bytes, however slowly they are read', async () => {
  const picture = image(1000, 3000, 1);
  const chunks = encode(picture, { a: 'b' });
  const slowly: Uint8Array[] = [];
  for await (const chunk of chunks) {
    slowly.push(chunk);
    await setTimeout(slowly.length % 7);
  }
  const fast = await bytesOf(encode(picture, { a: 'b' }));
  assert.ok(slowly.length > 8);
  assert.equal(sha256(...slowly), sha256(fast));
});

test('rows that fail are the failure of the encoder, and a reader that stops ends the asking', async () => {
  const failure = new Error('no more');
  const rows = (start: number, end: number) => {
    if (start > 0) throw failure;
    return new Uint8Array(end * 1000);
  };
  const failing = encode({ width: 1000, height: 9000, depth: 8, palette, rows });
  await assert.rejects(bytesOf(failing), (error) => error === failure);

  let asked = 0;
  const { pixels: _, ...endless } = image(1000, 262, 1);
  const counting = (start: number, end: number) => {
    asked++;
    return endless.rows(start % 262, (start % 262) + end - start);
  };
  for await (const chunk of encode({ ...endless, height: 262_000, rows: counting }))
    if (chunk.length > 10_000) break;
  const then = asked;
  await setTimeout(50);
  assert.equal(asked, then);
  assert.ok(asked < 20, `${asked} bands of 1000`);
});

/**
 * Bytes in array buffers that something holds. Node's garbage is collected first: else it may lie there up to the 64 MB
 * of buffers with which V8 begins to collect. Twice, since memory found free is given back beside the program, and the
 * second time waits for that.
 */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

test('rows are asked for in small bands as the file is read, so memory does not grow with the picture', async () => {
  const [width, height] = [4000, isLong ? 40_000 : 16_000];
  let largest = 0;
  let asked = 0;
  // The same memory each time, as rows of a larger picture come in, so that what is seen is the encoder's.
  const memory = new Uint8Array(2 ** 18);
  const rows = (start: number, end: number) => {
    largest = Math.max(largest, (end - start) * width);
    asked = end;
    return memory.subarray(0, (end - start) * width).fill(start % 256);
  };
  const before = heldBytes();
  let [most, ahead, chunks, read] = [0, 0, 0, 0];
  for await (const chunk of encode({ width, height, depth: 8, palette, rows })) {
    // Each IDAT after the palette is 2^19 bytes of rows, the last but one fewer, the last none.
    if (String.fromCharCode(...chunk.subarray(4, 8)) === 'IDAT')
      read = Math.min(height, read + Math.floor(2 ** 19 / width));
    ahead = Math.max(ahead, asked - read);
    if (chunks++ % 30 === 0) most = Math.max(most, heldBytes() - before);
  }
  assert.ok(chunks > height / 140 && largest <= 2 ** 18, `${chunks} chunks, ${largest} pixels at a time`);
  assert.ok(ahead * width <= 2 ** 19, `${ahead} rows ahead of what was read`);
  // Two bands' memory, and a band's on its way through filter and compressor.
  assert.ok(most < 4e6, `${most} bytes held of a picture of ${width * height}`);
});

for (const { name, shape, sha256_np_save_float64 } of smallCases) {
  test(`an array is written byte for byte as numpy.save writes it: ${name}`, async () => {
    const file = fixture(`parity/${name}.npy`);
    const data = file.subarray(128);
    const counts = new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length));
    const size = { rows: shape[0], columns: shape[1] };
    const bands = [counts.subarray(0, shape[1]), counts.subarray(shape[1])];
    assert.deepEqual(await bytesOf(encodeNpy(size, bands, 'uint16')), file);
    assert.equal(sha256(await bytesOf(encodeNpy(size, bands, 'float64'))), sha256_np_save_float64);
  });
}

test('an array read back is the one written, for any shape, type and memory', async () => {
  const lengths = fc.oneof(fc.nat(40), fc.constantFrom(2 ** 19 - 1, 2 ** 19, 2 ** 19 + 1));
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      lengths,
      fc.constantFrom('uint16', 'uint32', 'float64'),
      fc.boolean(),
      async (rows, columns, dtype, shared) => {
        const length = rows * columns;
        const buffer = shared ? new SharedArrayBuffer(4 * length) : new ArrayBuffer(4 * length);
        const counts = dtype === 'uint16' ? new Uint16Array(buffer, 0, length) : new Uint32Array(buffer);
        for (let i = 0; i < length; i++) counts[i] = Math.imul(i + 1, 2654435761);
        const file = await bytesOf(encodeNpy({ rows, columns }, [counts], dtype));
        const header = 10 + file.readUInt16LE(8);
        assert.equal(header % 64, 0);
        assert.match(
          file.toString('latin1', 10, header),
          new RegExp(`'shape': \\(${rows}, ${columns}\\), } *\n$`),
        );
        const data = Uint8Array.from(file.subarray(header)).buffer;
        const types = { uint16: Uint16Array, uint32: Uint32Array, float64: Float64Array };
        assert.equal(sha256(new types[dtype](data)), sha256(types[dtype].from(counts)));
      },
    ),
    { numRuns: isLong ? 60 : 20 },
  );
});

test('numpy reads every array of an archive as it was, and the same arrays give the same bytes', async (context) => {
  const bytes = Uint8Array.from({ length: 700_000 }, (_, i) => i % 251);
  const types = [Uint16Array, Uint32Array, Float32Array, Float64Array];
  const values = [bytes, ...types.map((type) => new type(bytes))];
  const matrices = values.map((each) => [dtypeOf(each), { rows: 700, columns: 1000, values: each }] as const);
  const file = await bytesOf(encodeNpz(Object.fromEntries(matrices)));
  assert.equal(sha256(file), sha256(await bytesOf(encodeNpz(Object.fromEntries(matrices)))));
  const entries = unzipSync(file);
  for (const [name, matrix] of matrices)
    assert.equal(
      sha256(entries[`${name}.npy`]!),
      sha256(await bytesOf(encodeNpy(matrix, [matrix.values], name))),
    );

  const path = join(temporaryFolder(context), 'a.npz');
  writeFileSync(path, file);
  const program =
    'import hashlib, numpy, sys\n' +
    'for n, a in numpy.load(sys.argv[1]).items(): print(n, a.dtype, a.shape, hashlib.sha256(a.tobytes()).hexdigest())';
  const { code, stdout, stderr } = await run('python3', ['-c', program, path]).catch(() => ({
    code: -1,
    stdout: '',
    stderr: 'no python3',
  }));
  if (code !== 0) return context.diagnostic(`numpy was not asked: ${stderr.trim().split('\n').at(-1)}`);
  const expected = matrices.map(([name, matrix]) => `${name} ${name} (700, 1000) ${sha256(matrix.values)}\n`);
  assert.equal(stdout.toString(), expected.join(''));
});

test('an archive of more than 4 GiB is refused before its first byte', async () => {
  const counts = { rows: 3, columns: 1, values: { byteLength: 2 ** 32 } as Uint8Array };
  await assert.rejects(bytesOf(encodeNpz({ counts })), LimitError);
  assert.throws(() => checkArchive(2 ** 32, 1), LimitError);
});

test('counts of iterations that do not fit 16 bits are written in 32, others as asked', async () => {
  assert.equal(fittingDtype(65536, 'uint16'), 'uint32');
  assert.equal(fittingDtype(65536, 'float64'), 'float64');
  assert.equal(fittingDtype(65535, 'uint16'), 'uint16');
  const file = await bytesOf(encodeNpy({ rows: 1, columns: 2 }, [Uint32Array.of(1, 65536)], 'uint32'));
  assert.match(file.toString('latin1'), /'descr': '<u4', 'fortran_order': False, 'shape': \(1, 2\)/);
  assert.deepEqual([file.readUInt32LE(128), file.readUInt32LE(132)], [1, 65536]);
});

test('a picture of 16 bits a sample is read as it was written', async () => {
  const [width, height] = [37, 29];
  const pixels = Uint8Array.from({ length: 6 * width * height }, (_, i) => noise(i));
  const rows = (start: number, end: number) => pixels.slice(6 * width * start, 6 * width * end);
  const decoded = decode(await bytesOf(encode({ width, height, depth: 16, rows })));
  assert.deepEqual([decoded.width, decoded.height, decoded.depth], [width, height, 16]);
  const view = new DataView(pixels.buffer);
  const expected = Uint16Array.from({ length: pixels.length / 2 }, (_, i) => view.getUint16(2 * i));
  assert.equal(sha256(decoded.data as Uint16Array), sha256(expected));
});

test('the bytes do not depend on how many rows come at a time', async () => {
  const picture = image(301, 2000, 3, false);
  async function* inBands(height: number) {
    for (let start = 0; start < 2000; start += height)
      yield picture.rows(start, Math.min(2000, start + height));
  }
  const whole = await bytesOf(encode(picture));
  for (const height of [1, 63, 2000])
    assert.deepEqual(await bytesOf(encodePng(picture, inBands(height), {}, compressWith(undefined))), whole);
});

test('a suffix names a format, in capitals too; an unknown one names none', () => {
  const paths = ['a.png', 'a.b.NPY', 'a.npz', 'a.jpeg', 'a.zarr', 'png', 'a.gif', 'a'];
  const names = ['png', 'npy', 'npz', 'jpeg', 'zarr', undefined, undefined, undefined];
  assert.deepEqual(paths.map(formatOf), names);
});
