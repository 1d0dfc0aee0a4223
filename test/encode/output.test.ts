import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs, {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { OutputError, openOutput } from '../../src/encode/output.node.js';
import { run, temporaryFolder } from '../support.js';

test('a file is in its place only when it is whole', async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'a.bin');
  function* chunks() {
    yield Uint8Array.of(1, 2);
    assert.equal(existsSync(path), false);
    assert.equal(readdirSync(folder).length, 1);
    yield Uint8Array.of(3);
  }
  assert.equal(await openOutput(path).write(chunks()), 3);
  assert.deepEqual([...readFileSync(path)], [1, 2, 3]);
  assert.deepEqual(readdirSync(folder), ['a.bin']);
});

test('work that fails leaves the old file as it was, and nothing beside it', async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'a.bin');
  writeFileSync(path, 'old');
  const failure = new Error('no more');
  async function* chunks() {
    yield Uint8Array.of(1);
    throw failure;
  }
  await assert.rejects(openOutput(path).write(chunks()), (error) => error === failure);
  assert.equal(readFileSync(path, 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['a.bin']);
});

test('what is discarded in the middle leaves nothing', async (context) => {
  const folder = temporaryFolder(context);
  const output = openOutput(join(folder, 'a.bin'));
  function* chunks() {
    yield Uint8Array.of(1);
    output.discard();
    assert.deepEqual(readdirSync(folder), []);
    yield Uint8Array.of(2);
  }
  await assert.rejects(output.write(chunks()), OutputError);
  assert.deepEqual(readdirSync(folder), []);
});

test('an unfinished file is there as soon as the writing begins: a signal never finds one that is about to be opened', async (context) => {
  const folder = temporaryFolder(context);
  const output = openOutput(join(folder, 'a.bin'));
  const written = output.write([Uint8Array.of(1)]);
  assert.match(readdirSync(folder).join(), /^\.a\.bin\.[0-9a-f]{8}-\d+-[0-9a-f]{12}\.part$/);
  output.discard();
  await assert.rejects(written, OutputError);
  assert.deepEqual(readdirSync(folder), []);
});

test('a file is written to where links lead, whether there is one already or not', async (context) => {
  const folder = temporaryFolder(context);
  const at = (...names: string[]) => join(folder, ...names);
  mkdirSync(at('disk'));
  writeFileSync(at('disk', 'a.bin'), 'old');
  symlinkSync(join('disk', 'a.bin'), at('a.bin'));
  symlinkSync('a.bin', at('twice.bin'));
  symlinkSync(at('disk', 'new.bin'), at('new.bin'));
  for (const [name, byte] of [
    ['a.bin', 1],
    ['twice.bin', 2],
    ['new.bin', 3],
  ] as const) {
    const output = openOutput(at(name));
    await output.write([Uint8Array.of(byte)]);
    assert.ok(lstatSync(at(name)).isSymbolicLink(), name);
    assert.deepEqual([...readFileSync(at(name))], [byte]);
  }
  assert.equal(readlinkSync(at('new.bin')), at('disk', 'new.bin'));
  assert.deepEqual(readdirSync(at('disk')).sort(), ['a.bin', 'new.bin']);
  assert.deepEqual(openOutput(at('twice.bin')).places, openOutput(at('disk', '..', 'disk', 'a.bin')).places);

  symlinkSync('b', at('c'));
  symlinkSync('c', at('b'));
  assert.throws(() => openOutput(at('b')), /b: cannot be written: too many symbolic links; /);
  symlinkSync(join('none', 'x'), at('lost'));
  assert.throws(() => openOutput(at('lost')), OutputError);
});

test('a file that is replaced keeps its permissions, its owner and its group', async (context) => {
  const path = join(temporaryFolder(context), 'a.bin');
  for (const mode of [0o600, 0o640, 0o666, 0o755]) {
    writeFileSync(path, 'old');
    chmodSync(path, mode);
    if (process.getuid!() === 0) chownSync(path, 12345, 54321);
    const { uid, gid } = statSync(path);
    await openOutput(path).write([Uint8Array.of(1)]);
    const status = statSync(path);
    assert.deepEqual([status.mode & 0o777, status.uid, status.gid, status.size], [mode, uid, gid, 1]);
  }
});

test('the unfinished file of a private one is private', async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'a.bin');
  writeFileSync(path, 'old', { mode: 0o600 });
  await openOutput(path).write(
    (function* () {
      const part = readdirSync(folder).find((name) => name.endsWith('.part'))!;
      assert.equal(statSync(join(folder, part)).mode & 0o777, 0o600);
      yield Uint8Array.of(1);
    })(),
  );
});

test('a file that must not be written is not replaced', (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'a.bin');
  writeFileSync(path, 'old', { mode: 0o444 });
  const nobody = 65534;
  const isRoot = process.getuid!() === 0;
  if (isRoot) for (const each of [folder, path]) chownSync(each, nobody, nobody);
  // Root may write everything.
  if (isRoot) process.seteuid!(nobody);
  try {
    assert.throws(
      () => openOutput(path),
      /a\.bin: cannot be written: permission denied; choose another place$/,
    );
    chmodSync(folder, 0o555);
    assert.throws(
      () => openOutput(join(folder, 'new')),
      /new: the folder \S+ cannot be written to: permission denied; choose another$/,
    );
  } finally {
    if (isRoot) process.seteuid!(0);
  }
});

