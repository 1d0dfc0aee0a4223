// Programs in the Markdown compile under the project's own rules, run, and print what the text says they print; scenes
// can be drawn. What a block takes from around it stands before it, in a comment that a reader does not see.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { inPixels, parseScene, render } from 'mandoline';
import { eachOfMany, root, run, tsc } from '../support.js';
import { type CodeBlock, codeBlocks, documents } from './documents.js';

const blocks = documents.filter(({ path }) => !/^(docs\/api|lesson)\//.test(path)).flatMap(codeBlocks);

/** Inside the project, so that it is found under its own name. */
const folder = join(root, 'dist', 'markdown');

interface Program extends CodeBlock {
  readonly file: string;
  /** Modules that do nothing alone, and what only a browser can run. */
  readonly isRun: boolean;
}

const inBrowser = 'in a browser';

/** Each program in a file, whose name may stand in its first line. */
const programs: readonly Program[] = blocks
  .filter(({ language }) => language === 'js' || language === 'ts')
  .map((block, i) => {
    const name =
      /^\/\/ ([\w-]+\.ts)\n/.exec(block.code)?.[1] ?? `block-${i}.${block.language === 'js' ? 'mts' : 'ts'}`;
    const isRun = !block.comment.startsWith(inBrowser) && block.code.includes('console.log');
    return { ...block, file: join(folder, dirname(block.path), name), isRun };
  });

/** `// [ 111, 118, 178 ]` behind what prints it. */
const promised = (code: string) =>
  [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)]
    .map(([, text]) => text!)
    .filter((text) => !text.includes('...'));

test('programs compile, run, and print what is said', async (context) => {
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  assert.ok(programs.length >= 8);
  for (const { file, code, comment } of programs) {
    mkdirSync(dirname(file), { recursive: true });
    // A file of the project that a block imports, or the code before it.
    const copied = /^file (\S+)$/m.exec(comment)?.[1];
    if (copied) copyFileSync(join(root, copied), join(dirname(file), copied.split('/').at(-1)!));
    const before = comment.replace(/^file .*$/m, '').replace(inBrowser, '');
    writeFileSync(file, `${before}\n${code}\nexport {};\n`);
  }
  const options = {
    noUnusedLocals: false,
    noUnusedParameters: false,
    rootDir: '.',
    outDir: 'out',
    declaration: false,
    declarationMap: false,
  };
  const config = { extends: '../../tsconfig.json', compilerOptions: options, include: ['.'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const compiled = await run(process.execPath, [tsc, '-p', folder], { cwd: root });
  assert.deepEqual([compiled.code, compiled.stdout.toString()], [0, '']);
  await eachOfMany(
    programs.filter(({ isRun }) => isRun),
    async ({ file, code, path }) => {
      const compiledFile = file.replace(folder, join(folder, 'out')).replace(/ts$/, 'js');
      const { code: exit, stdout, stderr } = await run(process.execPath, [compiledFile]);
      assert.deepEqual([exit, stderr], [0, ''], path);
      const printed = stdout.toString();
      for (const text of promised(code)) assert.ok(printed.includes(text), `${path}: ${text}\n${printed}`);
      const next = blocks[blocks.findIndex((block) => block.code === code) + 1];
      if (next?.language === 'text') assert.equal(printed.trimEnd(), next.code);
    },
  );
});

test('scenes in JSON can be drawn', async () => {
  const scenes = blocks.filter(({ language }) => language === 'json').map(({ code }) => JSON.parse(code));
  const drawn = scenes.filter((value) => 'formula' in value);
  assert.ok(drawn.length >= 1);
  for (const value of drawn) {
    const { counts } = await render(inPixels(parseScene(value), 40, 30), { workers: 0, verify: true });
    assert.ok(new Set(counts).size > 10);
  }
});
