// Texts that take for ever to refuse where a reader takes more than linear time. The tests check that they are refused;
// bench/refusals.ts, how soon.

/** Addresses of scenes. */
export const hostileAddresses = (): string[] => [
  '#'.padEnd(1e7, '#f=&'),
  '#a='.padEnd(1e6, '['),
  '#formula='.padEnd(1e6, '('),
  '#f='.padEnd(1e6, 'a'),
  '#'.padEnd(1e6, '&p.a'),
];

/** Files of gradients. */
export const hostileGradients = (): string[] =>
  ['{', '}', '{index=', 'index=1 '].map((text) => text.repeat(1e6 / text.length));
