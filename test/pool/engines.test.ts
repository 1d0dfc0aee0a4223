// What other engines than Node's need of the pool: symbols that Safari lacks, and shared memory that no compiler may
// read but once, as Firefox's does with plain reads in a loop.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { root, run } from '../support.js';

test('`await using` closes a pool where Symbol.dispose and Symbol.asyncDispose are missing', async () => {
  const program = fileURLToPath(new URL('./programs/without-dispose.js', import.meta.url));
  const { code, stdout, stderr } = await run(process.execPath, [program]);
  const lines = ['undefined undefined', '9', 'true', 'symbol symbol', ''];
  assert.deepEqual([code, stdout.toString().split('\n'), stderr], [0, lines, '']);
});

/** The cells that one thread reads while another writes them, by the names under which the sources know them. */
const cells = ['slots', 'started', 'counters', 'states', 'state'];

test('cells that threads share are read and written with Atomics only', () => {
  const sources = readdirSync(join(root, 'src', 'pool')).map((name) => [
    name,
    readFileSync(join(root, 'src', 'pool', name), 'utf8'),
  ]);
  const plain = new RegExp(
    `\\b(${cells.join('|')})\\b[!?)]*\\.?\\[|\\b(${cells.join('|')})\\.(at|fill|set)\\(`,
  );
  const found = sources.flatMap(([name, text]) =>
    text!
      .split('\n')
      .filter((line) => plain.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  assert.deepEqual(found, []);
  // All shared memory of the package is made in these places; whoever makes more says here who reads it how.
  const making = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(
      (name) =>
        name.endsWith('.ts') &&
        readFileSync(join(root, 'src', name), 'utf8').includes('new SharedArrayBuffer('),
    )
    .sort();
  // Fields and reference orbits lie in memory of shared-memory.ts; a reference orbit is complete before any other thread receives it; the sums of slices and the
  // progress of a reference (render/) are read and written with Atomics.
  const expected = [
    'pool/member.ts',
    'pool/protocol.ts',
    'pool/thread.node.ts',
    'render/exact-job.ts',
    'render/reference.ts',
    'shared-memory.ts',
  ];
  assert.deepEqual(making, expected);
});
