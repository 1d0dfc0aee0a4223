// Two-finger gestures: scaling starts at once, rotation only beyond a threshold, since a pinch is never perfectly
// straight. Angles near upright snap to it.
import { type Camera, normalDegrees, type Point, type Size, zoomed } from './camera.js';

/** Degrees that the fingers must rotate before the picture does; degrees within which it snaps to upright. */
const [threshold, snap] = [12, 7];
/** Pixels between the fingers below which rotation is mostly noise. */
const leastDistance = 8;

export class Pinch {
  private turned = 0;
  private isTurning = false;

  /** `rotation`: the camera's when the second finger touched. */
  constructor(private readonly rotation: number) {}

  /** One finger has moved, the other has not: both keep their points of the plane, as far as possible. */
  moved(camera: Camera, size: Size, other: Point, before: Point, after: Point): Camera {
    const [bx, by] = [before[0] - other[0], before[1] - other[1]];
    const [ax, ay] = [after[0] - other[0], after[1] - other[1]];
    const lengths = [Math.hypot(bx, by), Math.hypot(ax, ay)] as const;
    if (lengths[0] < leastDistance || lengths[1] < leastDistance) return camera;
    this.turned += normalDegrees(((Math.atan2(ay, ax) - Math.atan2(by, bx)) * 180) / Math.PI);
    this.isTurning ||= Math.abs(this.turned) > threshold;
    const turn = this.isTurning ? upright(this.rotation + this.turned) - camera.rotation : 0;
    return zoomed(camera, size, other, lengths[1] / lengths[0], turn);
  }
}

const upright = (degrees: number): number => (Math.abs(normalDegrees(degrees)) < snap ? 0 : degrees);
