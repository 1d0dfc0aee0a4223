// docs/colour.md: every colouring, scale and palette is there, and each picture is of the scene of the command next to
// it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { colorings, paletteNames, scales } from 'mandoline';
import { parse } from 'shell-quote';
import { makeProgram } from '../../src/cli/program.js';
import { drawnScene } from '../../src/cli/render.js';
import { readSceneText } from '../../src/encode/formats.js';
import { sceneText } from '../../src/scene/scene.js';
import { root } from '../support.js';

const text = readFileSync(join(root, 'docs', 'colour.md'), 'utf8');
const rows = [...text.matchAll(/^\| !\[(.+?)\]\((.+?)\) \|.*`mandoline (render .+?)` \|$/gm)];

test('every colouring, scale and palette has a picture', () => {
  assert.deepEqual(
    rows.map(([, name]) => name),
    [...colorings, ...scales, ...paletteNames],
  );
});

test('each picture is of the scene of the command next to it', async () => {
  for (const [, name, path, command] of rows) {
    const program = makeProgram();
    let expected = '';
    program.commands
      .find((each) => each.name() === 'render')!
      .action(async (scene: string, flags: object) => {
        expected = sceneText((await drawnScene(scene, flags)).scene);
      });
    await program.parseAsync(parse(command!).map(String), { from: 'user' });
    const file = readFileSync(join(root, 'docs', path!));
    assert.equal(readSceneText(file, crc32).text, expected, name);
  }
});
