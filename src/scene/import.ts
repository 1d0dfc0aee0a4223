// Locations of other programs as scenes: Kalles Fraktaler's .kfr and Fraktaler 3's .toml. Sources: their manuals
// (mathr.co.uk/kf/manual.html, README.md of Fraktaler 3) and, for what these omit, the programs (Parameter.cpp,
// formula.xml; param.cc, hybrid.cc). In both the imaginary axis points down. Here the same rectangle of the plane is shown
// with it pointing up, so the picture is mirrored. Colours are not read.
import { parse } from 'smol-toml';
import { PictureError } from '../errors.js';
import { plainMinus } from './complex.js';
import { decimalProblem, divided } from './decimal.js';
import type { ViewScene } from './scene.js';
import { spell } from './spell.js';

/** The formulas of Kalles Fraktaler by type number: of any power, and of power 2 only. */
const formulas: readonly ((power: number) => string)[] = [
  (power) => `z^${power} + c`,
  (power) => `(abs(re z) + i*abs(im z))^${power} + c`,
  (power) => `abs(re(z^${power})) + i*abs(im(z^${power})) + c`,
  (power) => `abs(re(z^${power})) + i*im(z^${power}) + c`,
];
const squares: readonly string[] = [
  'conj(z)^2 + c',
  'abs(re(z^2)) - i*im(z^2) + c',
  '(abs(re z) - i*im z)^2 + c',
  '(re z - i*abs(im z))^2 + c',
  'abs(re(z^2)) - 2*i*abs(re z)*im(z) + c',
  'abs(re(z^2)) - 2*i*re(z)*abs(im z) + c',
];
const known =
  'supported are Mandelbrot, Burning Ship, Buffalo and Celtic of any power, ' +
  'and of power 2 Mandelbar, its Celtic, and the perpendicular ones';

/** Bailout radii of Kalles Fraktaler by preset number; the lowest for power 2 suffices for all. */
const radii = [10_000, 2, 2] as const;
/** The preset whose radius and norm have separate keys. */
const custom = 3;

/**
 * The scene of a .kfr file, which parseScene has to check. Throws PictureError for another formula or another kind of file.
 */
export function importKfr(text: string): ViewScene {
  const values = kfrValues(text);
  const number = (key: string, otherwise: number) => toNumber(key, values.get(key) ?? otherwise);
  for (const key of ['Re', 'Im'])
    if (!values.has(key)) throw new PictureError(`has no ${key} in it; a location of Kalles Fraktaler has`);
  const mustBe = (key: string, value: number, why: string) => {
    if (number(key, value) !== value)
      throw new PictureError(`${key} ${values.get(key)}: must be ${value}; ${why}`);
  };
  for (const key of ['Rotate', 'StretchAmount']) mustBe(key, 0, 'only RotateAngle is supported');
  mustBe('Ratio', 360, 'stretched pictures are not supported');
  for (const key of ['real', 'imag']) mustBe(key, 1, 'only bailout by |z| is supported');
  const norm = number('BailoutNormPreset', 1);
  if (norm === custom) mustBe('BailoutNormCustom', 2, 'only bailout by |z| is supported');
  else mustBe('BailoutNormPreset', 1, 'only bailout by |z| is supported');
  const rotation = number('RotateAngle', 0);
  return {
    ...ofParameterPlane,
    formula: kfrFormula(number),
    z0: [number('SeedR', 0), number('SeedI', 0)],
    view: {
      center: [values.get('Re')!, values.get('Im')!],
      // The file has no size; this is the usual one, and the default zoom.
      ...rectangle(zoomOf('Zoom', values.get('Zoom') ?? 2), 640, 360),
      // If the imaginary axis points up already, nothing is mirrored, nor is the angle.
      ...turned(number('ImagPointsUp', 0) === 0 ? rotation : -rotation),
    },
    iterations: number('Iterations', 200),
    escape: kfrRadius(values, number),
  };
}

type KfrNumber = (key: string, otherwise: number) => number;

function kfrValues(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/[\r\n]+/)) {
    const [, key, value] = /^(\w+): *(.*?) *$/.exec(line) ?? [];
    if (key !== undefined && !values.has(key)) values.set(key, value!);
  }
  return values;
}

function kfrFormula(number: KfrNumber): string {
  if (number('UseHybridFormula', 0) !== 0)
    throw new PictureError(`hybrid formulas are not supported; ${known}`);
  const [type, power] = [number('FractalType', 0), number('Power', 2)];
  const formula = isPower(power)
    ? (formulas[type]?.(power) ?? (power === 2 ? squares[type - 4] : undefined))
    : undefined;
  if (formula !== undefined) return formula;
  throw new PictureError(`FractalType ${type} of power ${power} is not supported; ${known}`);
}

