// Suggests a known name for an unknown one, by the distance of fastest-levenshtein.
import { closest, distance } from 'fastest-levenshtein';

/** A suggestion to append to an error: `; did you mean "iterations"?`, or ''. */
export function didYouMean(given: string, names: readonly string[]): string {
  // At most a third of a word may be mistyped; very long text is not a word.
  if (given.length > 100) return '';
  const nearest = closest(given, names);
  return distance(given, nearest) <= Math.max(1, nearest.length / 3) ? `; did you mean "${nearest}"?` : '';
}
