// Writes dist/lesson/chapters.json from the lesson's chapters and the names of its programs: for the explorer, which
// shows them, and for `mandoline lesson`, which walks through them and runs their programs. Also writes the slides.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { slug } from 'github-slugger';
import { Marked } from 'marked';
import { writeSlides } from './lesson-slides.js';
import { root } from './setup.js';

const marked = new Marked({
  gfm: true,
  renderer: {
    // One level below the panel's title. Its name in links is no id, which would have to be the page's only one.
    heading({ tokens, text, depth }) {
      const inner = this.parser.parseInline(tokens);
      return `<h${depth + 1} data-heading="${slug(text)}">${inner}</h${depth + 1}>\n`;
    },
    // A link to a chapter says which; links to other pages do not work where the chapters are shown.
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      if (/^https:/.test(href)) return `<a href="${href}" target="_blank" rel="noopener">${text}</a>`;
      const [, number, section = ''] = /^(?:\.\.\/)?(\d)-[\w-]+\.md(?:#(.+))?$/.exec(href) ?? [];
      return number ? `<a data-chapter="${number - 1}" data-section="${section}">${text}</a>` : text;
    },
    // Removes the markers of included blocks.
    html: () => '',
  },
});

const folder = join(root, 'lesson');
const answers = readFileSync(join(folder, 'answers', 'README.md'), 'utf8')
  .split(/\n## .+\n/)
  .slice(1);
const chapters = readdirSync(folder)
  .filter((name) => /^\d.*\.md$/.test(name))
  .sort()
  .map((name, i) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const [, title, body] = /^# (.+)\n([\s\S]*)$/.exec(text);
    const lead = body.split('\n## ')[0].trim().split('\n<!--')[0].trim();
    const toAnswer = / \[Answer\]\(.*\)$/m;
    const question = body.split('\n## To try\n')[1].split('\n## ')[0].trim().replace(toAnswer, '');
    const [beforeExercises, exercises] = body.trim().replace(toAnswer, '').split('\n## Exercises\n');
    const answer = `<details><summary>Answer</summary>\n${marked.parse(answers[i])}</details>\n`;
    return {
      title,
      page: name,
      /** Markup of the chapter, of the text before its first section, and of its question, with the answer folded. */
      html: marked.parse(beforeExercises) + answer + marked.parse(`## Exercises\n${exercises}`),
      lead: marked.parse(lead),
      question: marked.parse(question) + answer,
      /** Plain text for a terminal. */
      plainLead: plain(lead),
      plainQuestion: plain(question),
      leadText: lead,
      questionText: question,
      glance: sectionOf(body, 'At a glance'),
      exercises: sectionOf(body, 'Exercises'),
      /** The answer's program. */
      answer: /^<!-- code lesson\/(answers\/.+)\.ts -->$/m.exec(answers[i])[1],
      /** Its programs: their arguments, the relevant lines of code, and their output in the page. */
      commands: [
        ...text.matchAll(
          /((?:^<!-- lines .+ -->\n)*)^<!-- output npm run lesson -- (.+) -->\n([\s\S]*?)<!-- end -->$/gm,
        ),
      ].map(([, marks, given, printed]) => ({
        words: given.split(' '),
        lines: [...marks.matchAll(/<!-- lines (\S+) \| (.+) \| (.+) -->/g)].map(([, path, from, to]) =>
          linesOf(path, from, to),
        ),
        notes: notesAfter(text, given),
        printed: printed.replace(/^```text\n(\$ .*\n)?|\n?```\n$/g, ''),
      })),
    };
  });
// A program's header comment says how to run it.
const programs = ['', 'answers/'].flatMap((under) =>
  readdirSync(join(folder, under))
    .filter(
      (name) =>
        name.endsWith('.ts') &&
        /^\/\/ {5}.* lesson (-- )?[a-z]/m.test(readFileSync(join(folder, under, name), 'utf8')),
    )
    .map((name) => under + name.slice(0, -3)),
);
/** The arguments that each program declares: numbers in order, and flags. */
const takes = Object.fromEntries(
  programs.map((name) => {
    const code = readFileSync(join(folder, `${name}.ts`), 'utf8');
    const [, numbers = '', flags = ''] = /readArguments\(\s*\{([^}]*)\},\s*\{([^}]*)\}/.exec(code) ?? [];
    const names = (text) => [...text.matchAll(/(\w+):/g)].map(([, each]) => each);
    return [name, { numbers: names(numbers), flags: names(flags) }];
  }),
);
writeSlides(root, chapters, (text) => marked.parse(text));
writeFileSync(join(root, 'dist', 'lesson', 'chapters.json'), JSON.stringify({ programs, takes, chapters }));

/** The lines of a file from the one that contains `from` to the next one that contains `to`. */
function linesOf(path, from, to) {
  const lines = readFileSync(join(root, path), 'utf8').split('\n');
  const first = lines.findIndex((line) => line.includes(from));
  const last = lines.findIndex((line, i) => i >= first && line.includes(to));
  if (first < 0 || last < 0) throw new Error(`${path}: has no lines from ${from} to ${to}`);
  const indent = /^ */.exec(lines[first])[0];
  const code = lines.slice(first, last + 1).map((line) => line.replace(indent, ''));
  return { path, first: first + 1, code: code.join('\n') };
}

/** The text of a page's section. */
function sectionOf(body, title) {
  const [, text = ''] = body.split(`\n## ${title}\n`);
  return text.split('\n## ')[0].trim();
}

/** A page's notes on an output: the text from there to the next section, code or output. */
function notesAfter(text, given) {
  const [, rest] = text.split(`<!-- output npm run lesson -- ${given} -->`);
  return rest
    .split('<!-- end -->')[1]
    .split(/\n## |\n<!--/)[0]
    .trim();
}

/** Removes the Markdown of links, code and strong text. */
function plain(text) {
  return text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/`|\*\*/g, '');
}
