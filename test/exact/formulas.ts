// Formulas that the tests of the exact engine share: named ones, true counts of deep views, and random trees.
import type { ExactView } from '../../src/exact/view.js';
import {
  add,
  c,
  call,
  constant,
  divide,
  type Expression,
  multiply,
  negate,
  p,
  power,
  previous,
  subtract,
  z,
} from '../../src/formula/expression.js';
import { parseFormula } from '../../src/formula/parse.js';
import type { Complex } from '../../src/scene/complex.js';
import { fixture } from '../support.js';
import { base, type Truth } from './views.js';

interface FormulaTruth extends Truth {
  readonly formula: string;
  readonly z0: [string, string];
}

/** Deep views and the true counts of some of their points, by big-number balls in Python. */
export const formulaTruth: readonly FormulaTruth[] = JSON.parse(fixture('deep-formulas.json').toString());

/** A formula's step whose constant c is the sample point. */
export const stepOf = (formula: string, parameters: Readonly<Record<string, Complex>> = {}): Expression =>
  parseFormula(formula.replace(/\bc\b/g, 'p'), parameters);

export const formulaView = (formula: string, changes: Partial<ExactView>): ExactView => ({
  ...base,
  step: stepOf(formula),
  ...changes,
});

export const truthFormulaView = (truth: FormulaTruth): ExactView => {
  const { formula, z0, center, width, columns, rows, iterations, radius } = truth;
  return formulaView(formula, { z0, center, width, columns, rows, iterations, radius });
};

/** A random step in z, with a few operations of each kind. */
export function randomStep(random: (below: number) => number): Expression {
  const number = () => constant((random(33) - 16) / 8, random(2) * ((random(33) - 16) / 8));
  const leaf = () => [z, z, z, p, c, number(), previous][random(7)]!;
  function tree(depth: number): Expression {
    if (depth === 0) return leaf();
    const below = () => tree(depth - 1 - random(depth));
    const [v, w] = [below(), below()];
    switch (random(12)) {
      case 0:
      case 1:
        return add(v, w);
      case 2:
        return subtract(v, w);
      case 3:
      case 4:
        return multiply(v, w);
      case 5:
        return power(v, 2 + random(3));
      case 6:
        return divide(v, add(w, number()));
      case 7:
        return call('conj', v);
      case 8:
        return negate(v);
      case 9:
        return call(random(2) === 0 ? 're' : 'im', v);
      case 10:
        return call('abs', call(random(2) === 0 ? 're' : 'im', v));
      default:
        return call('abs', v);
    }
  }
  return add(tree(3), [p, c, z][random(3)]!);
}

/** Deep places of formulas of all kinds: powers, folds of z and of z^2, conjugates, several critical points, poles. */
const deep: readonly [name: string, formula: string, x: string, y: string, changes?: Partial<ExactView>][] = [
  ['cubic', 'z^3 + c', '-0.190629538413288945766711149968954', '-0.760842329824047667484868554356968'],
  [
    'burning ship',
    '(abs(re z) + i*abs(im z))^2 + c',
    '-1.04367215351663573856558248090500925',
    '-0.48674106363823595189000637963501775',
  ],
  [
    'tricorn',
    'conj(z)^2 + c',
    '-0.62163016222032234316913745451925425',
    '0.07648608557232968835382565409698125',
  ],
  [
    'celtic',
    'abs(re(z^2)) + i*im(z^2) + c',
    '-0.7170307133506738150240119052223065',
    '-1.21734627598951327839621093558125',
  ],
  [
    'buffalo',
    'abs(re(z^2)) + i*abs(im(z^2)) + c',
    '-0.166439052921778629840248006224739',
    '-1.160168577791270030216893199394625',
  ],
  [
    'perpendicular',
    '(re z - i*abs(im z))^2 + c',
    '-0.426296349091512557577134007078286',
    '-0.7461493904566909372721438432990825',
  ],
  [
    'lambda',
    'c*z*(1 - z)',
    '3.447225711636351561557214319032726125',
    '-0.0791234353259487079468463812042',
    { z0: ['0.5', '0'] },
  ],
  [
    'magnet',
    '((z^2 + c - 1)/(2*z + c - 2))^2',
    '1.4464086698343932576986662032848975',
    '-1.38524413783148701648868826444718725',
    { radius: 100 },
  ],
  [
    'two critical points',
    'z^3 - 0.75*z + c',
    '0.565284699772423762502272825917039',
    '-0.5743383222165585964545867447412405',
    { z0: ['0.5', '0'] },
  ],
];
export const named: Readonly<Record<string, ExactView>> = Object.fromEntries(
  deep.map(([name, formula, x, y, changes]) => [
    name,
    formulaView(formula, {
      center: [x, y],
      width: '1e-30',
      iterations: 900,
      columns: 8,
      rows: 8,
      ...changes,
    }),
  ]),
);
