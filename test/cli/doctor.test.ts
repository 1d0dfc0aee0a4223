import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cpus, node } from '../../src/cli/doctor.js';
import { mandoline, run, runMany, temporaryFolder } from '../support.js';

test('the doctor finds here what every picture needs, and says what was found or what to do; as JSON it is one document', async () => {
  const [text, json] = await runMany('.', [['doctor'], ['doctor', '--json']]);
  assert.deepEqual([text!.code, text!.stderr], [0, '']);
  const lines = text!.stdout.trim().split('\n');
  assert.match(lines[0]!, /^✓ Node +\d+\.\d+\.\d+, 20\.19 or newer is required$/);
  assert.match(lines[1]!, /^✓ WebAssembly SIMD +10000 points computed, \d+ of them verified$/);
  assert.match(
    lines[2]!,
    /^✓ threads +\d+ workers answered in \d+ ms; (this machine has \d+ cores?|the container may use [\d.]+ CPUs)$/,
  );
  assert.match(lines[3]!, /^✓ shared memory +workers write into the result directly$/);
  for (const line of lines) if (line.startsWith('✓')) assert.ok(line.length <= 80, line);
  for (const line of lines.slice(4))
    assert.match(
      line,
      /^(✓ \S+ +(Open MPI v|MPICH )?\d+\.\d+(\.\d+)?, (for|to) |– \S+ +missing, .*(npm|apt) install )/,
    );

  const { schema, well, checks } = JSON.parse(json!.stdout);
  assert.deepEqual([schema, well], ['mandoline.doctor.1', true]);
  assert.deepEqual(
    checks
      .slice(0, 4)
      .map(({ name, isNeeded, isFound }: Record<string, unknown>) => [name, isNeeded, isFound]),
    [
      ['Node', true, true],
      ['WebAssembly SIMD', true, true],
      ['threads', false, true],
      ['shared memory', false, true],
    ],
  );
});

test('programs are looked for on the PATH, and what they tell of their version is shown', async (context) => {
  const folder = temporaryFolder(context);
  const only = (path: string) =>
    run(process.execPath, [mandoline, 'doctor', '--json'], { env: { PATH: path } });
  const found = async (path: string) => {
    const { checks } = JSON.parse((await only(path)).stdout.toString());
    const names = ['redis-server', 'valkey-server', 'mpirun'];
    return checks.filter(({ name }: { name: string }) => names.includes(name));
  };
  assert.deepEqual(
    (await found(folder)).map(({ isFound, says }: Record<string, unknown>) => [isFound, says]),
    [
      [false, 'to run the queue on this machine: apt install redis-server, or the equivalent'],
      [false, 'to start MPI ranks: apt install openmpi-bin, or the equivalent'],
    ],
  );
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin', 'valkey-server'), '#!/bin/sh\necho "Valkey server v=8.0.1"\n', {
    mode: 0o755,
  });
  const [server] = await found(join(folder, 'bin'));
  assert.deepEqual([server.name, server.isFound, server.version], ['valkey-server', true, '8.0.1']);
});

test('without vectors of WebAssembly it ends with 1 and says so', async () => {
  const without = ['--no-enable-sse4-1', '--no-enable-ssse3', '--no-enable-sse3'];
  const { code, stdout } = await run(process.execPath, [...without, mandoline, 'doctor']);
  const line = stdout.toString().split('\n')[1]!;
  assert.deepEqual(
    [code, /^✗ WebAssembly SIMD +missing, .*; install a newer one$/.test(line)],
    [1, true],
    line,
  );
});

test('an older Node than the floor is told', () => {
  assert.equal(node('20.19.0').isFound, true);
  assert.equal(node('24.0.1').isFound, true);
  assert.deepEqual(node('20.9.1'), {
    name: 'Node',
    isNeeded: true,
    isFound: false,
    version: '20.9.1',
    says: 'this is 20.9.1; install 20.19 or newer',
  });
  assert.equal(node('18.20.4').isFound, false);
});

test('the doctor says what the default number of workers is: cores, or the CPUs of a quota', () => {
  assert.equal(cpus(2, Infinity), 'this machine has 2 cores');
  assert.equal(cpus(1, 1.5), 'the container may use 1.5 CPUs');
  assert.equal(cpus(1, 64), 'this machine has 1 core');
});
