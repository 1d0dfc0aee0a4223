// Two fingers on the picture: a scale at once, and a turn only once they clearly turn, since nobody pinches quite
// straight; and what comes near upright is upright.
import { type Camera, normalDegrees, type Point, type Size, zoomed } from './camera.js';

/** Degrees that the fingers must turn before the picture does; degrees from upright that count as upright. */
const [threshold, snap] = [12, 7];
/** Pixels between the fingers below which a turn is mostly noise. */
const leastDistance = 8;

export class Pinch {
  private turned = 0;
  private isTurning = false;

  /** `rotation`: the camera's when the second finger came. */
  constructor(private readonly rotation: number) {}

  /** One finger has moved, the other is where it was: both stay on what they hold, as far as that is possible. */
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
