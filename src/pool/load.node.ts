// How a worker on Node, Bun or Deno gets the module of a task from its address. What the runtime cannot load by itself,
// it may with tsx; otherwise a TaskError says why, and what to do.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { types } from 'node:util';
import { attempt } from './cloning.js';
import { TaskError } from './errors.js';
import type { Functions } from './worker.js';

/** Loaders that a program asks for, such as those for TypeScript, may treat `require` and `import` differently. */
const loaders = /(^|\s)(-r|--require|--import|--loader|--experimental-loader)\b/;
const hasLoaders = loaders.test([...process.execArgv, process.env.NODE_OPTIONS].join(' '));

/**
 * The module that `import(address)` gives, or a promise of it. In a new thread the first `import()` takes 5 ms, most of
 * them for Node's asynchronous loader; `require` gives the very same ES module without it (Node's "Loading ECMAScript
 * modules using require()"), where no part of it awaits at its top level. `linking` runs what must not be ended from
 * outside, and gives undefined where it is too late; without it there is no `require`.
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

/** The endings under which TypeScript names what it compiles, and those of the sources. */
const sources: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

/**
 * The address of a file that is there: the one that was given, or the source of which it would be compiled. Undefined
 * for other addresses than files'. Throws TaskError where there is neither.
 */
function fileOf(address: string): string | undefined {
  if (!address.startsWith('file:')) return undefined;
  const [, before, ending = '', after = ''] = /^(.*?)(\.\w+)?([?#].*)?$/s.exec(address)!;
  const names = [ending, ...(sources[ending] ?? [])].map((each) => `${before}${each}${after}`);
  const found = names.find((each) => !isMissing(each));
  if (found !== undefined) return found;
  throw new TaskError(
    `${shown(address)}: there is no such module; a bundler leaves modules where they are that are named by an ` +
      'address, so bundle it as an entry of its own beside the program, or declare its tasks with define(import.meta.url, ...)',
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

/** Whether this runtime reads TypeScript by itself, at least where it is JavaScript with types. */
const readsTypeScript = Boolean((process.features as { typescript?: unknown }).typescript);

/** Imports a module; TypeScript that the runtime cannot read is read by tsx, if that is installed. */
async function importFrom(address: string): Promise<Functions> {
  if (!isTypeScript(address)) return importAsItIs(address);
  // Asked first: what could not be imported once is not tried again on Node 20.
  if (!readsTypeScript && !(await registerTsx(address)))
    throw unreadable(address, `Node ${process.versions.node} does not read TypeScript`);
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
 * Lets tsx load what this thread imports from now on: the program's own, or the one that its project has. On Node 20 a
 * program's loaders are not those of its workers.
 */
async function registerTsx(address: string): Promise<boolean> {
  const given = process.execArgv.filter((flag) => /[/\\]tsx[/\\]/.test(flag));
  const bases = [
    ...given.map((each) => (each.startsWith('file:') ? each : pathToFileURL(each).href)),
    address,
  ];
  const found = bases.flatMap((base) => attempt(() => [createRequire(base).resolve('tsx/esm/api')], []))[0];
  if (found === undefined) return false;
  // The CommonJS of it looks for its loader in the wrong folder.
  const { register } = await import(pathToFileURL(found.replace(/\.cjs$/, '.mjs')).href);
  register();
  return true;
}
