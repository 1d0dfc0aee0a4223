// The report of `mandoline lesson`: one page that loads nothing from outside. The charts are lesson-charts.ts's.
import type { Figure } from '../../lesson/figures.js';
import type { Load } from '../../lesson/load.js';
import { lessonScene } from '../scene/scene.js';
import type { describeMachine } from './bench-outputs.js';
import { escapeXml } from './chart.js';
import { drawn, drawnStages, extentOf, picture } from './lesson-charts.js';
import { paragraphOf, tooBusyForSome } from './lesson-words.js';

/** A chapter, as scripts/lesson-pages.js makes it from its page. */
export interface Chapter {
  readonly title: string;
  /** Markup of what comes before its first section, and of its question with the answer folded. */
  readonly lead: string;
  readonly question: string;
  /** Both for a terminal. */
  readonly plainLead: string;
  readonly plainQuestion: string;
  /** The name of the program that answers it. */
  readonly answer: string;
  /** The page's name in lesson/. */
  readonly page: string;
  readonly commands: readonly ProgramRun[];
}

/** A program as a chapter runs it. */
export interface ProgramRun {
  /** Its name and its arguments. */
  readonly words: readonly string[];
  /** The lines of code that matter. */
  readonly lines: readonly { readonly path: string; readonly first: number; readonly code: string }[];
  /** What it printed for the page. */
  readonly printed: string;
}

/** A chapter that was walked. */
export interface Walked extends Chapter {
  readonly runs: readonly Run[];
}

export interface Run {
  /** As the reader would type it. */
  readonly command: string;
  /** Its program and what that is given. */
  readonly words: readonly string[];
  readonly printed: string;
  /** What its numbers show, in words. */
  readonly said: string | undefined;
  readonly figures: readonly Figure[];
  /** What other programs took meanwhile. */
  readonly load: Load | undefined;
}

/** What the report says of itself. */
export interface Made {
  readonly machine: ReturnType<typeof describeMachine>;
  readonly command: string;
  /** Address of a chapter's page, as seen from the report. */
  linkTo(page: string): string;
}

