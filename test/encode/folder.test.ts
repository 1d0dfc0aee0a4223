// Folders of files take their places whole: at whatever moment a program is killed, the next one finds or makes the old
// or the new one, and leaves nothing next to it.
import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openFolder } from '../../src/encode/folder.node.js';
import { openFile, openOutput } from '../../src/encode/output.node.js';
import { placeOf } from '../../src/encode/place.node.js';
import { longAgo, run, temporaryFolder } from '../support.js';

const isOurs = () => true;
const fill = (content: string) => async (folder: string) => writeFileSync(join(folder, 'content'), content);
const contentOf = (folder: string) => readFileSync(join(folder, 'content'), 'utf8');

/** Writes a folder, with a file or without, in a program that is killed just before or after one of its renames. */
const killedProgram = (folder: string, at: string, withFile: boolean) => {
  const url = (name: string) => JSON.stringify(new URL(`../../src/encode/${name}`, import.meta.url).href);
  return `
    import fs from 'node:fs';
    import { syncBuiltinESMExports } from 'node:module';
    const { renameSync } = fs;
    let renames = 0;
    const die = (moment) => moment === ${JSON.stringify(at)} && process.kill(process.pid, 'SIGKILL');
    fs.renameSync = (from, to) => {
      die('before ' + ++renames);
      renameSync(from, to);
      die('after ' + renames);
    };
    syncBuiltinESMExports();
    const { openFolder } = await import(${url('folder.node.js')});
    const { openFile } = await import(${url('output.node.js')});
    const { placeOf } = await import(${url('place.node.js')});
    process.chdir(${JSON.stringify(folder)});
    const file = ${withFile} ? openFile(placeOf('a.txt')) : undefined;
    await openFolder('a', 'folder', () => true, file).write(async (folder) => {
      fs.writeFileSync(folder + '/content', 'new');
      await file?.prepare([Buffer.from('new')]);
    });`;
};

for (const withFile of [false, true])
  test(`a folder${withFile ? ' and its file' : ''} survive a kill before and after each rename: the next program mends them`, async (context) => {
    const moments = ['before 1', 'before 2', ...(withFile ? ['before 3'] : []), `after ${withFile ? 3 : 2}`];
    await Promise.all(
      moments.map(async (moment) => {
        const folder = temporaryFolder(context);
        mkdirSync(join(folder, 'a'));
        writeFileSync(join(folder, 'a', 'content'), 'old');
        if (withFile) writeFileSync(join(folder, 'a.txt'), 'old');
        const program = killedProgram(folder, moment, withFile);
        const { signal, stderr } = await run(process.execPath, ['--input-type=module', '-e', program]);
        assert.equal(signal, 'SIGKILL', stderr);
        assert.notDeepEqual(
          readdirSync(folder),
          withFile ? ['a', 'a.txt'] : ['a'],
          `${moment}: something is left`,
        );

        const file = withFile ? openFile(placeOf(join(folder, 'a.txt'))) : undefined;
        openFolder(join(folder, 'a'), 'folder', isOurs, file);
        assert.deepEqual(readdirSync(folder), withFile ? ['a', 'a.txt'] : ['a'], moment);
        const expected = moment === 'before 1' ? 'old' : 'new';
        assert.equal(contentOf(join(folder, 'a')), expected, moment);
        if (withFile) assert.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), expected, moment);
      }),
    );
  });

test('a folder is written to where a link leads, and keeps its permissions', async (context) => {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'disk'));
  for (const name of ['old', 'new']) symlinkSync(join('disk', name), join(folder, name));
  mkdirSync(join(folder, 'disk', 'old'));
  chmodSync(join(folder, 'disk', 'old'), 0o2750);
  for (const name of ['old', 'new']) {
    // With the slash that shells complete.
    const output = openFolder(`${join(folder, name)}/`, 'folder', isOurs);
    await output.write(async (part) => {
      if (name === 'old') assert.equal(statSync(part).mode & 0o777, 0o700);
      await fill(name)(part);
    });
    assert.ok(lstatSync(join(folder, name)).isSymbolicLink());
    assert.equal(contentOf(join(folder, 'disk', name)), name);
  }
  assert.equal(statSync(join(folder, 'disk', 'old')).mode & 0o7777, 0o2750);
  assert.deepEqual(readdirSync(join(folder, 'disk')).sort(), ['new', 'old']);
});

test('where the file cannot take its place the old folder comes back', async (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, 'a');
  await openFolder(path, 'folder', isOurs).write(fill('old'));
  const file = openFile(placeOf(join(folder, 'a.txt')));
  const output = openFolder(path, 'folder', isOurs, file);
  // Nothing is prepared, so that there is nothing to put in its place.
  await assert.rejects(
    output.write(fill('new')),
    /a\.txt: cannot be written: there is no such file or folder/,
  );
  assert.equal(contentOf(path), 'old');
  assert.deepEqual(readdirSync(folder), ['a']);
});

test('what other machines left is told where it is old, and never removed', (context) => {
  const folder = temporaryFolder(context);
  const [old, fresh] = ['0', '1'].map((digit) => join(folder, `.a.png.00000000-1-00000000000${digit}.part`));
  for (const path of [old!, fresh!]) writeFileSync(path, '');
  utimesSync(old!, 0, longAgo);
  assert.deepEqual(openOutput(join(folder, 'a.png')).leftovers, [old]);
  assert.equal(readdirSync(folder).length, 2);
  rmSync(old!);
  assert.deepEqual(openOutput(join(folder, 'a.png')).leftovers, []);
});
