// The named formulas, each with its usual view. Data only: parse.ts reads the formulas, scene/ makes scenes of them. The
// conventions are those of the named sources, and of Fractint and Ultra Fractal where programs established them. The
// imaginary axis points up.
import type { Complex } from '../scene/complex.js';

export type FamilyName =
  | ('julia' | 'mandelbrot' | 'multibrot' | 'tricorn' | 'burning-ship' | 'celtic' | 'buffalo')
  | ('phoenix' | 'newton' | 'magnet' | 'lambda' | 'exponential' | 'sine');

export interface Family {
  /** The step z -> f(z, c). */
  readonly formula: string;
  /** Values of names in the formula. */
  readonly parameters?: Readonly<Record<string, Complex>>;
  /** The constant; `p`, the sample point, draws the parameter plane. */
  readonly c: 'p' | Complex;
  /** The start of the orbit; `p`, the sample point, draws the dynamical plane. */
  readonly z0: 'p' | Complex;
  readonly escape: FamilyEscape;
  readonly iterations: number;
  /** Centre and width of the picture. */
  readonly view: { readonly center: Complex; readonly width: number };
  /** At most 31 characters, so that it fits a list. */
  readonly summary: string;
  /** Author and year. */
  readonly source: string;
}

/**
 * When an orbit has ended: |z| is no longer finite; |z| exceeds a bailout radius; successive z are closer than
 * `converged`, or |z| exceeds `bailout`.
 */
export type FamilyEscape = 'overflow' | number | { readonly converged: number; readonly bailout?: number };

// A bailout radius of 2 is the smallest that no orbit comes back from where |c| <= 2: |z|^2 - |c| > |z| beyond it.
// For phoenix and lambda the same holds with their own terms.
export const families: Readonly<Record<FamilyName, Family>> = {
  julia: {
    formula: 'z^2 + c',
    c: [-0.7269, 0.1889],
    z0: 'p',
    escape: 'overflow',
    iterations: 500,
    view: { center: [0, 0], width: 3.4 },
    summary: 'a Julia set of spirals',
    source: 'Julia 1918',
  },
  mandelbrot: {
    formula: 'z^2 + c',
    c: 'p',
    z0: [0, 0],
    escape: 2,
    iterations: 200,
    view: { center: [-0.65, 0], width: 3.5 },
    summary: 'which Julia sets are connected',
    source: 'Mandelbrot 1980',
  },
  multibrot: {
    formula: 'z^n + c',
    parameters: { n: [3, 0] },
    c: 'p',
    z0: [0, 0],
    escape: 2,
    iterations: 60,
    view: { center: [0, 0], width: 4 },
    summary: 'the Mandelbrot set of a power',
    source: 'Gujar and Bhavsar 1991',
  },
  tricorn: {
    formula: 'conj(z)^2 + c',
    c: 'p',
    z0: [0, 0],
    escape: 2,
    iterations: 80,
    view: { center: [-0.25, 0], width: 5 },
    summary: 'z mirrored before it is squared',
    source: 'Crowe, Hasson, Rippon and Strain-Clark 1989',
  },
  // Most pictures of the ship have the imaginary axis pointing down; here it sails upside down.
  'burning-ship': {
    formula: '(abs(re z) + i*abs(im z))^2 + c',
    c: 'p',
    z0: [0, 0],
    escape: 2,
    iterations: 100,
    view: { center: [-0.4, -0.5], width: 4 },
    summary: 'both parts of z made positive',
    source: 'Michelitsch and Rössler 1992',
  },
  celtic: {
    formula: 'abs(re(z^2)) + i*im(z^2) + c',
    c: 'p',
    z0: [0, 0],
    escape: 2,
    iterations: 100,
    view: { center: [-0.5, 0], width: 4.5 },
    summary: 'real part of z^2 made positive',
    source: 'Panzerboy, before 2012 (absmandvar, a plugin of Fractal Extreme)',
  },
  // An older buffalo has z^2 - z + c with the parts of z made positive (theory.org/fracdyn).
  buffalo: {
    formula: 'abs(re(z^2)) + i*abs(im(z^2)) + c',
    c: 'p',
    z0: [0, 0],
    escape: 2,
    iterations: 100,
    view: { center: [-0.5, -0.4], width: 4.5 },
    summary: 'both parts of z^2 made positive',
    source: 'Panzerboy, before 2012 (absmandvar, a plugin of Fractal Extreme)',
  },
  // Most pictures have its axes swapped, so that the bird stands.
  phoenix: {
    formula: 'z^2 + re(c) + im(c)*previous',
    c: [0.5667, -0.5],
    z0: 'p',
    escape: 2,
    iterations: 200,
    view: { center: [0, 0], width: 4 },
    summary: 'the z before takes part too',
    source: 'Ushiki 1988',
  },
  newton: {
    formula: 'newton(z^3 - 1)',
    c: [0, 0],
    z0: 'p',
    escape: { converged: 1e-6 },
    iterations: 100,
    view: { center: [0, 0], width: 4 },
    summary: "Newton's method finds the roots",
    source: 'Cayley 1879',
  },
  // Ultra Fractal's two tests: a radius above 30, and how close two z are.
  magnet: {
    formula: '((z^2 + c - 1)/(2*z + c - 2))^2',
    c: 'p',
    z0: [0, 0],
    escape: { converged: 1e-5, bailout: 100 },
    iterations: 200,
    view: { center: [1.3, 0], width: 6 },
    summary: 'magnetism, renormalised',
    source: 'Peitgen and Richter 1986',
  },
  lambda: {
    formula: 'c*z*(1 - z)',
    c: 'p',
    z0: [0.5, 0],
    escape: 2,
    iterations: 100,
    view: { center: [1, 0], width: 7 },
    summary: 'the logistic map, by its rate',
    source: 'Mandelbrot 1980',
  },
  // The usual test is Re z > 50, for sine |Im z| > 50. Overflow is that with about 710 in place of 50; a radius is
  // not, because what lands far to the left comes back to 0: it would fill the gaps between the hairs.
  exponential: {
    formula: 'c*exp(z)',
    c: [1 / Math.E, 0],
    z0: 'p',
    escape: 'overflow',
    iterations: 40,
    view: { center: [2.4, 0], width: 5 },
    summary: 'a bouquet of hairs, exploding',
    source: 'Devaney 1984',
  },
  sine: {
    formula: 'c*sin(z)',
    c: [1, 0.4],
    z0: 'p',
    escape: 'overflow',
    iterations: 100,
    view: { center: [0, 0], width: 9 },
    summary: 'spirals side by side, endlessly',
    source: 'Devaney 1990',
  },
};
