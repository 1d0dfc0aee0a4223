// Text from outside as it may be shown: what a terminal would obey, or what would change how the rest of a line reads, is
// replaced.

/** Control characters but for the end of a line, characters that turn the direction of writing, and broken UTF-16. */
const hidden = /[^\P{Cc}\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Cs}/gu;

/** Text, maybe of several lines, that a terminal shows and does not obey. */
export const printable = (text: string): string => text.replace(hidden, '\ufffd');

/** The same on one line, of at most `longest` characters. */
export const oneLine = (text: string, longest = 1000): string =>
  printable(text.slice(0, longest).replace(/\s+/g, ' ').trim());
