// What tests that start ranks need: whether this machine can, and how they are started.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, isInstalled, root, run } from '../support.js';

const hasKoffi = existsSync(join(root, 'node_modules', 'koffi', 'package.json'));

/** Why tests of MPI are skipped here, and how to have them; false where they run. */
export const noMpi = !isInstalled('mpirun')
  ? 'there is no mpirun; to have it: apt install openmpi-bin'
  : !hasKoffi && 'there is no koffi; to have it: npm install koffi';

/** Flags of Node with which this module is loaded in place of koffi. */
export function insteadOfKoffi(source: string): string[] {
  const module = `data:text/javascript,${encodeURIComponent(source)}`;
  const hook = `export const resolve = (name, context, next) =>
    name === 'koffi' ? { url: ${JSON.stringify(module)}, shortCircuit: true } : next(name, context);`;
  const hooks = `data:text/javascript,${encodeURIComponent(hook)}`;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(hooks)});`;
  // What newer Nodes say of the hook that hides the package is none of the command's lines.
  return ['--no-deprecation', '--import', `data:text/javascript,${encodeURIComponent(register)}`];
}

const asRoot = { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };

/** Runs a program of Node in so many ranks, which wait for each other without keeping a core busy where they are many. */
export const mpirun = (
  ranks: number,
  given: readonly string[],
  cwd?: string,
  more: NodeJS.ProcessEnv = {},
): Promise<Ended> =>
  run('mpirun', ['--oversubscribe', '-n', String(ranks), process.execPath, ...given], {
    env: { ...process.env, ...asRoot, ...more },
    ...(cwd !== undefined && { cwd }),
  });
