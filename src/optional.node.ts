// Packages that only some commands need. They are optional peerDependencies, which are not installed with this one, so
// errors say how to install them.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const optionalPackages = {
  sharp: ['sharp'],
  mpi: ['koffi'],
  queue: ['bullmq', 'ioredis'],
  dashboard: ['bullmq', 'ioredis', '@bull-board/api', '@bull-board/hono', '@hono/node-server', 'hono'],
} as const;

const require = createRequire(import.meta.url);

/** The command that installs those of some packages that are missing. */
export function installLine(packages: readonly string[]): string {
  const missing = packages.filter((name) => !isThere(name));
  const names = missing.length > 0 ? missing : packages;
  return ['npm install', ...(isGlobal() ? ['-g'] : []), ...names].join(' ');
}

function isThere(name: string): boolean {
  return (require.resolve.paths(name) ?? []).some((folder) => existsSync(join(folder, name, 'package.json')));
}

/** Whether npm has installed this package for all projects, in lib/node_modules or, on Windows, in npm/node_modules. */
function isGlobal(): boolean {
  const modules = dirname(dirname(fileURLToPath(new URL('../../package.json', import.meta.url))));
  const above = dirname(modules);
  return (
    basename(modules) === 'node_modules' &&
    ['lib', 'npm'].includes(basename(above)) &&
    !existsSync(join(above, 'package.json'))
  );
}
