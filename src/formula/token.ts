// The tokens of a formula: numbers, names, signs and raised digits. parse.ts reads them.

/** `unknown` is a character that no formula has. */
export interface Token {
  readonly kind: 'number' | 'name' | 'sign' | 'raised' | 'unknown' | 'end';
  readonly text: string;
  /** Its position, from 0, in UTF-16 units. */
  readonly at: number;
}

const kinds = ['number', 'name', 'sign', 'raised'] as const;
const tokenForm =
  /\s*(?:(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?:i(?!\w))?)|(?<name>[A-Za-z]\w*|π)|(?<sign>[-+*/^()|])|(?<raised>⁻?[⁰¹²³⁴-⁹]+))?/y;

/** Typographic signs, each a single character. */
const signs: Readonly<Record<string, string>> = {
  '−': '-',
  '–': '-',
  '×': '*',
  '·': '*',
  '⋅': '*',
  '÷': '/',
};

/** The text with ASCII signs; every character keeps its position. */
export const plainSigns = (text: string): string => text.replace(/[−–×·⋅÷]/g, (sign) => signs[sign]!);

/** The token at a position, or after blanks there. */
export function readToken(text: string, from: number): Token {
  tokenForm.lastIndex = from;
  // The pattern matches everywhere, if only the empty text.
  const match = tokenForm.exec(text)!;
  const end = from + match[0].length;
  for (const kind of kinds) {
    const found = match.groups![kind];
    if (found !== undefined) return { kind, text: found, at: end - found.length };
  }
  if (end === text.length) return { kind: 'end', text: '', at: end };
  return { kind: 'unknown', text: String.fromCodePoint(text.codePointAt(end)!), at: end };
}

const raisedDigits = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** The whole number of raised digits. */
export const raisedNumber = (text: string): number =>
  Number(text.replace('⁻', '-').replace(/[⁰¹²³⁴-⁹]/g, (digit) => String(raisedDigits.indexOf(digit))));
