// A program for the test beside it: files with scenes, changed at random, read as the command reads them. Prints how
// many were scenes and how many were not, and the most memory that the process had, in MB.
//     node changed-files.js FOLDER COUNT SEED
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { render } from 'mandoline';
import { sceneOf } from '../../src/cli/scene-flags.js';
import { UsageError } from '../../src/cli/usage.js';
import { rowsOf } from '../../src/color/image.js';
import { paint } from '../../src/color/picture.js';
import { pngTexts } from '../../src/encode/formats.js';
import { encodePng } from '../../src/encode/png.js';
import { SceneError } from '../../src/errors.js';
import { compressWith } from '../../src/render/compress.node.js';
import { sceneText } from '../../src/scene/scene.js';
import { bytesOf } from '../encode/support.js';
import { countScene } from '../support.js';

const [folder, count, seed] = [process.argv[2]!, Number(process.argv[3]), Number(process.argv[4])];
let state = seed;
/** A whole number below `limit`. */
const random = (limit: number) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
};

const scene = countScene('seahorse', 20, 15);
const image = await paint(await render(scene, { workers: 0 }), scene);
const kfr =
  'Re: -0.75\r\nIm: 0.1\r\nZoom: 30\r\nIterations: 900\r\nRatio: 360\r\nPower: 2\r\nFractalType: 1\r\n';
const toml =
  'location.real = "-0.75"\nlocation.zoom = "3"\nbailout.iterations = 99\n[transform]\nrotate = 3.5\n' +
  '[[formula]]\nabs_x = true\npower = 3\n';
const files: [string, Buffer][] = [
  ['a.png', await bytesOf(encodePng(image, rowsOf(image), pngTexts(scene), compressWith(undefined)))],
  ['a.json', Buffer.from(sceneText(scene))],
  ['a.kfr', Buffer.from(kfr)],
  ['a.toml', Buffer.from(toml)],
];

const pieces = [
  '9'.repeat(400),
  'e',
  '-',
  '{',
  '[',
  '"',
  '\n',
  '\0',
  'null',
  '1e999',
  '__proto__',
  '[['.repeat(50_000),
];
function piece(): Buffer {
  const kind = random(3);
  if (kind === 0) return Buffer.from(pieces[random(pieces.length)]!);
  if (kind === 1) return Buffer.from(Array.from({ length: random(30) }, () => random(256)));
  return Buffer.alloc(random(100) === 0 ? 2 ** 20 : random(300), random(256));
}

function changed(file: Buffer): Buffer {
  let bytes = file;
  for (let change = 0; change <= random(4); change++) {
    const at = random(bytes.length + 1);
    bytes = Buffer.concat([bytes.subarray(0, at), piece(), bytes.subarray(at + random(40))]);
  }
  return bytes;
}

/** The same change in a PNG's text, with a length and a CRC that are right, so that what it says is read. */
function changedText(file: Buffer): Buffer {
  const start = file.indexOf('iTXtScene') - 4;
  const end = start + 12 + file.readUInt32BE(start);
  const body = Buffer.concat([
    file.subarray(start + 4, start + 18),
    changed(file.subarray(start + 18, end - 4)),
  ]);
  const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length - 4);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([file.subarray(0, start), length, body, crc, file.subarray(end)]);
}

const told = { scenes: 0, errors: 0 };
for (let i = 0; i < count; i++) {
  const [name, file] = files[i % files.length]!;
  const path = join(folder, name);
  const bytes = name === 'a.png' && random(2) === 0 ? changedText(file) : changed(file);
  writeFileSync(path, bytes);
  try {
    await sceneOf(path, {});
    told.scenes++;
  } catch (error) {
    const isOurs = error instanceof UsageError || error instanceof SceneError;
    // Lines that can be read, and nothing that a terminal would obey.
    const lines = isOurs ? error.message.split('\n') : [];
    if (!isOurs || lines.some((line) => line.length > 2000 || /\p{Cc}/u.test(line)))
      throw new Error(`file ${i} of seed ${seed}: ${String(error).slice(0, 500)}`, { cause: error });
    told.errors++;
  }
}
console.log(JSON.stringify({ ...told, megabytes: process.resourceUsage().maxRSS / 1000 }));