/** The whole page. */
export async function lessonReport(chapters: readonly Walked[], made: Made): Promise<string> {
  const { source } = await picture({ ...lessonScene, lattice: { extent: 2, cells: 240 } });
  const sections: string[] = [];
  for (const chapter of chapters) sections.push(await section(chapter, serialStages(chapters), made));
  const runs = chapters.flatMap((chapter) => chapter.runs);
  const said = [...runs.map((run) => run.said), tooBusyForSome(runs.map(({ load }) => load))];
  const items = said.flatMap((sentence) => (sentence ? `<li>${escapeXml(sentence)}</li>` : []));
  const summary =
    items.length > 0 ? `<section>\n<h2>In short</h2>\n<ul>${items.join('\n')}</ul>\n</section>` : '';
  const { cpu, cores, node } = made.machine;
  const facts = [
    new Date().toISOString().slice(0, 16).replace('T', ' ').concat(' UTC'),
    `${cpu}, ${cores} core${cores === 1 ? '' : 's'}, Node ${node.replace('v', '')}`,
    ...gridOf(chapters),
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>The lesson on this machine</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<header>
<img src="${source}" alt="The Julia set of z^2 + c for c = -0.83 - 0.22i" width="480" height="480">
<div>
<h1>Slices over workers</h1>
<p>The lesson, on this machine: when does a program become faster by splitting its work, and when does it not?</p>
<p class="made">${facts.map(escapeXml).join('<br>')}<br><code>${escapeXml(made.command)}</code></p>
</div>
</header>
<main>
${summary}
${sections.join('\n')}
</main>
</html>
`;
}

async function section({ title, page, lead, question, runs }: Walked, serial: readonly Stages[], made: Made) {
  const figures: string[] = [];
  const own = runs.flatMap(({ words, figures }) => figures.filter(isStages).map(named(words)));
  if (own.length > 0)
    figures.push(
      await drawnStages([
        ...serial.filter(({ program }) => !own.some((each) => each.program === program)),
        ...own,
      ]),
    );
  const others = runs.flatMap((run) => run.figures.filter(isDrawn).map((figure) => ({ figure, run })));
  for (const { figure, run } of others) {
    const alike = others.filter((other) => other.figure.kind === figure.kind);
    const most = Math.max(...alike.map((other) => extentOf(other.figure)));
    figures.push(await drawn(figure, programOf(run.words), most));
  }
  const isOpen = figures.length === 0 || others.some(({ figure }) => figure.kind === 'speedUp');
  const printed = runs.map((run) => `$ ${run.command}\n${run.printed.trimEnd()}`).join('\n\n');
  const said = runs
    .map((run) => paragraphOf(run.said, run.load))
    .flatMap((text) => (text ? `<p>${escapeXml(text)}</p>` : []));
  return `<section>
<h2>${escapeXml(title)}</h2>
<div class="lead">${lead}<p>The page: <a href="${escapeXml(made.linkTo(page))}">${escapeXml(page)}</a></p></div>
<div class="figures">${figures.join('\n')}</div>
<div class="lead">${said.join('')}</div>
<details${isOpen ? ' open' : ''}><summary>What the programs printed</summary><pre>${escapeXml(printed)}</pre></details>
<div class="question"><h3>To try</h3>${question}</div>
</section>`;
}

type Stages = Extract<Figure, { kind: 'stages' }>;
const isStages = (figure: Figure): figure is Stages => figure.kind === 'stages';
const isDrawn = (figure: Figure): figure is Exclude<Figure, Stages> => figure.kind !== 'stages';
const named = (words: readonly string[]) => (stages: Stages) => ({ ...stages, program: shortNameOf(words) });

/** Those of the serial program, with which others are compared. */
const serialStages = (chapters: readonly Walked[]): readonly Stages[] =>
  chapters.flatMap(({ runs }) =>
    runs
      .filter(({ words }) => words[0] === 'serial')
      .flatMap(({ words, figures }) => figures.filter(isStages).map(named(words))),
  );

/** The size of the grid, as the programs print it. */
function gridOf(chapters: readonly Walked[]): string[] {
  const printed = chapters.flatMap(({ runs }) => runs.map((run) => run.printed)).join('\n');
  const [, size] = /^(\d+ x \d+) counts, /m.exec(printed) ?? [];
  return size ? [`a grid of ${size} points`] : [];
}

/** A program and its arguments, without the size of the grid. */
const programOf = (words: readonly string[]) => words.join(' ').replace(/ --(cells|rounds) \d+/g, '');

/** A program's name in a chart. */
const shortNameOf = (words: readonly string[]) =>
  programOf(words)
    .replace(/( \d+)+/, '')
    .replace('message-passing', 'messages');

const style = `
:root { --ground: #fbfaf8; --card: #ffffff; --text: #1d1c1f; --soft: #65626b; --line: #e3e0da; --accent: #a4460a }
@media (prefers-color-scheme: dark) {
  :root { --ground: #131216; --card: #1b1a1f; --text: #e9e7ec; --soft: #a09ca8; --line: #302e36; --accent: #f0a35e }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.55 system-ui, sans-serif }
header, main { max-width: 1060px; margin: 0 auto; padding: 0 24px }
header { display: grid; grid-template-columns: 300px 1fr; gap: 40px; align-items: center; padding-top: 40px; padding-bottom: 16px }
header img { width: 100%; height: auto; border-radius: 14px }
h1 { font-size: 40px; line-height: 1.1; letter-spacing: -0.02em; margin: 0 0 12px }
header p { margin: 0 0 16px; font-size: 19px; max-width: 34em }
header .made { color: var(--soft); font-size: 14px }
section { border-top: 1px solid var(--line); padding: 28px 0 32px }
h2 { font-size: 25px; letter-spacing: -0.01em; margin: 0 0 8px }
h3 { font-size: 14px; margin: 0 0 2px; color: var(--accent) }
.lead { max-width: 44em }
.lead p, .question p { margin: 0 0 10px }
ul { margin: 0; padding-left: 22px; max-width: 46em }
a { color: var(--accent) }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); gap: 18px; margin: 18px 0 }
.figures:empty { display: none }
figure { margin: 0; padding: 16px 18px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; min-width: 0 }
figcaption { font-weight: 600; margin-bottom: 8px }
figcaption code { font-weight: 400; color: var(--soft); margin-left: 6px }
figure svg { display: block; width: 100%; max-width: 520px; height: auto; font: 12px system-ui, sans-serif; font-variant-numeric: tabular-nums; overflow: visible }
figure svg.picture { max-width: 300px; margin-bottom: 12px; border-radius: 8px; overflow: hidden }
.legend { display: flex; flex-wrap: wrap; gap: 4px 14px; margin: 0 0 8px; font-size: 13px; color: var(--soft) }
.legend span::before { content: ''; display: inline-block; width: 10px; height: 10px; border-radius: 3px; background: var(--c); margin-right: 6px }
code, pre { font: 13px/1.5 ui-monospace, monospace; font-variant-numeric: tabular-nums }
.lead code, .question code { background: var(--card); border: 1px solid var(--line); border-radius: 4px; padding: 0 4px }
summary { cursor: pointer; color: var(--soft); font-size: 14px }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 12px }
.question { border-left: 3px solid var(--accent); padding-left: 14px; margin-top: 18px; max-width: 46em }
.question p:last-child { margin-bottom: 0 }
.question details { margin-top: 10px }
@page { size: A4; margin: 12mm }
@media print {
  body { background: #fff; font-size: 13px }
  header, main { padding: 0 }
  .figures { grid-template-columns: 1fr 1fr; gap: 10px }
  figure svg.picture { max-width: 160px }
  details::details-content { content-visibility: visible; block-size: auto }
  .question details { display: none }
  figure, pre, .question, .lead { break-inside: avoid }
  h2, h3 { break-after: avoid }
}
@media (max-width: 640px) {
  header { grid-template-columns: 1fr; gap: 20px; padding-top: 20px }
  header img { max-width: 260px }
  header, main { padding-left: 16px; padding-right: 16px }
  h1 { font-size: 32px }
  figure { padding: 12px }
}
`;
