// The scenes of a film's frames: from one view to another in even steps of the zoom, and of a constant along a path. The
// magnification grows by a constant factor, and the target stays in place. The functions are the same on every machine, so
// that a frame is always the same scene.
import { realFunctions } from '../kernel/functions.js';
import type { Complex } from '../scene/complex.js';
import type { ViewScene } from '../scene/scene.js';
import type { View } from '../scene/view.js';
import { viewBetween } from './film-view.js';

const { exp, log } = realFunctions;

/** Interpolates between two numbers; both ends are exact. */
const between = (from: number, to: number, part: number): number =>
  part === 1 ? to : from + (to - from) * part;
const growing = (from: number, to: number, part: number): number =>
  part === 0 || from === to ? from : part === 1 ? to : exp(between(log(from), log(to), part));

/** The colour ranges at both ends of a film, between which frames interpolate. */
export interface FilmColors {
  readonly from: readonly [least: number, most: number];
  readonly to: readonly [least: number, most: number];
}

/**
 * The scene of a frame, `part` of the way from 0 to 1. Both scenes have the same formula, parameters and starting
 * points. `path` has values of the constant, which frames follow evenly.
 */
export function frameScene(
  from: ViewScene,
  to: ViewScene,
  part: number,
  colors: FilmColors | undefined,
  path: readonly Complex[],
): ViewScene {
  const isExact = from.arithmetic === 'exact';
  const { center, width } = (isExact ? viewBetween : plainViewBetween)(from.view, to.view, part);
  const least = colors && between(colors.from[0], colors.to[0], part);
  const most = colors && between(colors.from[1], colors.to[1], part);
  const rotation = between(from.view.rotation ?? 0, to.view.rotation ?? 0, part);
  const { rotation: _, ...view } = from.view;
  return {
    ...from,
    ...(path.length > 0 && { c: along(path, part) }),
    iterations: Math.round(growing(from.iterations, to.iterations, part)),
    view: { ...view, center, width, ...(rotation !== 0 && { rotation }) },
    ...(least !== undefined && most !== undefined && { range: [least, Math.max(least, most)] }),
  };
}

/** The same as `viewBetween` for views that doubles count. */
function plainViewBetween(from: View, to: View, part: number): Pick<View, 'center' | 'width'> {
  const [fromWidth, toWidth] = [Number(from.width), Number(to.width)];
  const width = growing(fromWidth, toWidth, part);
  // A point that moves in proportion to the width stays in place in the picture.
  const moved = fromWidth === toWidth ? part : (fromWidth - width) / (fromWidth - toWidth);
  const center = ([0, 1] as const).map((axis) => {
    const [begin, end] = [from.center[axis], to.center[axis]];
    return part === 0 ? begin : part === 1 || begin === end ? end : String(between(+begin, +end, moved));
  }) as [string, string];
  return { center, width };
}

function along(path: readonly Complex[], part: number): Complex {
  const place = part * (path.length - 1);
  const index = Math.min(Math.floor(place), Math.max(0, path.length - 2));
  const [from, to] = [path[index]!, path[index + 1] ?? path[index]!];
  return [between(from[0], to[0], place - index), between(from[1], to[1], place - index)];
}
