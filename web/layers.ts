// The page's pictures, from bottom to top: coarse, and exact with its overlay. Old ones are moved and scaled to the present
// view until new ones replace them.
import type { ViewScene } from 'mandoline';
import { type Camera, cameraOf, type Size, transformBetween } from './camera.js';
import { widthOf } from './depth.js';
import { canvas, element } from './elements.js';
import { isSamePlane } from './engine.js';

/** The magnification of an old exact picture above which a coarse one shows more. */
const mostMagnified = 3;

export function makeLayers() {
  const layers = { coarse: canvas('coarse'), exact: element('exact', HTMLDivElement) };
  /** The scene shown in each layer. */
  const drawn: { coarse?: ViewScene; exact?: ViewScene } = {};
  let isCoarseNewer = false;

  return {
    /** What the reader sees; undefined before the first picture. */
    get shown(): ViewScene | undefined {
      return isCoarseNewer ? drawn.coarse : drawn.exact;
    },
    /** A layer has another picture. */
    draw(of: ViewScene, isExact: boolean): void {
      const kind = isExact ? 'exact' : 'coarse';
      drawn[kind] = of;
      isCoarseNewer = !isExact;
      layers[kind].style.aspectRatio = `${of.view.columns} / ${of.view.rows}`;
    },
    /** Positions the pictures in a scene's view. */
    place(scene: ViewScene, now: Camera, size: Size): void {
      const { coarse, exact } = drawn;
      if (coarse) layers.coarse.style.transform = transformBetween(cameraOf(coarse), now, size);
      if (!exact) return;
      layers.exact.style.transform = transformBetween(cameraOf(exact), now, size);
      const isUseful =
        !isCoarseNewer || (isSamePlane(exact, scene) && widthOf(exact) / now.width < mostMagnified);
      layers.exact.style.visibility = isUseful ? '' : 'hidden';
    },
  };
}
