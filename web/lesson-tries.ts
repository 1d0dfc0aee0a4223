// What the page itself can do in place of a chapter's command: buttons below its output that set the workers' panel, whose
// lanes then show what happens.
import { button, element, input, select } from './elements.js';
import { commandOf } from './lesson-code.js';
import { narrowScreen } from './panels.js';

/** Values of the panel's fields; what is not given stays. */
interface Try {
  readonly workers?: number;
  readonly slices?: number;
  readonly order?: string;
}

const workers = (count: number): readonly [string, Try] => [
  count === 1 ? 'Try 1 worker' : `Try ${count} workers`,
  { workers: count },
];
/** As many slices as the panel's field has: a power of two. */
const slices = (count: number): readonly [string, Try] => [`Cut into ${count} slices`, { slices: count }];
const experiment = 'experiment';

/** By the first word after the lesson's command: the lesson's programs, and the command that times a table. */
const tries: Readonly<Record<string, readonly (readonly [string, Try])[] | typeof experiment>> = {
  serial: [workers(1)],
  'message-passing': [workers(2), slices(2)],
  pool: [workers(1), workers(2)],
  slices: [...[2, 8, 128, 2048].map(slices), ['8, from the bottom', { slices: 8, order: 'bottom to top' }]],
  workers: [workers(1), workers(2), workers(4)],
  'shared-memory': [workers(2), slices(128)],
  table: experiment,
  bench: experiment,
};

/** Puts buttons below each output of a command that the page has something for. */
export function offerTries(text: HTMLElement): void {
  for (const program of text.querySelectorAll('pre')) {
    const words = commandOf(program)?.split(' ') ?? [];
    const name = words.find((word) => Object.hasOwn(tries, word));
    if (!name) continue;
    const page = text.ownerDocument;
    const [row, told] = [page.createElement('div'), page.createElement('p')];
    row.className = 'tries row';
    told.className = 'help';
    const add = (label: string, action: () => void) => {
      const made = page.createElement('button');
      Object.assign(made, { type: 'button', textContent: label });
      made.addEventListener('click', action);
      row.append(made);
    };
    const offered = tries[name]!;
    if (offered === experiment) {
      told.textContent = 'Here, the experiment times slices and workers on the picture.';
      add('Open the experiment', openExperiment);
    } else {
      told.textContent = 'Here, with the picture:';
      for (const [label, wanted] of offered) add(label, () => tryOn(wanted, told));
      add('Reset', () => tryOn(usual(), told));
    }
    program.closest('.block')!.append(told, row);
  }
}

const usual = (): Try => ({
  workers: navigator.hardwareConcurrency || 2,
  slices: 0,
  order: select('order').options[0]!.value,
});

/** Sets the panel's fields as a hand would, shows the lanes, and tells the time once the picture is computed. */
function tryOn(wanted: Try, told: HTMLElement): void {
  const [workersField, slicesField] = [input('workers-slider'), input('slices-slider')];
  if (wanted.workers !== undefined) workersField.value = String(wanted.workers);
  // The field's value is the exponent; 0 stands for a number that the page chooses.
  if (wanted.slices !== undefined) slicesField.value = String(wanted.slices && Math.log2(wanted.slices));
  if (wanted.order !== undefined) select('order').value = wanted.order;
  for (const field of [workersField, slicesField]) field.dispatchEvent(new Event('input'));
  watch(told);
  slicesField.dispatchEvent(new Event('change'));
  showLanes();
}

let watched: MutationObserver | undefined;

/** Tells the figures of the panel each time that they change, until another button is pressed. */
function watch(told: HTMLElement): void {
  watched?.disconnect();
  const figures = element('workers', HTMLElement).querySelector('.figures')!;
  told.setAttribute('role', 'status');
  told.textContent = 'Computing …';
  watched = new MutationObserver(() => {
    const [time, cut, speedUp] = [...figures.querySelectorAll('dd')].map(({ textContent }) => textContent);
    const count = input('workers-slider').value;
    const by = count === '1' ? '1 worker' : `${count} workers`;
    // A dash: one worker was not timed yet.
    const than = count === '1' || !Number(speedUp) ? '' : `, ${speedUp} times as fast as one worker`;
    told.textContent = `${by}, ${cut} slices: ${time}${than}.`;
  });
  watched.observe(figures, { childList: true });
}

/** Opens the panel beside the lesson. Where there is room for one panel, its lanes on the bar's button stand out instead. */
function showLanes(): void {
  const isNarrow = narrowScreen().matches;
  if (!isNarrow) openWorkers();
  const lanes = isNarrow ? element('mini-lanes', HTMLElement) : document.querySelector('.lanes')!;
  lanes.classList.remove('is-lit');
  // The style must be computed in between, or the animation does not begin again.
  lanes.getBoundingClientRect();
  lanes.classList.add('is-lit');
}

function openExperiment(): void {
  openWorkers();
  const details = element('experiment-run', HTMLElement).closest('details')!;
  details.open = true;
  details.scrollIntoView();
}

/** By a click as of a pointer: the panel does not take the focus from the lesson. */
function openWorkers(): void {
  const toggle = button('toggle-workers');
  if (toggle.ariaExpanded === 'false')
    toggle.dispatchEvent(new MouseEvent('click', { detail: 1, bubbles: true }));
}
