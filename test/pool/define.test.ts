// Tasks by `define`: what goes wrong and says so, single-file bundles, and what an editor and the compiler make of them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { define, Pool, TaskError } from 'mandoline/pool';
import { rolldown } from 'rolldown';
import { root, run, temporaryFolder, tsc } from '../support.js';
import { area } from './defined-jobs.js';
import { ghost } from './programs/ghost.js';

test('define: an address, a collection or a function that is none throws; so does a name that is taken', () => {
  const forced = define as (module: unknown, functions: unknown) => Record<string, (x: number) => number>;
  for (const [address, functions, message] of [
    [undefined, {}, /^define: undefined: not the address of a module; give import\.meta\.url/],
    ['jobs.js', {}, /^define: "jobs\.js": not the address of a module/],
    ['file:///jobs.js', null, /^define: null: not an object of functions/],
    ['file:///jobs.js', { five: 5 }, /^define: five: 5: not a function/],
  ] as const)
    assert.throws(() => forced(address, functions), { name: 'TaskError', message });
  const two = () => [1, 2].map((by) => forced('file:///taken.js', { add: (x: number) => x + by }));
  assert.doesNotThrow(two, 'a module that is evaluated again defines the same');
  assert.throws(() => forced('file:///taken.js', { add: (x: number) => x - 1 }), {
    name: 'TaskError',
    message: /^define: add: file:\/\/\/taken\.js defines another function of this name/,
  });
});

test('define: functions that are defined twice, or elsewhere, stay what they are', () => {
  const { parse } = define('file:///one.js', { parse: JSON.parse });
  const { parse: other } = define('file:///other.js', { parse: JSON.parse });
  assert.notEqual(parse, other);
  assert.deepEqual(
    [parse('[1]'), JSON.parse.name, Object.getOwnPropertySymbols(JSON.parse)],
    [[1], 'parse', []],
  );
});

test('define: a function that the module defines on the main thread only rejects with the way out', async () => {
  await using pool = new Pool({ workers: 1 });
  await assert.rejects(pool.map(ghost!, [1]), (error) => {
    assert.ok(error instanceof TaskError);
    assert.match(error.message, /ghost\.js defines no function ghost when a worker imports it; call define/);
    return true;
  });
});

test('define: a worker of the user that imports the module needs not serve it', async () => {
  const served = new URL('./programs/serving-defined.js', import.meta.url);
  await using pool = new Pool({ workers: 1, worker: () => new Worker(served) });
  assert.equal(await pool.apply(area, [3, 4]), 12);
});

const module = `import { define } from 'mandoline/pool';
export const { steps } = define(import.meta.url, {
  steps(n: number): number {
    let count = 0;
    for (; n > 1; count++) n = n % 2 === 0 ? n / 2 : 3 * n + 1;
    return count;
  },
});
`;
const imports = `import { isMainThread, Pool } from 'mandoline/pool';
import { steps } from './collatz.js';
`;
const body = `  const pool = new Pool({ workers: 2 });
  console.log(await pool.map(steps, [27, 97]));
  pool.close();
  await pool.join();
`;
const programs = {
  guarded: `${imports}if (isMainThread) {\nconsole.log(steps(27));\n${body}}\n`,
  unguarded: `${imports}try {\n${body}} catch (error) {\n  console.log(error.message);\n  process.exit(1);\n}\n`,
  // A worker comes to the line that makes a pool long after it has imported the bundle.
  late: `${imports}
    async function main() {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const alive = setInterval(() => {}, 1000);
      let onStrayError;
      const told = new Promise((resolve) => {
        onStrayError = resolve;
      });
      const pool = new Pool({ workers: 1, onStrayError });
      console.log(await pool.map(steps, [27]), (await told).message);
      pool.terminate();
      clearInterval(alive);
    }
    void main();`,
};

test('define: in a single-file bundle the worker loads the bundle; without a guard an error says so, at once or later', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'collatz.ts'), module);
  const ended = async (name: keyof typeof programs) => {
    const input = join(folder, `${name}.ts`);
    writeFileSync(input, programs[name]);
    const pool = join(root, 'dist', 'src', 'pool', 'index.js');
    const bundle = await rolldown({
      input,
      platform: 'node',
      resolve: { alias: { 'mandoline/pool': pool } },
    });
    const file = join(folder, 'built', `${name}.mjs`);
    await bundle.write({ file, format: 'es', codeSplitting: false });
    return await run(process.execPath, [file]);
  };
  const guarded = await ended('guarded');
  assert.deepEqual([guarded.stdout.toString(), guarded.stderr, guarded.code], ['111\n[ 111, 118 ]\n', '', 0]);
  const unguarded = await ended('unguarded');
  const refusal = 'a Pool was made in a worker, outside of its tasks';
  assert.match(
    unguarded.stdout.toString(),
    new RegExp(`^${refusal} while it imported .*unguarded\\.mjs.*isMainThread`),
  );
  const late = await ended('late');
  assert.match(late.stdout.toString(), new RegExp(`^\\[ 111 \\] ${refusal}: .*if \\(isMainThread\\)`));
});

