// Somebody who has nothing of this project but the packed tarball maps a function over a pool, in strict TypeScript.
import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pack, root, run, temporaryFolder } from '../support.js';

test('an outside project installs the tarball, compiles with strict, and maps its own function', async (context) => {
  const folder = temporaryFolder(context);
  const user = join(folder, 'outside-user');
  cpSync(join(root, 'test', 'pool', 'outside-user'), user, { recursive: true });
  // Not in the folder itself, where it would end the reach of this package's own name.
  writeFileSync(join(user, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const inUser = async (command: string, ...given: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(command, given, { cwd: user });
    assert.equal(code, 0, `${command} ${given.join(' ')}\n${stdout}${stderr}`);
    return stdout.toString();
  };
  const { tarball } = await pack(folder);
  await inUser('npm', 'install', '--no-fund', '--no-audit', tarball);
  await inUser(process.execPath, join(root, 'node_modules', 'typescript', 'bin', 'tsc'));
  assert.equal(await inUser(process.execPath, 'built/program.js'), '6171 takes 261 steps\n');
});
