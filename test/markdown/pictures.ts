// Pictures in the Markdown and the commands that made them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { parse } from 'shell-quote';
import { makeProgram } from '../../src/cli/program.js';
import { drawnScene } from '../../src/cli/render.js';
import { readSceneText } from '../../src/encode/formats.js';
import { sceneText } from '../../src/scene/scene.js';

/** Asserts that a PNG contains the scene of a command such as `mandoline render mandelbrot -o a.png`. */
export async function assertDrawnBy(file: string, command: string): Promise<void> {
  const program = makeProgram();
  let expected = '';
  program.commands
    .find((each) => each.name() === 'render')!
    .action(async (scene: string, flags: object) => {
      expected = sceneText((await drawnScene(scene, flags)).scene);
    });
  const [name, ...given] = parse(command).map(String);
  assert.equal(name, 'mandoline');
  await program.parseAsync(given, { from: 'user' });
  assert.equal(readSceneText(readFileSync(file), crc32).text, expected, command);
}
