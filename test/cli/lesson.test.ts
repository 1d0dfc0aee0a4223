import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../pool/browser.js';
import { isLong, mandoline, root, run, runMandoline, runMany, temporaryFolder } from '../support.js';

let browser: Browser;
before(async () => {
  browser = await launchBrowser();
});
after(() => browser.close());

/** Programs that ran on a busy machine say so. */
const aboutLoad = /^(mandoline: The machine was too busy to tell: [^\n]*\n)?$/;

const { chapters, takes } = JSON.parse(readFileSync(join(root, 'dist', 'lesson', 'chapters.json'), 'utf8'));

test('the lesson goes through all chapters without asking where nobody sits, and its report is whole in a browser', {
  skip: !isLong && 'only with MANDOLINE_STRESS=long',
}, async (context) => {
  const folder = temporaryFolder(context);
  const given = ['lesson', '--quick', '--cells', '20', '--rounds', '1', '-o', 'report.html'];
  const env = { ...process.env, npm_lifecycle_event: 'lesson', INIT_CWD: folder };
  const { code, stdout, stderr } = await run(process.execPath, [mandoline, ...given], { cwd: folder, env });
  assert.deepEqual([code, stderr], [0, 'report.html\n']);
  const told = stdout.toString();
  for (const { title, commands } of chapters) {
    assert.ok(told.includes(`\n${title}\n`), title);
    for (const {
      words: [name, ...words],
      lines,
    } of commands) {
      // The lines of code that matter are shown with their place.
      for (const { path, first, code } of lines) {
        assert.ok(
          told.includes(
            `${relative(folder, join(root, path))}, from line ${first}:\n    ${code.split('\n')[0]}\n`,
          ),
          path,
        );
      }
      // No more slices than rows, and no flags that do nothing.
      const { numbers, flags } = takes[name];
      const fitting = words.map((word: string, i: number) =>
        numbers[i] === 'nSlices' ? String(Math.min(Number(word), 40)) : word,
      );
      const more = flags.includes('cells') ? ['--cells', '20'] : [];
      assert.ok(told.includes(`$ npm run lesson -- ${[name, ...fitting, ...more].join(' ')}`), name);
    }
  }
  // The chapters' own text; what programs print of errors is longer.
  for (const { plainLead } of chapters) {
    const words = plainLead.split(/\s+/).slice(0, 5).join(' ');
    const line = told.split('\n').find((each) => each.startsWith(words));
    assert.ok(line && line.length <= 80, `${words}: ${line}`);
  }

  const wrong: string[] = [];
  for (const [width, colorScheme] of [
    [1280, 'light'],
    [1280, 'dark'],
    [375, 'dark'],
  ] as const) {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    page.on('console', (message) => wrong.push(message.text()));
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('request', (request) => {
      if (!/^(file|data):/.test(request.url())) wrong.push(request.url());
    });
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    const seen = await page.evaluate(() => ({
      titles: [...document.querySelectorAll('h2')].map((each) => each.textContent).slice(1),
      figures: [...document.querySelectorAll('figure')].map((each) => [
        each.querySelector('figcaption')!.textContent,
        each.querySelectorAll('svg rect, svg circle, svg path').length,
      ]),
      pictures: [...document.querySelectorAll('svg image')].length,
      hero: document.querySelector('img')!.naturalWidth,
      isWide: document.documentElement.scrollWidth > innerWidth,
      ground: getComputedStyle(document.body).backgroundColor,
    }));
    assert.deepEqual(
      seen.titles,
      chapters.map(({ title }: { title: string }) => title),
    );
    assert.ok(seen.figures.length >= 14, `${seen.figures.length} figures`);
    for (const [caption, marks] of seen.figures) assert.ok(Number(marks) > 0, `${caption} is empty`);
    assert.ok(seen.pictures >= 2);
    assert.deepEqual([seen.hero, seen.isWide], [480, false]);
    const isDark = seen.ground === 'rgb(19, 18, 22)';
    assert.equal(isDark, colorScheme === 'dark');
    await page.close();
  }
  assert.deepEqual(wrong, []);
});

