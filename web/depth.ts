// What the page does with views that are deeper than its camera, whose numbers are doubles: it draws them, and stays there.
import { parseScene, SceneError, type ViewScene } from 'mandoline';

/** The width that doubles can hold, so that points can be told apart. */
export const narrowest = 1e-14;

/** How wide a view is; of one that is narrower than doubles are good for, the least that a camera has. */
export const widthOf = ({ view }: ViewScene): number => Math.max(Number(view.width), 1e-300);

/** Throws SceneError where a scene cannot be drawn, or its middle was moved by a camera and is too deep for that. */
export function checkLook(before: ViewScene, looked: ViewScene): void {
  parseScene(looked);
  const isMoved = looked.view.center.some((part, axis) => part !== before.view.center[axis]);
  if (!isMoved || widthOf(looked) >= narrowest) return;
  const accepted = 'must be where doubles can tell points apart';
  throw new SceneError([{ path: 'view', given: String(looked.view.width), accepted }]);
}

/** A picture in words, for who cannot see it. */
export function spoken({ view, iterations }: ViewScene): string {
  const wide = typeof view.width === 'string' ? view.width : view.width.toPrecision(3);
  return `${view.center.join(' ')} wide ${wide}, ${iterations} iterations, drawn`;
}
