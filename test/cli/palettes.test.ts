// `mandoline palettes`, and palettes of files that `mandoline render` takes.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decode } from 'fast-png';
import { paletteColors, paletteNames } from 'mandoline';
import { runMandoline, runMany, temporaryFolder } from '../support.js';

test('palettes lists every palette, a line each, with colours in words where a terminal has none', async (context) => {
  const { code, stdout, stderr } = await runMandoline(temporaryFolder(context), 'palettes');
  assert.deepEqual([code, stderr], [0, '']);
  const lines = stdout.toString().trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    paletteNames,
  );
  for (const line of lines) assert.match(line, /^[a-z]+ +(#[0-9a-f]{6}( |$)){7}$/);
});

test('palettes --json has all colours of each, and -o draws them as strips', async (context) => {
  const folder = temporaryFolder(context);
  const { code, stdout } = await runMandoline(folder, 'palettes', '--json', '-o', 'p.png');
  assert.equal(code, 0);
  const all: { name: string; isCyclic: boolean; colors: string[] }[] = JSON.parse(stdout.toString());
  assert.deepEqual(
    all.map(({ name }) => name),
    paletteNames,
  );
  assert.deepEqual(
    all.filter(({ isCyclic }) => isCyclic).map(({ colors }) => colors[0] === colors.at(-1)),
    [true, true, true, true],
  );
  const { width, height, data } = decode(readFileSync(join(folder, 'p.png')));
  assert.deepEqual([width, height], [512 + 16, 8 + 32 * paletteNames.length]);
  const row = 3 * (width * (8 + 32 * 2 + 5) + 8);
  assert.deepEqual(Uint8Array.from(data.subarray(row, row + 3 * 512)), paletteColors(paletteNames[2]!, 512));
});

test('a palette that cannot be read is one line, and nothing is written', async (context) => {
  const folder = temporaryFolder(context);
  const gradient = (name: string, color: number) =>
    `${name} {\n index=0 color=${color}\n index=9 color=0\n}\n`;
  writeFileSync(join(folder, 'a.ugr'), gradient('A', 255) + gradient('B', 9) + gradient('B', 99));
  writeFileSync(join(folder, 'empty.map'), '');
  const wrong = ['a.ugr:B', 'a.ugr:C', 'empty.map', 'empty.map:1', 'some.txt', 'x.ucl', 'a.ugr:'];
  const told = await runMany(folder, [
    ...wrong.map((palette) => ['render', '--cells', '4', '--palette', palette]),
    ['palettes', '-o', 'p.jpg'],
    ['render', '--cells', '4', '--palette', 'a.ugr:1', '--json', '-o', 'x.png'],
  ]);
  const right = told.pop()!;
  assert.deepEqual(
    told.map(({ code, stderr }) => [code, stderr.split('\n').length]),
    told.map(() => [2, 2]),
    told.map(({ stderr }) => stderr).join(''),
  );
  assert.match(told[0]!.stderr, /--palette a\.ugr:B: 2 gradients have this name; .* 2, 3$/m);
  assert.match(told[4]!.stderr, /--palette some\.txt: is not a palette; give a name, /);
  assert.equal(right.code, 0, right.stderr);
  assert.equal(JSON.parse(right.stdout.toString()).scene.palette[0], '#ff0000');
});
