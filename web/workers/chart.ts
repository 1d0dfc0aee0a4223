// The experiment's chart as SVG text: a separate image, because the page's policy forbids inline styles. Loaded when
// there is something to draw, with only the parts of Observable Plot that it uses.
import { dot, line, link, plot, text } from '@observablehq/plot';
import { amdahl } from 'mandoline/pool';
import type { Row } from './experiment.js';

interface Look {
  readonly text: string;
  readonly ground: string;
  /** What was measured, and where. */
  readonly caption: string;
}

/** Plots speed-up against workers: a line per number of slices, the ideal, and Amdahl's law if `serial` is given. */
export function drawChart(rows: readonly Row[], serial: number | undefined, look: Look): string {
  const alone = Math.min(...rows.filter(({ workers }) => workers === 1).map(({ median }) => median));
  const lines = rows.map((row) => ({ ...row, speedUp: alone / row.median }));
  const most = Math.max(...rows.map(({ workers }) => workers));
  const law = Array.from({ length: most }, (_, i) => ({
    workers: i + 1,
    ideal: i + 1,
    // NaN draws nothing.
    law: serial === undefined ? Number.NaN : amdahl(serial, i + 1),
  }));
  const labels = apart(
    lines.filter(({ workers }) => workers === most),
    most,
  ).map((label) => ({ ...label, beside: most + Math.max(1, most - 1) / 16 }));
  const drawn = plot({
    document: document.implementation.createHTMLDocument(),
    width: 640,
    height: 340,
    marginTop: 28,
    marginBottom: 58,
    marginRight: 86,
    style: {
      background: look.ground,
      color: look.text,
      fontSize: '12px',
      fontFamily: 'system-ui, sans-serif',
    },
    x: { label: 'workers', ticks: law.map(({ workers }) => workers), tickFormat: 'd', inset: 24 },
    y: { label: 'speed-up against one worker (medians)', grid: true, zero: true, nice: true },
    // Ordered, and distinguishable by colour-blind readers.
    color: { type: 'ordinal', scheme: 'viridis', domain: [...new Set(rows.map(({ slices }) => slices))] },
    marks: [
      line(law, { x: 'workers', y: 'ideal', stroke: look.text, strokeDasharray: '2 4', strokeOpacity: 0.6 }),
      ...(serial === undefined
        ? []
        : [line(law, { x: 'workers', y: 'law', stroke: look.text, strokeDasharray: '6 4' })]),
      line(lines, { x: 'workers', y: 'speedUp', z: 'slices', stroke: 'slices', strokeWidth: 2 }),
      dot(lines, { x: 'workers', y: 'speedUp', fill: 'slices', r: 4 }),
      link(labels, {
        x1: 'workers',
        y1: 'speedUp',
        x2: 'beside',
        y2: 'place',
        stroke: 'slices',
      }),
      text(labels, {
        x: 'beside',
        y: 'place',
        dx: 4,
        textAnchor: 'start',
        fontSize: 11,
        text: ({ slices }) => (slices === 1 ? '1 slice' : `${slices} slices`),
      }),
      text([look.caption], { frameAnchor: 'bottom-left', dy: 50, fontSize: 11, fillOpacity: 0.8 }),
    ],
  });
  drawn.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return drawn.outerHTML;
}

/** Places labels near the ends of their lines, far enough apart to be readable. */
function apart<T extends { readonly speedUp: number }>(
  rows: readonly T[],
  most: number,
): (T & { readonly place: number })[] {
  const room = Math.max(...rows.map(({ speedUp }) => speedUp), most) / 17;
  const sorted = rows.toSorted((one, other) => one.speedUp - other.speedUp);
  /** Groups of labels that touch; each is centred on the mean of its lines' ends. */
  const groups: T[][] = [];
  const middle = (group: readonly T[]) => group.reduce((sum, { speedUp }) => sum + speedUp, 0) / group.length;
  const bottom = (group: readonly T[]) => middle(group) - ((group.length - 1) / 2) * room;
  for (const row of sorted) {
    groups.push([row]);
    for (;;) {
      const [below, above] = groups.slice(-2);
      if (!below || !above || bottom(above) - bottom(below) >= below.length * room) break;
      groups.splice(-2, 2, [...below, ...above]);
    }
  }
  return groups.flatMap((group) => group.map((row, i) => ({ ...row, place: bottom(group) + i * room })));
}
