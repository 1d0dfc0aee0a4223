// What may have been meant by a name that is not known. How near two words are is fastest-levenshtein's.
import { closest, distance } from 'fastest-levenshtein';

/** What may have been meant, to stand behind an error: `; did you mean "iterations"?`, or nothing. */
export function didYouMean(given: string, names: readonly string[]): string {
  // A word is meant where no more than a third of it is mistyped; very long ones are no words.
  if (given.length > 100) return '';
  const nearest = closest(given, names);
  return distance(given, nearest) <= Math.max(1, nearest.length / 3) ? `; did you mean "${nearest}"?` : '';
}
