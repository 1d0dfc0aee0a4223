// Writes dist/lesson/slides.html from the chapters and dist/lesson/cheat-sheet.html from its page: self-contained files
// to show in a browser or print, with one slide, or the whole sheet, per page.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param {{ title: string, glance: string, lead: string, question: string, exercises: string, commands: object[] }[]} chapters */
export function writeSlides(root, chapters, markup) {
  const slides = chapters.flatMap((chapter) => [
    slide('title', `<h1>${chapter.title}</h1>${markup(chapter.leadText)}${markup(chapter.glance)}`),
    ...chapter.commands.map(({ words, lines, printed, notes }) =>
      slide(
        'program',
        `<h2>${escape(words.join(' '))}</h2><div class="columns"><div>${lines
          .map(({ path, code }) => `<p class="path">${escape(path)}</p><pre>${escape(code)}</pre>`)
          .join(
            '',
          )}<pre class="printed${printed.split('\n').length > 16 ? ' long' : ''}">${escape(printed)}</pre></div><div class="notes">${markup(short(notes))}</div></div>`,
      ),
    ),
    slide(
      'question',
      `<h2>To try</h2>${markup(chapter.questionText)}<h2>Exercises</h2>${markup(chapter.exercises)}`,
    ),
  ]);
  const first = slide(
    'first',
    '<h1>Slices over workers</h1><p>How to make a slow program fast by splitting its work over workers, and how to see when that helps.</p>',
  );
  write(root, 'slides', 'Slices over workers', slideStyle, [first, ...slides].join('\n'));
  const sheet = readFileSync(join(root, 'lesson', 'cheat-sheet.md'), 'utf8');
  write(root, 'cheat-sheet', 'Slices over workers: the cheat sheet', sheetStyle, markup(sheet));
}

/** Shortens notes to fit next to a program: the start of each list item; without a list, the complete paragraphs. */
function short(notes) {
  const items = notes.match(/^- .+$/gm)?.map((item) =>
    item
      .split(/(?<=[.:?]\*{0,2}) (?=[A-Z`])/)
      .slice(0, 3)
      .join(' '),
  );
  return (
    items?.join('\n') ??
    notes
      .split('\n\n')
      .filter((text) => !text.endsWith(':'))
      .join('\n\n')
  );
}

const slide = (kind, inside) => `<section class="${kind}">${inside}</section>`;
const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function write(root, name, title, style, body) {
  writeFileSync(
    join(root, 'dist', 'lesson', `${name}.html`),
    `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<main>
${body}
</main>
</html>
`,
  );
}

const slideStyle = `
* { box-sizing: border-box }
html { scroll-snap-type: y proximity; font: 1.75vw/1.4 system-ui, sans-serif; color: #1d1c1f; background: #fbfaf8 }
body { margin: 0 }
section { width: 100vw; height: 56.25vw; padding: 3.5vw 5vw; overflow: hidden; scroll-snap-align: start; border-bottom: 1px solid #e3e0da }
h1 { font-size: 3.6vw; line-height: 1.1; letter-spacing: -0.02em; margin: 0 0 2vw; color: #a4460a }
h2 { font-size: 2.4vw; margin: 0 0 1.2vw; color: #a4460a }
h3 { font-size: 1.9vw; margin: 0 0 0.6vw }
p, ul { margin: 0 0 1vw }
ul { padding-left: 1.5em }
.first { display: grid; align-content: center }
.first h1 { font-size: 6vw }
.columns { display: grid; grid-template-columns: 3fr 2fr; gap: 3vw }
.notes { font-size: 1.35vw }
.path { font-size: 1.1vw; color: #65626b; margin: 0 0 0.3vw }
pre, code { font-family: ui-monospace, monospace }
pre { font-size: 1.2vw; line-height: 1.4; margin: 0 0 1vw; padding: 0.9vw 1.1vw; background: #fff; border: 1px solid #e3e0da; border-radius: 0.6vw; white-space: pre-wrap; overflow-wrap: anywhere }
pre.long { font-size: 0.95vw }
code { font-size: 0.9em }
.question h2:not(:first-child) { margin-top: 2.5vw }
@page { size: 320mm 180mm; margin: 0 }
@media print {
  html { background: none }
  section { width: 320mm; height: 179.5mm; break-after: page; border: 0 }
}
`;

const sheetStyle = `
* { box-sizing: border-box }
html { font: 12.5px/1.38 system-ui, sans-serif; color: #1d1c1f }
body { margin: 0 auto; max-width: 210mm; padding: 10mm }
main { columns: 2; column-gap: 8mm }
h2 { font-size: 21px; margin: 0 0 8px; column-span: all }
h3 { font-size: 14px; margin: 10px 0 4px; color: #a4460a; break-after: avoid }
p, ul { margin: 0 0 6px }
ul { padding-left: 16px }
table { border-collapse: collapse; width: 100%; margin: 0 0 6px; break-inside: avoid }
th, td { text-align: left; vertical-align: top; padding: 2px 6px 2px 0; border-bottom: 1px solid #e3e0da }
pre, code { font: 10.5px/1.4 ui-monospace, monospace; overflow-wrap: anywhere }
pre { white-space: pre-wrap; margin: 0 0 6px; padding: 6px 8px; border: 1px solid #e3e0da; border-radius: 5px }
@page { size: A4; margin: 0 }
`;
