// The one schema of a scene: which keys it has, what each may be, and the sentence that says so. The command's flags, a
// scene in a file and a call of the library are all checked by it. What it cannot say of a scene is scene.ts's.
import * as v from 'valibot';
import { isDecimal } from './complex.js';
import { farthest } from './view.js';

const finite = (message: string) => v.pipe(v.number(message), v.finite(message));
const whole = (smallest: number, largest: number) => {
  const message = `must be a whole number from ${smallest} to ${largest}`;
  return v.pipe(
    v.number(message),
    v.integer(message),
    v.minValue(smallest, message),
    v.maxValue(largest, message),
  );
};
const between = (smallest: number, largest: number, message: string) =>
  v.pipe(v.number(message), v.minValue(smallest, message), v.maxValue(largest, message));

const complex = (message: string) =>
  v.pipe(v.strictTuple([finite(message), finite(message)], message), v.readonly());
/** No formula that is read has more names in it. */
const mostParameters = 500;
const finiteMessage = 'must be a finite complex number';
const pointMessage = 'must be p, the sample point, or a finite complex number like -0.83-0.22i';
const pointOrComplex = v.union([v.literal('p'), complex(pointMessage)], pointMessage);

const lengthMessage = 'must be a number from 1e-300 to 8e307';
const length = between(1e-300, farthest, lengthMessage);

const lattice = v.strictObject({ extent: length, cells: whole(1, 46340) }, 'must have extent and cells');

const decimalMessage = 'must be a decimal number in text, like "-0.75"';
const decimal = v.pipe(v.string(decimalMessage), v.check(isDecimal, decimalMessage));
const pixels = whole(1, 100_000);
const view = v.strictObject(
  {
    center: v.pipe(
      v.strictTuple([decimal, decimal], 'must be two decimal numbers in text, like ["-0.75", "0.1"]'),
      v.readonly(),
    ),
    width: length,
    columns: pixels,
    rows: pixels,
    rotation: v.optional(
      v.pipe(
        between(-360, 360, 'must be a number of degrees from -360 to 360'),
        v.description(
          'How far the view is turned counterclockwise around its centre, in degrees: what it shows turns clockwise.',
        ),
      ),
    ),
    samples: v.optional(
      v.pipe(whole(1, 3), v.description('Each pixel has samples x samples sample points.')),
    ),
  },
  'must have center, width, columns and rows',
);

const radiusMessage = 'must be a bailout radius from 1e-150 to 1e150';
const radius = between(1e-150, 1e150, radiusMessage);
const convergedMessage = 'must be a distance above 0, up to 1';
const escapeMessage = 'must be overflow, a bailout radius from 1e-150 to 1e150, or converged with a distance';
const escape = v.union(
  [
    v.literal('overflow'),
    radius,
    v.strictObject({
      converged: v.pipe(
        v.number(convergedMessage),
        v.gtValue(0, convergedMessage),
        v.maxValue(1, convergedMessage),
      ),
      bailout: v.optional(radius),
    }),
  ],
  escapeMessage,
);

const trapMessage = 'must be point with [re, im], line with [re, im, turns], or circle with [re, im, radius]';
const three = v.pipe(
  v.strictTuple([finite(trapMessage), finite(trapMessage), finite(trapMessage)], trapMessage),
  v.readonly(),
);
const trap = v.union(
  [
    v.strictObject({ point: complex(trapMessage) }),
    v.strictObject({ line: three }),
    v.strictObject({ circle: three }),
  ],
  trapMessage,
);

/** What a picture's colours stand for: see color/coloring.ts. */
export const colorings = [
  ...([
    'count',
    'smooth',
    'distance',
    'decomposition',
    'binary',
    'trap',
    'slope',
    'basin',
    'period',
  ] as const),
] as const;
/** How numbers become places in a palette: see color/curve.ts. */
export const scales = ['logarithm', 'linear', 'root', 'histogram'] as const;
const oneOf = <const T extends readonly string[]>(names: T) =>
  v.picklist(names, `must be one of ${names.join(', ')}`);
