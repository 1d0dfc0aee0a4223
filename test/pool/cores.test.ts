// How many workers a pool has by default: CPUs that the process may use, and quotas of cgroups, from made-up files.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { test } from 'node:test';
import { Pool } from 'mandoline/pool';
import { availableParallelism, cpuQuota } from '../../src/pool/cores.node.js';
import { isInstalled } from '../support.js';

const isLinux = process.platform === 'linux';
const v2 = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate';
const v1 = (point: string, root = '/') =>
  `33 31 0:30 ${root} ${point} rw,nosuid shared:11 - cgroup cgroup rw,cpu,cpuacct`;
const unrelated =
  '22 28 0:21 / /proc rw - proc proc rw\n34 31 0:31 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory';

/** What is in each case in mountinfo, in the process's cgroup, in other files; and the CPUs that this makes. */
const cases: readonly [
  name: string,
  mounts: string,
  groups: string,
  files: Record<string, string>,
  cpus: number,
][] = [
  ['no cgroups', '', '', {}, Infinity],
  ['version 2, no quota', v2, '0::/', { '/sys/fs/cgroup/cpu.max': 'max 100000\n' }, Infinity],
  ['version 2, in a container', v2, '0::/', { '/sys/fs/cgroup/cpu.max': '150000 100000\n' }, 1.5],
  [
    'version 2, the least of a service and its slice',
    v2,
    '0::/user.slice/a.service',
    {
      '/sys/fs/cgroup/user.slice/a.service/cpu.max': '400000 100000',
      '/sys/fs/cgroup/user.slice/cpu.max': '100000 50000',
    },
    2,
  ],
  [
    'version 2, a path that only the host knows',
    v2,
    '0::/../other',
    { '/sys/fs/cgroup/cpu.max': '300000 100000' },
    3,
  ],
  [
    'version 1, no quota',
    v1('/sys/fs/cgroup/cpu'),
    '4:cpu,cpuacct:/',
    { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n' },
    Infinity,
  ],
  [
    'version 1, a container with the path of its host',
    v1('/sys/fs/cgroup/cpu,cpuacct', '/docker/0ab'),
    '4:cpuacct,cpu:/docker/0ab/inner\n3:memory:/docker/0ab',
    {
      '/sys/fs/cgroup/cpu,cpuacct/inner/cpu.cfs_quota_us': '250000',
      '/sys/fs/cgroup/cpu,cpuacct/inner/cpu.cfs_period_us': '100000',
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '900000',
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000',
    },
    2.5,
  ],
  [
    'both versions, spaces in a path',
    `${v2}\n${v1('/mnt/c\\040pu')}`,
    '0::/\n1:cpu:/',
    { '/mnt/c pu/cpu.cfs_quota_us': '50000', '/mnt/c pu/cpu.cfs_period_us': '100000' },
    0.5,
  ],
  ['files of nonsense', v2, '0::/', { '/sys/fs/cgroup/cpu.max': 'many\n' }, Infinity],
];

for (const [name, mounts, groups, files, cpus] of cases)
  test(`cpuQuota: ${name}: ${cpus}`, { skip: !isLinux }, () => {
    const all: Record<string, string> = {
      '/proc/self/mountinfo': `${unrelated}\n${mounts}\n`,
      '/proc/self/cgroup': `${groups}\n`,
      ...files,
    };
    assert.equal(
      cpuQuota((path) => all[path]),
      cpus,
    );
  });

test('availableParallelism: at least 1, at most the CPUs; a pool has as many workers by default', async () => {
  assert.ok(availableParallelism() >= 1 && availableParallelism() <= os.availableParallelism());
  assert.equal(
    cpuQuota(() => undefined),
    Infinity,
  );
  await using pool = new Pool();
  assert.equal(pool.workers, availableParallelism());
});

test('availableParallelism: a process that is bound to one CPU has one worker', {
  skip: !isInstalled('taskset'),
}, () => {
  const cpu = /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]!;
  const cores = JSON.stringify(new URL('../../src/pool/cores.node.js', import.meta.url).href);
  const text = `import { availableParallelism } from ${cores}; console.log(availableParallelism());`;
  const given = ['-c', cpu, process.execPath, '--input-type=module', '-e', text];
  assert.equal(spawnSync('taskset', given).stdout.toString(), '1\n');
});
