// What `-o` may name, and what is left when the program is ended while it writes.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { progressLine } from '../../src/cli/text.js';
import { isLong, longAgo, mandoline, run, runMany, temporaryFolder } from '../support.js';

const small = ['render', 'mandelbrot', '--size', '30x20', '--workers', '0', '--samples', '1'];

test('outputs of which one would replace another are refused before anything is computed', async (context) => {
  const folder = temporaryFolder(context);
  symlinkSync('a.png', join(folder, 'link.png'));
  mkdirSync(join(folder, 'a.zarr'));
  const wrong: [string[], string][] = [
    [[...small, '-o', 'a.png', '-o', 'a.png'], '-o a.png: is given twice; give it once'],
    [
      [...small, '-o', 'a.png', '-o', './a.png'],
      '-o ./a.png: is the same file as -o a.png; give one of them',
    ],
    [
      [...small, '-o', 'a.png', '-o', 'link.png'],
      '-o link.png: is the same file as -o a.png; give one of them',
    ],
    [
      [...small, '-o', 'b.dzi', '-o', `${folder}/b.dzi`],
      `-o ${folder}/b.dzi: is the same file as -o b.dzi; give one of them`,
    ],
    [[...small, '-o', 'a.zarr', '-o', 'a.zarr/'], '-o a.zarr: is given twice; give it once'],
    [
      [...small, '-o', 'a.zarr/a.png', '-o', 'a.zarr'],
      '-o a.zarr/a.png: is inside a.zarr, which another -o replaces; choose another folder',
    ],
    [
      ['bench', '--cells', '5', '-o', 'b.csv', '-o', './b.csv'],
      '-o ./b.csv: is the same file as -o b.csv; give one of them',
    ],
  ];
  const told = await runMany(
    folder,
    wrong.map(([given]) => given),
  );
  for (const [i, [given, line]] of wrong.entries())
    assert.deepEqual(told[i], { code: 2, stdout: '', stderr: `mandoline: ${line}\n` }, given.join(' '));
  assert.deepEqual(readdirSync(folder).sort(), ['a.zarr', 'link.png']);
});

test('a picture can go to /dev/null, in any format, and a Zarr by the name that a shell completes', async (context) => {
  const folder = temporaryFolder(context);
  const told = await runMany(folder, [
    [...small, '--quiet', '-o', '/dev/null'],
    [...small, '--json', '-o', '/dev/null', '-o', '/dev/null', '--format', 'npy'],
    [...small, '--quiet', '-o', 'x.zarr/'],
    [...small, '--quiet', '-o', 'x.zarr/'],
    ['bench', '--cells', '5', '--slices', '1', '--workers', '0', '--repeat', '1', '-o', '/dev/null'],
    [...small, '-o', 'x.png/'],
    [...small, '--format', 'npy', '-o', 'x.png'],
    [...small, '--quiet', '--format', 'npy', '-o', '/dev/stdout'],
  ]);
  assert.deepEqual(
    told.map(({ code }) => code),
    [0, 0, 0, 0, 0, 2, 2, 0],
    told.map(({ stderr }) => stderr).join(''),
  );
  const { outputs } = JSON.parse(told[1]!.stdout);
  assert.deepEqual(
    outputs.map(({ path, format }: { path: string; format: string }) => [path, format]),
    [
      ['/dev/null', 'npy'],
      ['/dev/null', 'npy'],
    ],
  );
  assert.equal(told[5]!.stderr, 'mandoline: -o x.png/: is the name of a folder; give the name of a file\n');
  assert.match(told[7]!.stdout, /^.NUMPY/);
  assert.deepEqual(readdirSync(folder), ['x.zarr']);
  assert.ok(existsSync(join(folder, 'x.zarr', 'counts', 'zarr.json')));
  assert.ok(statSync('/dev/null').isCharacterDevice());
});

test('more slices than rows are told', async (context) => {
  const given = [...small, '--slices', '21', '-o', '/dev/null'];
  const [told, quiet, fitting] = await runMany(temporaryFolder(context), [
    given,
    [...given, '--quiet'],
    given.map((word) => (word === '21' ? '20' : word)),
  ]);
  const line = '\n--slices 21: 1 slice is empty, because the scene has 20 rows; give at most 20\n';
  assert.ok(told!.stderr.includes(line), told!.stderr);
  assert.equal(quiet!.stderr, '');
  assert.ok(!fitting!.stderr.includes('empty'));
});

test('unfinished files of other machines are told, once they are a day old, and stay', async (context) => {
  const folder = temporaryFolder(context);
  const left = '.a.png.00000000-7-0123456789ab.part';
  writeFileSync(join(folder, left), '');
  utimesSync(join(folder, left), 0, longAgo);
  const [told, quiet] = await runMany(folder, [
    [...small, '-o', 'a.png'],
    [...small, '-o', 'a.png', '--quiet'],
  ]);
  assert.match(
    told!.stderr,
    new RegExp(`^a\\.png: other machines or containers left unfinished files [^\\n]* ${left}\\n`),
  );
  assert.equal(quiet!.stderr, '');
  assert.deepEqual(readdirSync(folder).sort(), [left, 'a.png']);
});