const colorMessage = 'must be a colour like #fa0 or #ffaa00';
const color = v.pipe(v.string(colorMessage), v.regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i, colorMessage));
const paletteMessage = 'must be the name of a palette, or 2 to 256 colours like #ffaa00, not all the same';
/** `#FA0` as `#ffaa00`. */
const spelledOut = (hex: string) => hex.toLowerCase().replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3');
const palette = v.union(
  [
    v.string(),
    v.pipe(
      v.array(color),
      v.minLength(2, paletteMessage),
      v.maxLength(256, paletteMessage),
      v.check((colors) => new Set(colors.map(spelledOut)).size > 1, paletteMessage),
      v.readonly(),
    ),
  ],
  paletteMessage,
);
const rangeMessage = 'must be two numbers from -1e300 to 1e300, the smaller first, like [1, 200]';
const rangeEnd = between(-1e300, 1e300, rangeMessage);
const range = v.pipe(
  v.strictTuple([rangeEnd, rangeEnd], rangeMessage),
  v.check(([least, most]) => least <= most, rangeMessage),
  v.readonly(),
);
const densityMessage = 'must be a number from 0.001 to 100000';
const offsetMessage = 'must be a number from 0 to 1';
const degrees = (most: number) => between(0, most, `must be a number of degrees from 0 to ${most}`);
const light = v.strictObject(
  { direction: degrees(360), height: degrees(90) },
  'must have direction and height',
);

/** Of the schema: a scene that needs what this one does not have will have a higher one. */
export const version = 1;
export const versionMessage = `must be ${version}; a newer Mandoline wrote this scene, take that one`;

export const sceneSchema = v.strictObject(
  {
    $schema: v.optional(
      v.pipe(v.string('must be an address'), v.description('Where an editor finds this schema.')),
    ),
    version: v.optional(
      v.pipe(v.literal(version, versionMessage), v.description('Of this schema; 1 where it is not given.')),
    ),
    formula: v.pipe(
      v.string('must be a formula like "z^2 + c"'),
      v.description('One step from z to the next, such as "z^2 + c" or "newton(z^3 - 1)".'),
    ),
    parameters: v.optional(
      v.pipe(
        v.record(v.string(), complex(finiteMessage), 'must be values by their names'),
        v.maxEntries(mostParameters, `must be at most ${mostParameters} values`),
        v.description('Names in the formula and their values, [re, im].'),
      ),
    ),
    c: v.pipe(
      pointOrComplex,
      v.description('The constant of the formula, [re, im], or "p", the sample point.'),
    ),
    z0: v.pipe(pointOrComplex, v.description('The first z, [re, im], or "p", the sample point.')),
    lattice: v.optional(
      v.pipe(
        lattice,
        v.description("The lesson's sample points: a square around 0, so many cells a unit. Or else a view."),
      ),
    ),
    view: v.optional(
      v.pipe(view, v.description('The sample points of a picture: the middles of its pixels.')),
    ),
    iterations: v.pipe(whole(1, 2 ** 32 - 1), v.description('The largest number of steps.')),
    escape: v.pipe(
      escape,
      v.description(
        'When a point has escaped: "overflow", |z| is no longer finite; a number, |z| is larger; ' +
          '{ converged, bailout }, two z that follow each other are nearer than that, or |z| is larger.',
      ),
    ),
    trap: v.optional(
      v.pipe(
        trap,
        v.description(
          'What orbits are measured against: a point [re, im], a line [re, im, angle in turns], or a circle [re, im, radius].',
        ),
      ),
    ),
    coloring: v.optional(
      v.pipe(
        oneOf(colorings),
        v.description('What the colours stand for. Without: basins where orbits converge, or else counts.'),
      ),
    ),
    scale: v.optional(
      v.pipe(
        oneOf(scales),
        v.description(
          'How numbers become places in the palette. Without: logarithm. A histogram gives every colour as many points.',
        ),
      ),
    ),
    range: v.optional(
      v.pipe(
        range,
        v.description('The numbers at the ends of the palette. Without: those of a sample of the points.'),
      ),
    ),
    palette: v.pipe(
      palette,
      v.description('The name of a palette, or the colours of a gradient, such as ["#000764", "#ffaa00"].'),
    ),
    density: v.optional(
      v.pipe(
        between(0.001, 100_000, densityMessage),
        v.description('How many times the palette is gone through over the range; 1 where it is not given.'),
      ),
    ),
    offset: v.optional(
      v.pipe(
        between(0, 1, offsetMessage),
        v.description('Where in the palette the range begins, from 0 to 1.'),
      ),
    ),
    inside: v.optional(
      v.pipe(
        color,
        v.description(
          "The colour of points that never escape. Without: of counts, the palette's last; of others, black.",
        ),
      ),
    ),
    light: v.optional(
      v.pipe(
        light,
        v.description('Where light comes from on slopes: degrees from the right, and above the plane.'),
      ),
    ),
    depth: v.optional(
      v.pipe(
        v.picklist([8, 16], 'must be 8 or 16'),
        v.description('Bits of each red, green and blue; 8 where it is not given.'),
      ),
    ),
  },
  'must be a scene',
);

/** All keys that stand somewhere in a scene. */
export const sceneKeys: readonly string[] = [sceneSchema, lattice, view, light].flatMap(({ entries }) =>
  Object.keys(entries),
);
