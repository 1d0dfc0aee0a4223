// The bundled scenes: the lesson, every family where it is looked at, and places in them. Data only. Iterations and
// palettes were chosen by eye.
import { type Family, type FamilyName, families } from '../formula/families.js';
import { lessonScene, type Scene, type ViewScene } from './scene.js';

export interface BundledScene {
  readonly scene: Scene;
  /** What one sees, in some words. */
  readonly summary: string;
  /** Who found it, and when. */
  readonly source: string;
}

/** Pixels of a bundled scene. */
const [columns, rows] = [800, 600];

const palettes: Readonly<Record<FamilyName, string>> = {
  julia: 'magma',
  mandelbrot: 'ember',
  multibrot: 'fern',
  tricorn: 'lagoon',
  'burning-ship': 'ember',
  celtic: 'fern',
  buffalo: 'dusk',
  phoenix: 'blues',
  newton: 'turbo',
  magnet: 'spectral',
  lambda: 'plum',
  exponential: 'spectral',
  sine: 'turbo',
};

function familyScene(name: FamilyName): ViewScene {
  const { formula, parameters, c, z0, escape, iterations, view }: Family = families[name];
  const center = [String(view.center[0]), String(view.center[1])] as const;
  return {
    formula,
    ...(parameters && { parameters }),
    ...{ c, z0, view: { center, width: view.width, columns, rows }, iterations, escape },
    palette: palettes[name],
  };
}

const familyEntries = (Object.keys(families) as FamilyName[]).map((name): [string, BundledScene] => {
  const { summary, source } = families[name];
  return [name, { scene: familyScene(name), summary, source }];
});

/** The bundled scenes by their names, in the order in which they are shown. */
export const gallery: Readonly<Record<string, BundledScene>> = {
  lesson: { scene: lessonScene, summary: "the lesson's 4000 x 4000 points", source: 'Julia 1918' },
  ...Object.fromEntries(familyEntries),
  seahorse: {
    scene: {
      ...familyScene('mandelbrot'),
      view: { center: ['-0.743643887037151', '0.13182590420533'], width: 0.0006, columns, rows },
      iterations: 3000,
      palette: 'dusk',
    },
    summary: 'deep in the seahorse valley',
    source: 'Peitgen and Richter 1986',
  },
  armada: {
    scene: {
      ...familyScene('burning-ship'),
      view: { center: ['-1.762', '-0.036'], width: 0.1, columns, rows },
      palette: 'ember',
    },
    summary: 'a ship of the burning armada',
    source: 'Michelitsch and Rössler 1992',
  },
};

/** A scene in so many pixels; a lattice becomes the view of the same square. */
export function inPixels({ lattice, view, ...scene }: Scene, columns: number, rows: number): ViewScene {
  const before = view ?? { center: ['0', '0'] as const, width: 2 * lattice.extent };
  return { ...scene, view: { ...before, columns, rows } };
}
