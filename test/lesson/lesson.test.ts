import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { isLong, parityCases, root, run } from '../support.js';

const lesson = (name: string, ...given: string[]) =>
  run(process.execPath, [join(root, 'dist', 'lesson', `${name}.js`), ...given]);

const few = ['--cells', '50'];
const programs: [string, ...string[]][] = [
  ['serial', '1', ...few],
  ['message-passing', '3', '2', ...few],
  ['pool', '2000', '2'],
];
if (isLong)
  programs.push(
    ['serial', '1'],
    ['message-passing', '3', '2'],
    ['message-passing', '2000', '2'],
    ['pool', '7', '1'],
  );
for (const [name, ...given] of programs) {
  test(`the lesson's program makes numpy's array and prints the time of each stage: ${name} ${given.join(' ')}`, async () => {
    const { code, stdout, stderr } = await lesson(name, ...given);
    assert.deepEqual([code, stderr], [0, '']);
    const expected = given.includes('--cells') ? 'seed_100' : 'seed_4000';
    const { shape, sum, sha256_uint16_le } = parityCases.find((each) => each.name === expected)!;
    assert.match(
      stdout.toString(),
      new RegExp(`${shape.join(' x ')} counts, sum ${sum}, sha256 ${sha256_uint16_le}\n$`),
    );
    assert.match(stdout.toString(), /^grid +\d+\.\d+ s$/m);
    assert.match(stdout.toString(), /^(compute|gather) +\d+\.\d+ s$/m);
  });
}

test('arguments that are no numbers of slices and workers are one line and exit 2', async () => {
  const { code, stderr } = await lesson('pool', '2000', 'many');
  assert.equal(code, 2);
  assert.match(stderr, /^2000 many: must be N_SLICES N_WORKERS/);
});