test("one program is run by its name, and how it ends is the command's end", async (context) => {
  const folder = temporaryFolder(context);
  const { code, stdout, stderr } = await runMandoline(
    folder,
    'lesson',
    'pool',
    '3',
    '2',
    '--cells',
    '10',
    '--iterations',
    '80',
  );
  assert.equal(code, 0);
  assert.match(stderr, aboutLoad);
  assert.match(stdout.toString(), /^grid [\s\S]*\n20 x 20 counts, sum /);
  const many = await runMandoline(folder, 'lesson', 'pool', 'many');
  assert.deepEqual([many.code, many.stdout.toString()], [2, '']);
  assert.match(many.stderr, /^mandoline: lesson pool: N_SLICES many: must be a whole number [^\n]*\n$/);
});

test('what cannot be obeyed is one line and exit 2, before anything runs', async (context) => {
  const folder = temporaryFolder(context);
  const wrong = {
    'pol 2000 2': 'lesson pol: must be a chapter, 1 to 8, or one of',
    stages: 'lesson stages: must be a chapter, 1 to 8, or one of',
    '../src/cli/main': 'lesson ../src/cli/main: must be a chapter, 1 to 8, or one of',
    9: 'lesson 9: must be a chapter, 1 to 8',
    '3 4': 'lesson 3: 4: has no effect here; give one chapter',
    '--cells 0': '--cells 0: must be a whole number from 1 to 4000',
    'maps 5': 'lesson maps: 5: has no effect here; this program takes no arguments',
    '--chapter 3': '--chapter: is not a flag of the lesson; --help lists them',
    '--rounds none': '--rounds none: must be a whole number',
    '-o nowhere/report.html': '-o nowhere/report.html: the folder nowhere does not exist',
  };
  const told = await runMany(
    folder,
    Object.keys(wrong).map((given) => ['lesson', ...given.split(' ')]),
  );
  for (const [i, [given, message]] of Object.entries(wrong).entries()) {
    const { code, stdout, stderr } = told[i]!;
    assert.deepEqual([code, stdout], [2, ''], given);
    assert.ok(
      stderr.startsWith(`mandoline: ${message}`) && stderr.trimEnd().split('\n').length === 1,
      stderr,
    );
  }
  assert.deepEqual(readdirSync(folder), []);
});

test('Ctrl-C ends the lesson and the program that it runs, and leaves no report', async (context) => {
  const folder = temporaryFolder(context);
  const { code } = await run(process.execPath, [mandoline, 'lesson', '--quick'], { cwd: folder }, (child) => {
    child.stdout!.on('data', (text) => {
      if (String(text).includes('mandoline.js lesson serial')) child.kill('SIGINT');
    });
  });
  assert.equal(code, 130);
  assert.ok(!existsSync(join(folder, 'lesson-report.html')));
  assert.deepEqual(readdirSync(folder), []);
});

test('commands that are printed are those by which the lesson was started', async (context) => {
  const folder = temporaryFolder(context);
  const programs = {
    lesson: 'npm run lesson -- pool 2000 2',
    start: 'npm start -- lesson pool 2000 2',
    npx: 'npx mandoline lesson pool 2000 2',
    test: `node ${relative(realpathSync(folder), mandoline)} lesson pool 2000 2`,
  };
  await Promise.all(
    Object.entries(programs).map(async ([script, expected]) => {
      const env = { ...process.env, npm_lifecycle_event: script };
      const { stdout } = await run(process.execPath, [mandoline, 'lesson', '--help'], { cwd: folder, env });
      assert.ok(stdout.toString().includes(`\n  ${expected}`), stdout.toString());
    }),
  );
  const env = { ...process.env, npm_lifecycle_event: 'npx' };
  const given = [mandoline, 'lesson', 'serial', '--help'];
  const { stdout } = await run(process.execPath, given, { cwd: folder, env });
  assert.match(stdout.toString(), /^Usage: npx mandoline lesson serial \[N_SLICES\] /);
});

test('one chapter is walked by its number, with a report of that chapter', async (context) => {
  const folder = temporaryFolder(context);
  const { code, stdout, stderr } = await runMandoline(folder, 'lesson', '4', '--yes', '-o', 'four.html');
  assert.deepEqual([code, stderr], [0, 'four.html\n']);
  const told = stdout.toString();
  const titles = chapters.filter(({ title }: { title: string }) => told.includes(`\n${title}\n`));
  assert.deepEqual(
    titles.map(({ page }: { page: string }) => page),
    ['4-partial.md'],
  );
  const [, page] = /^The page: (.+)$/m.exec(told)!;
  assert.ok(existsSync(join(folder, page!)), page);
  const report = readFileSync(join(folder, 'four.html'), 'utf8');
  assert.equal(report.match(/<h2>\d\./g)!.length, 1);
});
