import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inPixels, parseScene, render } from 'mandoline';
import { root, run } from './support.js';

test("the README's example prints what the README says", async (context) => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const [, program, output] = /```js\n([\s\S]*?)```[\s\S]*?```text\n([\s\S]*?)```/.exec(readme)!;
  // Inside the project, so that it is found under its own name.
  const file = join(root, 'dist', 'readme-example.mjs');
  context.after(() => rmSync(file));
  writeFileSync(file, program!);
  const { stdout, stderr } = await run(process.execPath, [file]);
  assert.deepEqual([stdout.toString(), stderr], [output, '']);
});

test("the README's scene can be drawn", async () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const scene = parseScene(JSON.parse(/```json\n([\s\S]*?)```/.exec(readme)![1]!));
  const { counts } = await render(inPixels(scene, 40, 30), { workers: 0, verify: true });
  assert.ok(new Set(counts).size > 10);
});