type Replaceable = 'readdirSync' | 'fchmodSync';

/** Puts something else in place of a function of node:fs until the test ends. */
function replace(context: TestContext, name: Replaceable, by: (path: string) => unknown): void {
  const { mock } = context.mock.method(fs, name, by as never);
  syncBuiltinESMExports();
  context.after(() => {
    mock.restore();
    syncBuiltinESMExports();
  });
}

const refuse = (code: string) => () => {
  throw Object.assign(new Error(code), { code, errno: -1 });
};

test('a file can be written to a folder that cannot be listed', async (context) => {
  const path = join(temporaryFolder(context), 'a.bin');
  replace(context, 'readdirSync', refuse('EACCES'));
  await openOutput(path).write([Uint8Array.of(1)]);
  assert.deepEqual([...readFileSync(path)], [1]);
});

test('a file is replaced where the file system keeps no permissions', async (context) => {
  const path = join(temporaryFolder(context), 'a.bin');
  writeFileSync(path, 'old');
  replace(context, 'fchmodSync', refuse('EPERM'));
  await openOutput(path).write([Uint8Array.of(1)]);
  assert.deepEqual([...readFileSync(path)], [1]);
});

test("another machine's file that is gone once the folder is listed is passed over", (context) => {
  const folder = temporaryFolder(context);
  const gone = '.a.bin.00000000-1-000000000000.part';
  const list = fs.readdirSync as (path: string) => string[];
  replace(context, 'readdirSync', (path) => [...list(path), gone]);
  assert.deepEqual(openOutput(join(folder, 'a.bin')).leftovers, []);
});

test('pipes are refused at once, and devices are written to, never replaced', async (context) => {
  const folder = temporaryFolder(context);
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  assert.throws(
    () => openOutput(join(folder, 'pipe')),
    /pipe: is a pipe, into which a shell can redirect stdout; /,
  );
  symlinkSync('/dev/null', join(folder, 'nothing.bin'));
  for (const path of ['/dev/null', join(folder, 'nothing.bin')])
    assert.equal(await openOutput(path).write([new Uint8Array(3), new Uint8Array(4)]), 7);
  assert.ok(statSync('/dev/null').isCharacterDevice());
  assert.throws(
    () => openOutput(join(folder, 'a.png/')),
    /a\.png\/: is the name of a folder; give the name of a file$/,
  );
});

test('a missing folder, a file in its place, a folder as target are told before any work', (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'sub.png'));
  assert.throws(
    () => openOutput(join(folder, 'none', 'a.png')),
    /the folder .*none does not exist; create it first/,
  );
  assert.throws(() => openOutput(join(folder, 'file', 'a.png')), /file is not a folder/);
  assert.throws(() => openOutput(join(folder, 'sub.png')), /is a folder; give the name of a file/);
  for (const length of [250, 300])
    assert.throws(() => openOutput(join(folder, 'a'.repeat(length))), /the name is too long; choose/);
  assert.deepEqual(readdirSync(folder).sort(), ['file', 'sub.png']);
});

const hasFullDevice = existsSync('/dev/full');

test('a full disk is told in one line', { skip: !hasFullDevice }, async (context) => {
  const path = join(temporaryFolder(context), 'a.bin');
  symlinkSync('/dev/full', path);
  await assert.rejects(openOutput(path).write([Uint8Array.of(1)]), (error) => {
    assert.ok(error instanceof OutputError);
    assert.equal(
      error.message,
      `${path}: cannot be written: no space is left on the disk; make room or choose another place`,
    );
    return true;
  });
});

/** A program that writes so many bytes to stdout and says on stderr what came of it. */
const writer = (bytes: number) => `
  import { openOutput } from ${JSON.stringify(new URL('../../src/encode/output.node.js', import.meta.url).href)};
  function* chunks() { for (let left = ${bytes}; left > 0; left -= 65536) yield new Uint8Array(Math.min(left, 65536)); }
  try { console.error('written', await openOutput('-').write(chunks())); }
  catch (error) { console.error(error.name, error.message); }`;
const shell = (tail: string, bytes: number) =>
  run('sh', ['-c', `"$0" --input-type=module -e "$1" ${tail}`, process.execPath, writer(bytes)]);

test('stdout gets every byte, however slow its reader', async () => {
  const { stdout, stderr } = await shell('| (sleep 0.3; cat)', 3_000_001);
  assert.equal(stdout.length, 3_000_001);
  assert.equal(stderr, 'written 3000001\n');
});

test('a reader of stdout that goes away ends the writing quietly', async () => {
  const { stdout, stderr } = await shell('| head -c 10', 30_000_000);
  assert.equal(stdout.length, 10);
  assert.match(stderr, /^written \d+\n$/);
});

test('a stdout that is full is told in one line', { skip: !hasFullDevice }, async () => {
  const { stderr } = await shell('> /dev/full', 100_000);
  assert.match(stderr, /^OutputError stdout: cannot be written: no space is left on the disk; [^\n]*\n$/);
});

test('a stdout that is closed is told before any work', { skip: process.platform !== 'linux' }, async () => {
  const { stderr } = await shell('>&-', 100_000);
  assert.match(stderr, /^OutputError -: stdout is closed; redirect it to [^\n]*\n$/);
  assert.equal((await shell('> /dev/null', 100_000)).stderr, 'written 100000\n');
});
