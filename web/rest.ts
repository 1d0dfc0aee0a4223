// What the page does not need for its first picture: the scene's panel, Julia sets, files, bookmarks, the lesson and the
// experiment. One file of the build, loaded once the first picture is drawn, or when a reader is faster.
import { inPixels, type Scene, type ViewScene } from 'mandoline';
import { fitted } from './address.js';
import { makeBookmarks } from './bookmarks.js';
import { makeCycling } from './cycling.js';
import { button, canvas, element } from './elements.js';
import type { Drawn } from './engine.js';
import { makeExport } from './export.js';
import { makeJulia } from './julia.js';
import { offerLesson } from './lesson.js';
import { takeFiles } from './open.js';
import { makePanel, type PanelEvents } from './panel.js';
import { makeExperiment } from './workers/experiment-view.js';

export interface Page extends PanelEvents {
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
  makeBookmarks(scene, canvas('picture'));
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
  return {
    cycling,
    panel: makePanel(page),
    julia: makeJulia(element('julia', HTMLElement), (next) => page.open(fitted(next, ...pixels()))),
    saving: makeExport(scene, page.workers),
  };
}
