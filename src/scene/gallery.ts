// The bundled scenes: the lesson, every family in its usual view, and places in them. Data only. Iterations and colours
// were chosen by eye.
import { type Family, type FamilyName, families } from '../formula/families.js';
import type { Complex } from './complex.js';
import { lessonScene, type Scene, type ViewScene } from './scene.js';

/** A scene that comes with the package. */
export interface BundledScene {
  /** Its data. */
  readonly scene: Scene;
  /** A short description. */
  readonly summary: string;
  /** Author and year. */
  readonly source: string;
}

/** Pixels of a bundled scene. */
const [columns, rows] = [800, 600];

/** The colours of a scene. */
type Look = Partial<
  Pick<Scene, 'coloring' | 'scale' | 'range' | 'density' | 'offset' | 'inside' | 'light' | 'palette'>
>;

const look = (palette: string, more: Look = {}): Look => ({
  coloring: 'smooth',
  palette,
  inside: '#000',
  ...more,
});
/** Where an orbit comes to; what shades there are for the number of steps differ so little that no bands show. */
const basins = (palette: string): Look => ({
  coloring: 'basin',
  scale: 'linear',
  range: [2, 60],
  palette,
});
const distances = (palette: string, more: Look = {}): Look => ({
  ...look(palette, more),
  coloring: 'distance',
});

const looks: Readonly<Record<FamilyName, Look>> = {
  julia: look('twilight', { density: 3, offset: 0.35 }),
  mandelbrot: look('classic', { density: 1.6 }),
  multibrot: look('twilight', { density: 2, offset: 0.3 }),
  tricorn: look('classic', { density: 1.5 }),
  'burning-ship': look('inferno', { offset: 0.12 }),
  celtic: look('viridis', { offset: 0.15 }),
  buffalo: look('twilight', { density: 2, offset: 0.35 }),
  phoenix: look('classic', { density: 1.6 }),
  newton: basins('turbo'),
  magnet: look('classic', { density: 2 }),
  lambda: look('plasma'),
  exponential: distances('inferno'),
  sine: distances('classic'),
};

function familyScene(name: FamilyName, its = looks[name]): ViewScene {
  const { formula, parameters, c, z0, escape, iterations, view }: Family = families[name];
  const center = [String(view.center[0]), String(view.center[1])] as const;
  return {
    formula,
    ...(parameters && { parameters }),
    c,
    z0,
    view: { center, width: view.width, columns, rows },
    iterations,
    escape,
    palette: 'classic',
    ...its,
  };
}

const familyEntries = (Object.keys(families) as FamilyName[]).map((name): [string, BundledScene] => {
  const { summary, source } = families[name];
  return [name, { scene: familyScene(name), summary, source }];
});

/** A place in the picture of a family: centre and width. */
const place = (name: FamilyName, re: string, im: string, width: number, its = looks[name]): ViewScene => ({
  ...familyScene(name, its),
  view: { center: [re, im], width, columns, rows },
});

/** A Julia set of z^2 + c around 0. */
const julia = (c: Complex, width: number, its: Look): ViewScene => ({
  ...place('julia', '0', '0', width, its),
  c,
});

