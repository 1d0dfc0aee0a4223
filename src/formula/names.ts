// Suggests names for an unknown one.

/** What other programs call a name. */
export const elsewhere: ReadonlyMap<string, string> = new Map([
  ['j', 'i'],
  ['ln', 'log'],
  ['real', 're'],
  ['imag', 'im'],
  ['π', 'pi'],
]);

/** Known names that may be meant: called so elsewhere, of other case, or with one typing error. */
export function namesMeant(unknown: string, known: readonly string[]): string[] {
  const lower = unknown.toLowerCase();
  const other = elsewhere.get(lower) ?? known.find((name) => name.toLowerCase() === lower);
  if (other !== undefined) return [other];
  return known.filter((name) => name.length > 2 && isOneSlipAway(lower, name.toLowerCase()));
}

/** Whether one letter more, less or different, or two swapped, turn one into the other. */
function isOneSlipAway(a: string, b: string): boolean {
  if (a.length < b.length) return isOneSlipAway(b, a);
  let same = 0;
  while (same < b.length && a[same] === b[same]) same++;
  const [restA, restB] = [a.slice(same), b.slice(same)];
  if (a.length > b.length) return restA.slice(1) === restB;
  const swapped = restA.slice(0, 2) === `${restB[1]}${restB[0]}` && restA.slice(2) === restB.slice(2);
  return swapped || restA.slice(1) === restB.slice(1);
}
