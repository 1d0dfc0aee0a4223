// What is written is accepted by programs that others made, where they are installed: pngcheck (all of PNG's rules),
// vips (Deep Zoom's tiles), ffmpeg (films). sharp, numpy, zarrita and OpenSeadragon read in the encoders' own tests.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import sharp from 'sharp';
import { isInstalled, root, run, runMandoline, runMany, temporaryFolder } from '../support.js';

/** The test is skipped where a program is not there. */
function needs(context: TestContext, program: string, debianPackage: string): boolean {
  const isThere = isInstalled(program);
  if (!isThere) context.skip(`${program} is not there: apt-get install ${debianPackage}`);
  return isThere;
}

async function rendered(folder: string, ...given: string[]): Promise<void> {
  const { code, stderr } = await runMandoline(folder, ...given, '--quiet');
  assert.equal(code, 0, stderr);
}

test('pngcheck finds nothing wrong: indexed and RGB, 8 and 16 bits, one pixel, one row, several bands', async (context) => {
  if (!needs(context, 'pngcheck', 'pngcheck')) return;
  const folder = temporaryFolder(context);
  const pictures = [
    ['--size', '600x900'],
    ['--size', '400x500', '--coloring', 'smooth'],
    ['--size', '200x150', '--coloring', 'smooth', '--depth', '16'],
    ['--size', '200x150', '--samples', '2x2'],
    ['--size', '1x1'],
    ['--size', '100000x1'],
  ];
  const told = await runMany(
    folder,
    pictures.map((given, i) => ['render', 'mandelbrot', ...given, '--quiet', '-o', `${i}.png`]),
  );
  for (const { code, stderr } of told) assert.equal(code, 0, stderr);
  for (const i of pictures.keys()) {
    const { code, stdout } = await run('pngcheck', ['-q', '-t', `${i}.png`], { cwd: folder });
    assert.equal(code, 0, `${pictures[i]}: ${stdout}`);
    assert.match(stdout.toString(), /^(Software|Scene)/m); // the texts are those of a picture that can be drawn again
  }
});

