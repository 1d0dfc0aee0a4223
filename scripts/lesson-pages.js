// Makes dist/lesson/chapters.json of the lesson's chapters and the names of its programs: for the explorer, which shows
// them, and for `mandoline lesson`, which goes through them and runs their programs.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Marked } from 'marked';
import { root } from './setup.js';

const marked = new Marked({
  gfm: true,
  renderer: {
    // Under the title of the panel.
    heading({ tokens, depth }) {
      return `<h${depth + 1}>${this.parser.parseInline(tokens)}</h${depth + 1}>\n`;
    },
    // Pages are not where the chapters are shown.
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      return /^https:/.test(href) ? `<a href="${href}" target="_blank" rel="noopener">${text}</a>` : text;
    },
    // Markers of included blocks.
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
    const toAnswer = / \[Answer\]\(.*\)$/;
    const question = body.split('\n## To try\n')[1].trim().replace(toAnswer, '');
    const answer = `<details><summary>Answer</summary>\n${marked.parse(answers[i])}</details>\n`;
    return {
      title,
      /** Markup of all of it, of what comes before its first section, and of its question; the answer is folded. */
      html: marked.parse(body.trim().replace(toAnswer, '')) + answer,
      lead: marked.parse(lead),
      question: marked.parse(question) + answer,
      /** For a terminal. */
      plainLead: plain(lead),
      plainQuestion: plain(question),
      /** The program that is the answer. */
      answer: /^<!-- code lesson\/(answers\/.+)\.ts -->$/m.exec(answers[i])[1],
      /** What its programs are given. */
      commands: [...text.matchAll(/^<!-- output npm run lesson -- (.+) -->$/gm)].map(([, given]) =>
        given.split(' '),
      ),
    };
  });
// A program says at its top how it is run.
const programs = ['', 'answers/'].flatMap((under) =>
  readdirSync(join(folder, under))
    .filter(
      (name) =>
        name.endsWith('.ts') &&
        /^\/\/ {5}.* lesson (-- )?[a-z]/m.test(readFileSync(join(folder, under, name), 'utf8')),
    )
    .map((name) => under + name.slice(0, -3)),
);
/** What each program takes, as it says when it reads its arguments: numbers in their order, and flags. */
const takes = Object.fromEntries(
  programs.map((name) => {
    const code = readFileSync(join(folder, `${name}.ts`), 'utf8');
    const [, numbers = '', flags = ''] = /readArguments\(\s*\{([^}]*)\},\s*\{([^}]*)\}/.exec(code) ?? [];
    const names = (text) => [...text.matchAll(/(\w+):/g)].map(([, each]) => each);
    return [name, { numbers: names(numbers), flags: names(flags) }];
  }),
);
writeFileSync(join(root, 'dist', 'lesson', 'chapters.json'), JSON.stringify({ programs, takes, chapters }));

/** Without what makes links, code and strong words of it. */
function plain(text) {
  return text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/`|\*\*/g, '');
}
