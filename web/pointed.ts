// The point of the inspector and the Julia set: the one under the pointer, or one kept by a click. It is reported again
// whenever the view has settled, since its values change with the picture.
import { type Camera, type Point, type Size, textPointAt } from './camera.js';

/** A point of the plane as decimal text. */
export type PointText = readonly [re: string, im: string];

export interface PointedEvents {
  camera(): Camera;
  size(): Size;
  /** No point: the pointer is elsewhere. */
  tell(point: PointText | undefined, isKept: boolean): void;
}

export function makePointed({ camera, size, tell }: PointedEvents) {
  let place: Point | undefined;
  let kept: PointText | undefined;
  /** The kept points before the last two clicks. */
  let before: readonly (PointText | undefined)[] = [];
  const at = (where: Point) => textPointAt(camera(), size(), where);
  const again = () => tell(kept ?? (place && at(place)), kept !== undefined);

  return {
    again,
    hover(where: Point | undefined): void {
      place = where;
      if (!kept) again();
    },
    /** Keeps the point, or releases a kept one; a finger cannot hover, so each tap keeps its point. */
    click(where: Point, isTouch: boolean): void {
      place = where;
      before = [before.at(-1), kept];
      kept = kept && !isTouch ? undefined : at(where);
      again();
    },
    /** The last two clicks were a double click, which means something else. */
    unclick(): void {
      kept = before[0];
      again();
    },
    /** Follows the pointer again once the opened scene is shown. */
    release(): void {
      kept = undefined;
    },
  };
}
