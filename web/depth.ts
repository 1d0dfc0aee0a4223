// Views too deep for the page's camera, which uses doubles: the page draws them but does not navigate in them.
import { parseScene, SceneError, type ViewScene } from 'mandoline';

/** The smallest width at which doubles distinguish points. */
export const narrowest = 1e-14;

/** A view's width, but at least the smallest that a camera can have. */
export const widthOf = ({ view }: ViewScene): number => Math.max(Number(view.width), 1e-300);

/** Throws SceneError if a scene cannot be drawn, or if a camera moved its centre although it is too deep for that. */
export function checkLook(before: ViewScene, looked: ViewScene): void {
  parseScene(looked);
  const isMoved = looked.view.center.some((part, axis) => part !== before.view.center[axis]);
  if (!isMoved || widthOf(looked) >= narrowest) return;
  const accepted = 'must be where doubles can tell points apart';
  throw new SceneError([{ path: 'view', given: String(looked.view.width), accepted }]);
}

/** A description of the picture for screen readers. */
export function spoken({ view, iterations }: ViewScene): string {
  const wide = typeof view.width === 'string' ? view.width : view.width.toPrecision(3);
  return `${view.center.join(' ')} wide ${wide}, ${iterations} iterations, drawn`;
}
