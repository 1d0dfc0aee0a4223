// Intermediate views of a film that is too deep for doubles: widths as decimals with any exponent, and centres with as
// many digits as a frame's pixels need.
import { type Decimal, parseDecimal } from '../exact/dyadic.js';
import { realFunctions } from '../kernel/functions.js';
import type { View } from '../scene/view.js';

const { exp, log } = realFunctions;
const ten = log(10);

/** A number above 0 as m 10^e, 1 <= m < 10. */
interface Wide {
  readonly m: number;
  readonly e: number;
}

/** Digits that count for a width. */
const widthDigits = 17;
/** Digits of a centre beyond those of the width. */
const centerDigits = 22;

function wideOf(text: string): Wide {
  const { digits, exponent } = parseDecimal(text)!;
  const all = String(digits);
  const head = all.slice(0, widthDigits);
  return { m: Number(head) / 10 ** (head.length - 1), e: exponent + all.length - 1 };
}
const textOf = ({ m, e }: Wide): string => `${m}e${e}`;

/** A product, its mantissa below 10. */
function times(v: Wide, w: Wide): Wide {
  const m = v.m * w.m;
  return m < 10 ? { m, e: v.e + w.e } : { m: m / 10, e: v.e + w.e + 1 };
}
const over = (v: Wide, w: Wide): Wide => {
  const m = v.m / w.m;
  return m >= 1 ? { m, e: v.e - w.e } : { m: m * 10, e: v.e - w.e - 1 };
};
/** The value as a double, 0 where that is too small. */
const flat = ({ m, e }: Wide) => (e < -300 ? 0 : m * 10 ** e);

/** Between two widths, in even steps of the zoom. */
function widthAt(from: Wide, to: Wide, part: number): Wide {
  if (part === 0) return from;
  if (part === 1) return to;
  // log10 of the ratio, whose whole part needs no digits of a double.
  const change = (to.e - from.e + (log(to.m) - log(from.m)) / ten) * part;
  const whole = Math.floor(change);
  return times(from, times({ m: exp((change - whole) * ten), e: whole }, { m: 1, e: 0 }));
}

function difference(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  const raised = ({ digits, exponent: e }: Decimal) => digits * 10n ** BigInt(e - exponent);
  return { digits: raised(a) - raised(b), exponent };
}
const negated = ({ digits, exponent }: Decimal): Decimal => ({ digits: -digits, exponent });

/** A decimal as text, truncated to `places` digits after the point. */
function spelled({ digits, exponent }: Decimal, places: number): string {
  const drop = -exponent - places;
  return drop > 0 ? `${digits / 10n ** BigInt(drop)}e${-places}` : `${digits}e${exponent}`;
}

/**
 * The centre and the width of a frame. A point that moves in proportion to the width stays in place in the picture: the
 * centre is that of `to` plus the way from there to `from`, times (w - w_to) / (w_from - w_to).
 */
export function viewBetween(from: View, to: View, part: number): Pick<View, 'center' | 'width'> {
  if (part === 0) return from;
  if (part === 1) return to;
  const [first, last] = [from, to].map(({ width }) => wideOf(String(width))) as [Wide, Wide];
  const width = widthAt(first, last, part);
  const isSame = textOf(first) === textOf(last);
  // (w - w_to) / (w_from - w_to) = (w / w_from) (1 - w_to / w) / (1 - w_to / w_from).
  const [near, all] = [flat(over(last, width)), flat(over(last, first))];
  const share = isSame ? { m: 1 - part, e: 0 } : over(width, first);
  const correction = isSame ? 1 : (1 - near) / (1 - all);
  const factor = parseDecimal(textOf({ m: share.m * correction, e: share.e }))!;
  const places = Math.max(centerDigits, centerDigits - width.e);
  const center = ([0, 1] as const).map((axis) => {
    const [begin, end] = [from.center[axis], to.center[axis]].map((text) => parseDecimal(text)!) as [
      Decimal,
      Decimal,
    ];
    if (begin.digits === end.digits && begin.exponent === end.exponent) return to.center[axis];
    const way = difference(begin, end);
    const moved = { digits: way.digits * factor.digits, exponent: way.exponent + factor.exponent };
    return spelled(difference(end, negated(moved)), places);
  }) as [string, string];
  return { center, width: textOf(width) };
}