/** Files from before there was SmoothingMethod have the preset in SmoothMethod. */
function kfrRadius(values: ReadonlyMap<string, string>, number: KfrNumber): number {
  const isOld = !values.has('SmoothingMethod') && !values.has('BailoutRadiusPreset');
  const preset = isOld ? number('SmoothMethod', 0) : number('BailoutRadiusPreset', 0);
  if (preset === custom && !isOld) return number('BailoutRadiusCustom', 2);
  return radii[preset] ?? radii[0];
}

/**
 * The scene of a .toml file of Fraktaler 3, which parseScene has to check. Throws PictureError for hybrid formulas,
 * stretched pictures and other kinds of files.
 */
export function importToml(text: string): ViewScene {
  const file = parsed(text);
  const value = (key: string): unknown =>
    key.split('.').reduce((table: unknown, name) => (table as Table | undefined)?.[name], file);
  const number = (key: string, otherwise: number) => toNumber(key, value(key) ?? otherwise);
  if (value('program') !== 'fraktaler-3' && value('location') === undefined)
    throw new PictureError('has no location in it; a .toml of Fraktaler 3 has');
  if (number('transform.stretch_amount', 0) !== 0 || value('transform.exponential_map') === true)
    throw new PictureError(
      'stretched and exponential maps are not supported; save the location without them',
    );
  const rotation = number('transform.rotate', 0);
  return {
    ...ofParameterPlane,
    formula: hybridFormula(value('formula') ?? [{}]),
    z0: [0, 0],
    view: {
      center: [digits(value('location.real') ?? 0), digits(value('location.imag') ?? 0)],
      ...rectangle(
        zoomOf('location.zoom', value('location.zoom') ?? 1),
        ...([number('image.width', 1024), number('image.height', 576)] as const),
      ),
      ...turned(value('transform.reflect') === true ? -rotation : rotation),
    },
    iterations: number('bailout.iterations', 1024),
    escape: number('bailout.escape_radius', 625),
  };
}

type Table = Readonly<Record<string, unknown>>;

function parsed(text: string): Table {
  try {
    // Integers of 64 bits, of which not all are doubles.
    return parse(text, { integersAsBigInt: 'asNeeded' });
  } catch (error) {
    throw new PictureError(`is not valid TOML (${(error as Error).message.split('\n')[0]})`);
  }
}

/** A block has the parts of z made positive, then turned, then the power taken; only one block is one formula. */
function hybridFormula(blocks: unknown): string {
  const block: unknown = Array.isArray(blocks) && blocks.length === 1 ? blocks[0] : undefined;
  if (typeof block !== 'object' || block === null)
    throw new PictureError('hybrids of several formulas are not supported; use one [[formula]]');
  const { abs_x, abs_y, neg_x, neg_y, power = 2, opcodes = '' } = block as Table;
  if (opcodes !== '' || !isPower(power))
    throw new PictureError(
      'its formula is not supported; supported are abs_x, abs_y, neg_x, neg_y and a power from 2 to 1024',
    );
  if (!abs_x && !abs_y && !neg_x) return neg_y ? `conj(z)^${power} + c` : `z^${power} + c`;
  const re = `${neg_x ? '-' : ''}${abs_x ? 'abs(re z)' : 're z'}`;
  return `(${re} ${neg_y ? '-' : '+'} i*${abs_y ? 'abs(im z)' : 'im z'})^${power} + c`;
}

const ofParameterPlane = { c: 'p', palette: 'ember' } as const;

const isPower = (power: unknown): boolean =>
  Number.isInteger(power) && Number(power) >= 2 && Number(power) <= 1024;

/** A decimal number, which may be beyond all doubles. */
function zoomOf(key: string, value: unknown): string {
  const text = ['number', 'bigint', 'string'].includes(typeof value) ? plainMinus(String(value)) : '';
  if (decimalProblem(text) === undefined && !/^-|^[+.0]*(e|$)/i.test(text)) return text;
  throw new PictureError(`${key} ${spell(value)}: must be a number above 0`);
}

/** A number, in text too. */
function toNumber(key: string, value: unknown): number {
  const isNumber = typeof value === 'number' || typeof value === 'bigint';
  const number = isNumber || (typeof value === 'string' && value !== '') ? Number(value) : NaN;
  if (!Number.isNaN(number)) return number;
  throw new PictureError(`${key} ${spell(value)}: must be a number`);
}

/** Decimal digits, possibly on several lines; parseScene checks them. */
const digits = (value: unknown) =>
  (typeof value === 'string'
    ? value.replaceAll(/\s/g, '')
    : typeof value === 'number' || typeof value === 'bigint'
      ? String(value)
      : value) as string;

/** At zoom 1 the picture is 4 high. */
function rectangle(zoom: string, columns: number, rows: number) {
  const width = ((4 / Number(zoom)) * columns) / rows;
  const isDeep = !(width >= leastWidth);
  return { columns, rows, width: isDeep ? divided(String((4 * columns) / rows), zoom) : width };
}

/** Narrower views have their width in text. */
const leastWidth = 1e-300;

/** Both programs allow angles beyond full turns. */
const turned = (angle: number) => (angle % 360 === 0 ? {} : { rotation: angle % 360 });