/** The bundled scenes by name, in display order. */
export const gallery: Readonly<Record<string, BundledScene>> = {
  lesson: { scene: lessonScene, summary: "the lesson's 4000 x 4000 points", source: 'Julia 1918' },
  ...Object.fromEntries(familyEntries),
  seahorse: {
    scene: {
      ...place(
        'mandelbrot',
        '-0.743643887037151',
        '0.13182590420533',
        0.0006,
        look('classic', { density: 3 }),
      ),
      iterations: 3000,
    },
    summary: 'deep in the seahorse valley',
    source: 'Peitgen and Richter 1986',
  },
  armada: {
    scene: {
      ...place('burning-ship', '-1.762', '-0.036', 0.1, look('inferno', { offset: 0.1 })),
      iterations: 300,
    },
    summary: 'a ship of the burning armada',
    source: 'Michelitsch and Rössler 1992',
  },
  elephant: {
    scene: {
      ...place('mandelbrot', '0.2925755', '0.0149977', 0.008, look('classic', { density: 3, offset: 0.1 })),
      iterations: 800,
    },
    summary: 'one of the elephant valley',
    source: "Munafo's Mu-Ency, 1987 on",
  },
  'three-arms': {
    scene: {
      ...place('mandelbrot', '-0.0885', '0.6546', 0.005, look('twilight', { density: 4, offset: 0.1 })),
      iterations: 1000,
    },
    summary: 'the valley of triple spirals',
    source: 'Mandelbrot 1980',
  },
  misiurewicz: {
    scene: {
      ...place('mandelbrot', '-0.10109636384562', '0.95628651080914', 0.05, look('magma', { offset: 0.08 })),
      iterations: 300,
    },
    summary: 'a point where three twigs meet',
    source: 'Misiurewicz 1981',
  },
  minibrot: {
    scene: {
      ...place('mandelbrot', '-1.7548776662466927', '0', 0.06, look('twilight', { density: 3, offset: 0.5 })),
      iterations: 600,
    },
    summary: 'the set again, on its antenna',
    source: 'Douady and Hubbard 1985',
  },
  starfish: {
    scene: {
      ...place(
        'mandelbrot',
        '-0.374004139',
        '0.659792175',
        0.006,
        look('classic', { density: 3, offset: 0.05 }),
      ),
      iterations: 800,
    },
    summary: 'many arms around a point',
    source: 'Mandelbrot 1980',
  },
  'celtic-isles': {
    scene: { ...place('celtic', '-0.9', '0.25', 0.3, look('blues')), iterations: 500 },
    summary: 'isles off the celtic coast',
    source: families.celtic.source,
  },
  curtain: {
    scene: { ...place('buffalo', '-1.6', '-0.05', 0.25, look('magma', { offset: 0.08 })), iterations: 500 },
    summary: 'what hangs down from a buffalo',
    source: families.buffalo.source,
  },
  // Where 0 is of period 3: the middle of the disc above the cardioid; of the minibrot, the airplane.
  rabbit: {
    scene: {
      ...julia([-0.12256116687665, 0.74486176661974], 3.2, look('classic', { density: 1.5 })),
      iterations: 200,
      coloring: 'slope',
    },
    summary: "Douady's rabbit",
    source: 'Douady and Hubbard 1984',
  },
  airplane: {
    scene: { ...julia([-1.7548776662466927, 0], 3.8, look('plasma')), iterations: 200 },
    summary: 'period 3, along a line',
    source: 'Douady and Hubbard 1984',
  },
  'san-marco': {
    scene: { ...julia([-0.75, 0], 3.4, look('inferno', { offset: 0.1 })), iterations: 400 },
    summary: 'the basilica, mirrored in water',
    source: 'Mandelbrot 1982',
  },
  // Where the derivative at a fixed point turns by the golden mean.
  siegel: {
    scene: {
      ...julia([-0.3905408702184, -0.58678790734697], 3, look('viridis', { offset: 0.1 })),
      iterations: 400,
    },
    summary: 'discs that turn for ever',
    source: 'Siegel 1942',
  },
  dendrite: {
    scene: { ...julia([0, 1], 3.4, distances('twilight', { offset: 0.5 })), iterations: 200 },
    summary: 'twigs that hold nothing',
    source: 'Douady and Hubbard 1984',
  },
  'newton-five': {
    scene: { ...familyScene('newton', basins('plasma')), formula: 'newton(z^5 - 1)' },
    summary: 'five roots',
    source: families.newton.source,
  },
  nova: {
    scene: {
      ...place('newton', '-0.55', '0', 0.5, look('inferno')),
      formula: 'newton(z^3 - 1) + c',
      c: 'p',
      z0: [1, 0],
      iterations: 200,
    },
    summary: "Newton's method, led astray",
    source: 'Derbyshire, 1990s',
  },
  'magnet-two': {
    scene: {
      ...place('magnet', '1.5', '0', 5),
      formula: '((z^3 + 3*(c - 1)*z + (c - 1)*(c - 2))/(3*z^2 + 3*(c - 2)*z + (c - 1)*(c - 2) + 1))^2',
    },
    summary: 'the other renormalised magnet',
    source: families.magnet.source,
  },
  cosine: {
    scene: {
      ...place('sine', '0', '0', 12, distances('magma')),
      formula: 'c*cos(z)',
      c: 'p',
      z0: [0, 0],
    },
    summary: 'which cosines stay bounded',
    source: families.sine.source,
  },
};

/**
 * A scene with this number of pixels, columns and rows from 1 to 100,000. A lattice becomes the view of the same square.
 * Pixels are square, so the width determines the height in the plane. Not checked: `parseScene` and `render` do that.
 */
export function inPixels({ lattice, view, ...scene }: Scene, columns: number, rows: number): ViewScene {
  const before = view ?? { center: ['0', '0'] as const, width: 2 * lattice.extent };
  return { ...scene, view: { ...before, columns, rows } };
}