test('define: types flow; a lambda, a wrong item and a missing export are errors that a reader understands', async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, 'collatz.ts'), module);
  const lines = [
    "import { Pool } from 'mandoline/pool';",
    "import { steps } from './collatz.js';",
    "import { stairs } from './collatz.js';",
    'const pool = new Pool();',
    'export const counts: Promise<number[]> = pool.map(steps, [27]);',
    'pool.map((n: number) => n + 1, [1]);',
    "pool.map(steps, ['27']);",
    'console.log(stairs);',
  ];
  writeFileSync(join(folder, 'program.ts'), lines.join('\n'));
  const paths = { 'mandoline/pool': [join(root, 'dist', 'src', 'pool', 'index.d.ts')] };
  const compilerOptions = {
    strict: true,
    module: 'nodenext',
    target: 'es2023',
    noEmit: true,
    paths,
    types: [],
  };
  const lib = ['es2023', 'esnext.disposable', 'dom'];
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: { ...compilerOptions, lib }, include: ['*.ts'] }),
  );
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const { stdout } = await run(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { cwd: folder });
  const errors = stdout
    .toString()
    .trimEnd()
    .split(/\n(?=\S)/);
  assert.equal(errors.length, 3, stdout.toString());
  assert.match(errors[0]!, /program\.ts\(3,10\): error TS\d+: .*stairs/);
  assert.match(
    errors[1]!,
    /program\.ts\(6,10\): .* parameter of type 'Task<.*, "made by define\(import\.meta\.url, \{ \.\.\. \}\)">'/,
  );
  assert.match(errors[2]!, /program\.ts\(7,17\): [\s\S]*'string' is not assignable to type 'number'/);
});

test('define: go-to-definition leads from a use to the module that defines the task', async (context) => {
  const folder = temporaryFolder(context);
  const uri = (name: string) => pathToFileURL(join(folder, name)).href;
  const program = `import { steps } from './collatz.js';\nsteps(27);\n`;
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    '{ "compilerOptions": { "module": "nodenext" }, "include": ["*.ts"] }',
  );
  writeFileSync(join(folder, 'collatz.ts'), module);
  writeFileSync(join(folder, 'program.ts'), program);
  const opened = { uri: uri('program.ts'), languageId: 'typescript', version: 1, text: program };
  const [found] = await askLanguageServer(context, uri('.'), opened, { line: 1, character: 2 });
  assert.equal(found?.uri, uri('collatz.ts'));
  const line = readFileSync(join(folder, 'collatz.ts'), 'utf8').split('\n')[found.range.start.line]!;
  assert.match(line, /steps/);
});

interface Place {
  readonly uri: string;
  readonly range: { readonly start: { readonly line: number } };
}

/** Where a name is defined, as TypeScript's own language server tells an editor. */
async function askLanguageServer(
  context: test.TestContext,
  rootUri: string,
  textDocument: { readonly uri: string },
  position: object,
): Promise<Place[]> {
  const server = spawn(process.execPath, [tsc, '--lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  context.after(() => server.kill());
  const send = (message: object) => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  const answers = new Map<number, (result: unknown) => void>();
  const ask = (id: number, method: string, params: object) =>
    new Promise<unknown>((resolve) => {
      answers.set(id, resolve);
      send({ id, method, params });
    });
  let received = Buffer.alloc(0);
  server.stdout.on('data', (data: Buffer) => {
    received = Buffer.concat([received, data]);
    for (;;) {
      const head = received.indexOf('\r\n\r\n') + 4;
      const length = /Content-Length: (\d+)/.exec(received.toString('latin1', 0, Math.max(0, head)));
      const end = head + Number(length?.[1]);
      if (!(received.length >= end)) return;
      const message = JSON.parse(received.subarray(head, end).toString());
      received = received.subarray(end);
      if (!message.method) answers.get(message.id)?.(message.result);
      // What the server asks of an editor.
      else if (message.id !== undefined) send({ id: message.id, result: null });
    }
  });
  await ask(1, 'initialize', { processId: process.pid, rootUri, capabilities: {} });
  send({ method: 'initialized', params: {} });
  send({ method: 'textDocument/didOpen', params: { textDocument } });
  const result = await ask(2, 'textDocument/definition', { textDocument, position });
  return [result].flat() as Place[];
}
