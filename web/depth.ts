// Depth: how far a view is magnified, in words, and what it needs where doubles cannot tell its points apart. There the
// library's exact arithmetic takes over, which has counts alone: other colourings return when the view is wider again.
import { parseScene, SceneError, type ViewScene } from 'mandoline';

/** The smallest width of a view that the page moves in; doubles have the width itself down to about 1e-308. */
export const narrowest = 1e-300;
/** Widths from which on a centre is a decimal number of more digits than a double. */
export const deep = 1e-9;

/** A view's width, but at least the smallest that a camera can have. */
export const widthOf = ({ view }: ViewScene): number => Math.max(Number(view.width), narrowest);

type Look = Pick<ViewScene, 'coloring' | 'scale' | 'inside'>;
/** The look of deep views, as the library's addresses have it. */
const counts: Look = { coloring: 'count', scale: 'histogram', inside: '#000000' };
/** The look to which wider views return. */
let wider: Look | undefined;

/**
 * The scene with the arithmetic and the look that its depth needs. Throws SceneError if it cannot be drawn: beyond the
 * precision of doubles, if exact arithmetic does not support its formula.
 */
export function atDepth(scene: ViewScene): ViewScene {
  // What a deeper view needed is decided anew.
  const { arithmetic, ...free } = scene;
  const wanted = { ...(arithmetic === 'double' ? scene : free), ...wider };
  try {
    const next = inItsArithmetic(wanted);
    wider = undefined;
    return next;
  } catch (error) {
    if (!(error instanceof SceneError)) throw error;
    const next = inItsArithmetic({ ...wanted, ...counts });
    const { coloring, scale, inside } = wanted;
    wider = { coloring, scale, inside } as Look;
    return next;
  }
}

/** Another scene was opened. */
export function forgetDepth(): void {
  wider = undefined;
}

function inItsArithmetic(scene: ViewScene): ViewScene {
  const given = Object.entries(scene).filter(([, value]) => value !== undefined);
  const next = Object.fromEntries(given) as unknown as ViewScene;
  const { arithmetic } = parseScene(next);
  return arithmetic ? { ...next, arithmetic } : next;
}

/** Widths are compared with this one. */
const whole = 4;
const words = new Intl.NumberFormat('en', {
  notation: 'compact',
  compactDisplay: 'long',
  maximumSignificantDigits: 2,
});
const raised = (power: number): string =>
  [...String(power)].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? '⁻').join('');

/** How many times a view is magnified, compared with one of width 4: "× 1.2 million". */
export function magnification(width: number): string {
  const times = whole / width;
  if (times < 1e15) return `× ${words.format(times)}`;
  const power = Math.floor(Math.log10(times));
  return `× ${(times / 10 ** power).toFixed(1)} · 10${raised(power)}`;
}

/** A description of the picture for screen readers. */
export function spoken({ view, iterations }: ViewScene): string {
  const wide = typeof view.width === 'string' ? view.width : view.width.toPrecision(3);
  return `${view.center.join(' ')} wide ${wide}, ${iterations} iterations, drawn`;
}
