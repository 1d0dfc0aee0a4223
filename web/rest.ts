// What the page does not need for its first picture: the scene's panel, values of points, Julia sets, files, bookmarks, the
// lesson and the experiment. One file of the build, loaded once the first picture is drawn, or earlier on first use.
import { inPixels, type Scene, type ViewScene } from 'mandoline';
import { fitted } from './address.js';
import { makeBookmarks } from './bookmarks.js';
import { makeBox } from './box.js';
import type { Camera, Size } from './camera.js';
import { makeCycling } from './cycling.js';
import { button, canvas, element } from './elements.js';
import type { Drawn } from './engine.js';
import { makeExport } from './export.js';
import { makeGallery } from './gallery.js';
import { showHint } from './hint.js';
import { makeInspector } from './inspector.js';
import { makeJulia } from './julia.js';
import { offerLesson } from './lesson.js';
import { takeFiles } from './open.js';
import { makeOrbit } from './orbit.js';
import { makePanel, type PanelEvents } from './panel.js';
import type { PointText } from './pointed.js';
import { makeExperiment } from './workers/experiment-view.js';

export interface Page extends PanelEvents {
  camera(): Camera;
  size(): Size;
  look(camera: Camera, isMoving: boolean): void;
  pixels(): readonly [columns: number, rows: number];
  /** The exact picture's field, if there is one. */
  field(): Drawn | undefined;
  /** Number of workers. */
  workers(): number;
  /** Opens a scene as it was saved, with its own iterations. */
  openFile(scene: ViewScene): void;
  fail(sentence: string): void;
}

export type Rest = ReturnType<typeof makeRest>;

export function makeRest(page: Page) {
  const { scene, change, pixels, fail } = page;
  showHint();
  makeBookmarks(scene, canvas('picture'));
  makeGallery(page);
  makeBox(page);
  offerLesson(element('lesson', HTMLElement), button('toggle-lesson'));
  takeFiles({
    scene: (next: Scene) => page.openFile(inPixels(next, ...pixels())),
    palette: (colors) => change({ ...scene(), palette: [...colors] }),
    fail,
  });
  element('workers', HTMLElement).querySelector('.body')!.append(makeExperiment(scene));
  const cycling = makeCycling({
    scene,
    field: page.field,
    stopped: (offset) => change({ ...scene(), offset }),
  });
  const inspector = makeInspector(element('inspector', HTMLElement));
  const julia = makeJulia(element('julia', HTMLElement), (next) => page.open(fitted(next, ...pixels())));
  const [panel, orbit] = [makePanel(page), makeOrbit(page)];
  return {
    cycling,
    orbit,
    panel,
    saving: makeExport(scene, page.workers),
    /** Shows a scene. */
    show(isAutomatic: boolean): void {
      panel.show(scene(), isAutomatic);
      cycling.show();
      inspector.look(scene(), page.camera(), page.size());
    },
    /** Shows the values of a point, its Julia set and its orbit. */
    point(point: PointText | undefined, isKept: boolean): void {
      inspector.point(scene(), point, page.camera().width / page.size().width, isKept);
      const numbers = point && ([Number(point[0]), Number(point[1])] as const);
      julia.point(scene(), numbers, isKept);
      orbit.point(numbers);
    },
  };
}