/** Takes long, and writes its first bytes at once. */
const endless = ['--c', '0', '--extent', '0.5', '--iterations', '1000000', '--exact', 'brute', '--quiet'];

test('a terminal that is closed, SIGQUIT and SIGTERM leave nothing half-written either', async (context) => {
  const codes = { SIGHUP: 129, SIGQUIT: 131, SIGTERM: 143 } as const;
  await Promise.all(
    Object.entries(codes).map(async ([signal, expected]) => {
      const folder = temporaryFolder(context);
      const given = [mandoline, 'render', ...endless, '-o', 'a.npy'];
      const ended = await run(process.execPath, given, { cwd: folder }, (child) => {
        const isBegun = () =>
          readdirSync(folder).some((name) => name.endsWith('.part') && statSize(join(folder, name)) > 0);
        const timer = setInterval(
          () => isBegun() && child.kill(signal as NodeJS.Signals) && clearInterval(timer),
          5,
        );
        child.on('exit', () => clearInterval(timer));
      });
      assert.deepEqual([ended.code, ended.signal], [expected, null], `${signal}: ${ended.stderr}`);
      assert.deepEqual(readdirSync(folder), [], signal);
    }),
  );
});
const statSize = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

test('a program that fails in the middle, or ends itself, leaves nothing half-written', async (context) => {
  const from = (path: string) => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
  const program = (end: string) => `
    const { openOutput } = await import(${from('encode/output.node.js')});
    const { hearSignals, onInterrupt } = await import(${from('cli/interrupt.js')});
    const { readdirSync } = await import('node:fs');
    hearSignals();
    const output = openOutput('a.bin');
    onInterrupt(output.discard);
    await output.write((async function* () {
      yield Uint8Array.of(1);
      console.log(readdirSync('.').length);
      ${end};
      await new Promise(() => setTimeout(() => {}, 60_000));
    })());`;
  for (const end of ['setImmediate(() => { throw new Error() })', 'process.exit(1)']) {
    const folder = temporaryFolder(context);
    const given = ['--input-type=module', '-e', program(end)];
    const { code, stdout } = await run(process.execPath, given, { cwd: folder });
    assert.deepEqual([code, stdout.toString(), readdirSync(folder)], [1, '1\n', []], end);
  }
});

test('no signal at any moment leaves anything but what was there', {
  skip: !isLong && 'only with MANDOLINE_STRESS=long',
}, async (context) => {
  const signals = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const;
  const names = ['a.npy', 'a.zarr', 'a.dzi', 'a.png'];
  for (let i = 0; i < 96; i++) {
    const folder = temporaryFolder(context);
    const name = names[i % 4]!;
    const given = [
      'render',
      'mandelbrot',
      '--size',
      '1500x1500',
      '--iterations',
      '3000',
      '-o',
      name,
      '--quiet',
    ];
    await run(process.execPath, [mandoline, ...given], { cwd: folder }, (child) => {
      setTimeout(() => child.kill(signals[(i >> 2) % 4]!), 200 + 8 * i);
    });
    const left = readdirSync(folder).filter((each) => /\.(part|old)$/.test(each));
    assert.deepEqual(left, [], `${name}, ${signals[(i >> 2) % 4]} after ${200 + 8 * i} ms`);
  }
});

test('a dumb terminal gets no progress bar, another one does', async (context) => {
  const { isTTY } = process.stderr;
  const { TERM } = process.env;
  context.mock.method(process.stderr, 'write', () => true);
  context.after(() => {
    process.stderr.isTTY = isTTY;
    if (TERM === undefined) delete process.env.TERM;
    else process.env.TERM = TERM;
  });
  process.stderr.isTTY = true;
  process.env.TERM = 'dumb';
  assert.equal(await progressLine(100, 10), undefined);
  process.env.TERM = 'xterm';
  const line = await progressLine(100, 10);
  line!.stop();
  assert.ok(line);
});

const hasDescriptors = existsSync('/proc/self/fd/1');

test('what goes to a stdout that is closed is an error, and nothing else is', {
  skip: !hasDescriptors,
}, async (context) => {
  const folder = temporaryFolder(context);
  const closed = (...given: string[]) =>
    run('sh', ['-c', 'exec "$@" >&-', 'sh', process.execPath, mandoline, ...given], { cwd: folder });
  const [listed, helped, drawn] = await Promise.all([
    closed('scenes'),
    closed('--help'),
    closed(...small, '--quiet', '-o', 'a.png'),
  ]);
  const stderr = 'mandoline: stdout is closed; redirect it to a file or a program\n';
  for (const ended of [listed, helped]) assert.deepEqual([ended.code, ended.stderr], [2, stderr]);
  assert.deepEqual([drawn.code, drawn.stderr], [0, '']);
});