test('a Deep Zoom picture has the levels and tiles, of the sizes, that vips makes of the same picture', async (context) => {
  if (!needs(context, 'vips', 'libvips-tools')) return;
  const folder = temporaryFolder(context);
  await rendered(folder, 'render', 'seahorse', '--size', '600x300', '-o', 'own.dzi', '-o', 'own.png');
  const options = ['--suffix', '.png', '--tile-size', '256', '--overlap', '0'];
  const made = await run('vips', ['dzsave', 'own.png', 'vips', ...options], { cwd: folder });
  assert.equal(made.code, 0, made.stderr);
  const tiles = (name: string) =>
    readdirSync(join(folder, `${name}_files`), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.png'))
      .sort();
  assert.deepEqual(tiles('own'), tiles('vips'));
  for (const tile of tiles('own')) {
    const [own, other] = await Promise.all(
      ['own', 'vips'].map((name) => sharp(join(folder, `${name}_files`, tile)).metadata()),
    );
    assert.deepEqual([own!.width, own!.height], [other!.width, other!.height], tile);
  }
  const size = (name: string) => /<Size[^>]*>/.exec(readFileSync(join(folder, name), 'utf8'))?.[0];
  for (const side of ['Width="600"', 'Height="300"'])
    for (const name of ['own.dzi', 'vips.dzi']) assert.ok(size(name)?.includes(side), name);
});

test('ffmpeg reads a film: its size, its rate, each of its frames in the colours of the pictures', async (context) => {
  if (!needs(context, 'ffmpeg', 'ffmpeg')) return;
  const folder = temporaryFolder(context);
  const film = ['zoom', 'mandelbrot', '--to', 'seahorse', '--frames', '4', '--size', '96x64', '--quiet'];
  const { code, stdout, stderr } = await runMandoline(
    folder,
    ...film,
    ...['--fps', '25', '-o', '-', '--format', 'y4m'],
  );
  assert.equal(code, 0, stderr);
  writeFileSync(join(folder, 'film.y4m'), stdout);
  const fields = 'stream=width,height,r_frame_rate,nb_read_frames';
  const probe = await run(
    'ffprobe',
    ['-v', 'error', '-count_frames', '-show_entries', fields, '-of', 'json', 'film.y4m'],
    { cwd: folder },
  );
  assert.deepEqual(JSON.parse(probe.stdout.toString()).streams, [
    { width: 96, height: 64, r_frame_rate: '25/1', nb_read_frames: '4' },
  ]);
  assert.equal((await runMandoline(folder, ...film, '-o', 'frames')).code, 0);
  const decoded = await run(
    'ffmpeg',
    [
      '-v',
      'error',
      '-i',
      'film.y4m',
      '-vf',
      'scale=in_color_matrix=bt709',
      '-pix_fmt',
      'rgb24',
      '-f',
      'rawvideo',
      '-',
    ],
    { cwd: folder },
  );
  assert.equal(decoded.code, 0, decoded.stderr);
  for (let frame = 0; frame < 4; frame++) {
    const picture = sharp(join(folder, 'frames', `frame-0000${frame + 1}.png`));
    const pixels = await picture.removeAlpha().raw().toBuffer();
    const shown = decoded.stdout.subarray(frame * pixels.length).subarray(0, pixels.length);
    const furthest = pixels.reduce((most, part, i) => Math.max(most, Math.abs(part - shown[i]!)), 0);
    assert.ok(furthest <= 6, `frame ${frame + 1}: ${furthest} from the picture`);
  }
});

test('the documented commands make an mp4 of 4:2:0 in BT.709, in the colours of the pictures, whatever its size', async (context) => {
  if (!needs(context, 'ffmpeg', 'ffmpeg')) return;
  const folder = temporaryFolder(context);
  const filter = 'setparams=colorspace=bt709';
  const help = await runMandoline(folder, 'zoom', '--help');
  assert.ok(help.stdout.toString().includes(`ffmpeg -i - -vf ${filter} -pix_fmt yuv420p film.mp4`));
  const pad = 'pad=ceil(iw/2)*2:ceil(ih/2)*2';
  const scaled = 'format=rgb24,scale=out_color_matrix=bt709,format=yuv420p';
  const page = readFileSync(join(root, 'docs', 'films.md'), 'utf8');
  for (const part of [`-vf ${filter} -pix_fmt yuv420p`, pad, `-vf ${scaled} -colorspace bt709`])
    assert.ok(page.includes(part), part);

  const film = ['zoom', 'mandelbrot', '--to', 'seahorse', '--frames', '3', '--quiet'];
  const streamed = async (size: string) => {
    const { stdout, stderr } = await runMandoline(
      folder,
      ...film,
      '--size',
      size,
      '-o',
      '-',
      '--format',
      'y4m',
    );
    assert.equal(stderr, '');
    writeFileSync(join(folder, `${size}.y4m`), stdout);
  };
  const pictures = runMandoline(folder, ...film, '--size', '320x240', '-o', 'frames');
  await Promise.all([streamed('320x240'), streamed('97x65'), pictures]);
  const made: Record<string, string[]> = {
    'a.mp4': ['-i', '320x240.y4m', '-vf', filter, '-pix_fmt', 'yuv420p'],
    'odd.mp4': ['-i', '97x65.y4m', '-vf', `${filter},${pad}`, '-pix_fmt', 'yuv420p'],
    'frames.mp4': ['-framerate', '30', '-i', 'frames/frame-%05d.png', '-vf', scaled, '-colorspace', 'bt709'],
  };
  for (const [name, given] of Object.entries(made)) {
    const ended = await run('ffmpeg', ['-v', 'error', ...given, name], { cwd: folder });
    assert.equal(ended.code, 0, ended.stderr);
    const fields = 'stream=width,height,pix_fmt,color_range,color_space';
    const probe = ['-v', 'error', '-show_entries', fields, '-of', 'json', name];
    const [stream] = JSON.parse((await run('ffprobe', probe, { cwd: folder })).stdout.toString()).streams;
    const [width, height] = name === 'odd.mp4' ? [98, 66] : [320, 240];
    const colors = { pix_fmt: 'yuv420p', color_range: 'tv', color_space: 'bt709' };
    assert.deepEqual(stream, { width, height, ...colors }, name);
    if (name !== 'odd.mp4') await hasColorsOf(folder, name, 'frames');
  }
});

/** Every frame has the mean colours of its picture; by another matrix it has up to 13 more or less. */
async function hasColorsOf(folder: string, film: string, pictures: string): Promise<void> {
  const given = ['-v', 'error', '-i', film, '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'];
  const { stdout } = await run('ffmpeg', given, { cwd: folder });
  for (const [frame, name] of readdirSync(join(folder, pictures)).sort().entries()) {
    const pixels = await sharp(join(folder, pictures, name))
      .removeAlpha()
      .raw()
      .toBuffer();
    const shown = stdout.subarray(frame * pixels.length).subarray(0, pixels.length);
    const sums = [0, 0, 0];
    for (const [i, part] of pixels.entries()) sums[i % 3] = sums[i % 3]! + shown[i]! - part;
    for (const sum of sums)
      assert.ok(Math.abs(sum / (pixels.length / 3)) < 2.5, `${film}: ${name} by ${sums}`);
  }
}
