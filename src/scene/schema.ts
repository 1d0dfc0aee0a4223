// The one schema of a scene: its keys, their accepted values, and the messages. It checks the command's flags, scene files
// and calls of the library. scene.ts has the checks that it cannot express.
import * as v from 'valibot';
import { isDecimal } from './complex.js';
import { decimalMessage, decimalProblem, magnitudeOf, mostPlaces } from './decimal.js';
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
/** The most names that a formula may have. */
const mostParameters = 500;
const finiteMessage = 'must be a finite complex number';
const pointMessage = 'must be p, the sample point, or a finite complex number like -0.83-0.22i';
/** A number, or one in text, all of whose digits count in exact arithmetic. */
const constantPart = (message: string) =>
  v.union([finite(message), v.pipe(v.string(message), v.check(isDecimal, message))], message);
const constant = v.pipe(
  v.strictTuple([constantPart(pointMessage), constantPart(pointMessage)], pointMessage),
  v.readonly(),
);
const pointOrComplex = v.union([v.literal('p'), constant], pointMessage);

const lengthMessage = 'must be a number from 1e-300 to 8e307';
const length = between(1e-300, farthest, lengthMessage);

const lattice = v.strictObject({ extent: length, cells: whole(1, 46340) }, 'must have extent and cells');

const decimal = v.pipe(
  v.string(decimalMessage),
  v.check(isDecimal, ({ input }) => decimalProblem(input) ?? decimalMessage),
);
const widthMessage = `must be a number from 1e-${mostPlaces} to 8e307; in text below 1e-300, like "1.7e-400"`;
const isWidth = (text: string): boolean =>
  decimalProblem(text) === undefined &&
  !text.startsWith('-') &&
  magnitudeOf(text) >= -mostPlaces &&
  Number(text) <= farthest;
const width = v.union(
  [between(1e-300, farthest, widthMessage), v.pipe(v.string(widthMessage), v.check(isWidth, widthMessage))],
  widthMessage,
);
const pixels = whole(1, 100_000);
const view = v.strictObject(
  {
    center: v.pipe(
      v.strictTuple([decimal, decimal], 'must be two decimal numbers in text, like ["-0.75", "0.1"]'),
      v.readonly(),
    ),
    width,
    columns: pixels,
    rows: pixels,
    rotation: v.optional(
      v.pipe(
        between(-360, 360, 'must be a number of degrees from -360 to 360'),
        v.description(
          'Counterclockwise rotation of the view around its centre, in degrees; its content turns clockwise.',
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

/** What a picture's colours represent: see color/coloring.ts. */
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
/** What counts are of: see scene/arithmetic.ts. */
export const arithmetics = ['double', 'exact'] as const;
/** How values map to the palette: see color/curve.ts. */
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

/** The schema's version; scenes with newer features will have a higher one. */
export const version = 1;
export const versionMessage = `must be ${version}; a newer Mandoline wrote this scene; use that version`;

export const sceneSchema = v.strictObject(
  {
    $schema: v.optional(
      v.pipe(v.string('must be an address'), v.description('Address of this schema, for editors.')),
    ),
    version: v.optional(
      v.pipe(v.literal(version, versionMessage), v.description('Version of this schema. Default: 1.')),
    ),
    formula: v.pipe(
      v.string('must be a formula like "z^2 + c"'),
      v.description('One step from z to the next, such as "z^2 + c" or "newton(z^3 - 1)".'),
    ),
    parameters: v.optional(
      v.pipe(
        v.record(v.string(), complex(finiteMessage), 'must be values by their names'),
        v.maxEntries(mostParameters, `must be at most ${mostParameters} values`),
        v.description('Values of names in the formula, as [re, im].'),
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
        v.description(
          "The lesson's grid, instead of a view: points from -extent to extent, `cells` from the centre to the edge.",
        ),
      ),
    ),
    view: v.optional(
      v.pipe(
        view,
        v.description('The sample points of a picture, instead of a lattice: the centres of its pixels.'),
      ),
    ),
    iterations: v.pipe(whole(1, 2 ** 32 - 1), v.description('The maximum number of steps.')),
    escape: v.pipe(
      escape,
      v.description(
        'When a point has escaped: "overflow", when |z| is no longer finite; a number, when |z| exceeds it; ' +
          '{ converged, bailout }, when successive z are closer than converged, or |z| exceeds bailout.',
      ),
    ),
    arithmetic: v.optional(
      v.pipe(
        oneOf(arithmetics),
        v.description(
          'What counts are of: "double", brute force with IEEE doubles; "exact", real arithmetic without rounding. ' +
            'Without: double while sample points are far enough apart.',
        ),
      ),
    ),
    trap: v.optional(
      v.pipe(
        trap,
        v.description(
          'The shape that orbits are measured against: a point [re, im], a line [re, im, angle in turns], or a circle [re, im, radius].',
        ),
      ),
    ),
    coloring: v.optional(
      v.pipe(
        oneOf(colorings),
        v.description('What the colours represent. Default: basins if orbits converge, otherwise counts.'),
      ),
    ),
    scale: v.optional(
      v.pipe(
        oneOf(scales),
        v.description(
          'How values map to the palette. Default: logarithm. A histogram gives every colour the same number of points.',
        ),
      ),
    ),
    range: v.optional(
      v.pipe(
        range,
        v.description('The values mapped to the ends of the palette. Default: estimated from a sample.'),
      ),
    ),
    palette: v.pipe(
      palette,
      v.description('The name of a palette, or the colours of a gradient, such as ["#000764", "#ffaa00"].'),
    ),
    density: v.optional(
      v.pipe(
        between(0.001, 100_000, densityMessage),
        v.description('The number of palette cycles over the range. Default: 1.'),
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
          "The colour of points that never escape. Default: the palette's last for counts, otherwise black.",
        ),
      ),
    ),
    light: v.optional(
      v.pipe(
        light,
        v.description(
          'The direction of the light in degrees: counterclockwise from the right, and above the plane.',
        ),
      ),
    ),
    depth: v.optional(
      v.pipe(v.picklist([8, 16], 'must be 8 or 16'), v.description('Bits per colour channel. Default: 8.')),
    ),
  },
  'must be a scene',
);

/** What the schema makes of a scene. */
export type SceneData = v.InferOutput<typeof sceneSchema>;

/** All keys that occur in a scene. */
export const sceneKeys: readonly string[] = [sceneSchema, lattice, view, light].flatMap(({ entries }) =>
  Object.keys(entries),
);
