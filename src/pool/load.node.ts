// How a worker on Node, Bun or Deno imports a task's module from its address. If the runtime cannot load it, tsx is
// tried; otherwise, a TaskError gives the reason and the remedy.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { types } from 'node:util';
import { attempt } from './cloning.js';
import { TaskError } from './errors.js';
import type { Functions } from './worker-functions.js';

/** Loaders that a program requests, such as those for TypeScript, may treat `require` and `import` differently. */
const hasLoaders = hasFlag('-r', '--require', '--import', '--loader', '--experimental-loader');

/** Whether Node runs this program with one of these flags. */
export function hasFlag(...flags: readonly string[]): boolean {
  const given = [...process.execArgv, process.env.NODE_OPTIONS].join(' ');
  return new RegExp(`(^|\\s)(${flags.join('|')})\\b`).test(given);
}

/**
 * The module that `import(address)` returns, or a promise of it. In a new thread the first `import()` takes 5 ms, most
 * of it for Node's asynchronous loader; `require` returns the same ES module without that delay (Node's "Loading
 * ECMAScript modules using require()"), provided that no part of it uses top-level await. `linking` runs an action that
 * must not be interrupted by termination, and returns undefined if termination has begun; without it, `require` is not
 * used.
 */
export function load(
  address: string,
  linking: (<T>(link: () => T) => T | undefined) | undefined,
): Functions | Promise<Functions> {
  const file = fileOf(address);
  if (file === undefined || !linking || !/^file:[^?#]*\.m?js$/.test(file) || hasLoaders)
    return importFrom(file ?? address);
  const loaded = linking(() => attemptRequire(file));
  if (loaded === undefined) return new Promise(() => {});
  return loaded === 'import' ? importFrom(file) : loaded;
}

function attemptRequire(address: string): Functions | 'import' {
  try {
    const loaded = createRequire(address)(fileURLToPath(address));
    if (types.isModuleNamespaceObject(loaded)) return loaded as unknown as Functions;
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'MODULE_NOT_FOUND' && !code.startsWith('ERR_REQUIRE')) throw error;
  }
  return 'import';
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code);

/** File extensions of compiled TypeScript, and those of its sources. */
const sources: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

/**
 * The address of an existing file: the given one, or the source that it would be compiled from. Undefined for
 * addresses that are not file URLs. Throws TaskError if neither file exists.
 */
function fileOf(address: string): string | undefined {
  if (!address.startsWith('file:')) return undefined;
  const [, before, ending = '', after = ''] = /^(.*?)(\.\w+)?([?#].*)?$/s.exec(address)!;
  const names = [ending, ...(sources[ending] ?? [])].map((each) => `${before}${each}${after}`);
  const found = names.find((each) => !isMissing(each));
  if (found !== undefined) return found;
  throw new TaskError(
    `${shown(address)}: the module does not exist; bundlers do not include modules that are named by an ` +
      'address, so bundle it as a separate entry next to the program, or declare its tasks with define(import.meta.url, ...)',
  );
}

const shown = (address: string): string => attempt(() => fileURLToPath(address), address);

const isMissing = (address: string): boolean => {
  try {
    statSync(fileURLToPath(address));
    return false;
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes(codeOf(error));
  }
};

const isTypeScript = (address: string): boolean => /^file:[^?#]*\.[mc]?tsx?([?#]|$)/.test(address);

/** Whether this runtime reads TypeScript by itself, at least syntax that can be erased. */
const readsTypeScript = Boolean((process.features as { typescript?: unknown }).typescript);

/** Imports a module; tsx, if installed, reads TypeScript that the runtime cannot. */
async function importFrom(address: string): Promise<Functions> {
  if (!isTypeScript(address)) return importAsItIs(address);
  // Checked first: Node 20 does not retry a module that failed to import.
  if (!readsTypeScript && !(await registerTsx(address)))
    throw unreadable(address, `Node ${process.versions.node} does not run TypeScript`);
  try {
    return await importAsItIs(address);
  } catch (error) {
    if (!readsTypeScript || !/^ERR_(UNSUPPORTED|INVALID)_TYPESCRIPT|NOT_FOUND$/.test(codeOf(error)))
      throw error;
    if (await registerTsx(address)) return importAsItIs(address);
    throw unreadable(address, String((error as Error).message).split('\n')[0]!);
  }
}

const unreadable = (address: string, reason: string): TaskError =>
  new TaskError(
    `${shown(address)}: cannot be loaded by workers: ${reason}; npm install tsx, which is used then, or compile it ` +
      'and name the compiled module',
  );

async function importAsItIs(address: string): Promise<Functions> {
  try {
    return await import(address);
  } catch (error) {
    if (codeOf(error) !== 'ERR_UNSUPPORTED_ESM_URL_SCHEME') throw error;
    throw new TaskError(
      `${address}: workers here import modules from files; give the address of a file, such as ` +
        "new URL('./module.js', import.meta.url)",
    );
  }
}

/**
 * Registers tsx for this thread's later imports: the program's own tsx, or the one installed in its project. On Node 20
 * workers do not inherit a program's loaders.
 */
async function registerTsx(address: string): Promise<boolean> {
  const given = process.execArgv.filter((flag) => /[/\\]tsx[/\\]/.test(flag));
  const bases = [
    ...given.map((each) => (each.startsWith('file:') ? each : pathToFileURL(each).href)),
    address,
  ];
  const found = bases.flatMap((base) => attempt(() => [createRequire(base).resolve('tsx/esm/api')], []))[0];
  if (found === undefined) return false;
  // tsx's CommonJS build looks for its loader in the wrong folder.
  const { register } = await import(pathToFileURL(found.replace(/\.cjs$/, '.mjs')).href);
  register();
  return true;
}
