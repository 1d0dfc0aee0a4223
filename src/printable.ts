// Makes text from outside safe to show: replaces what controls a terminal or changes how the rest of a line reads.

/** Control characters other than line feed, characters that change the writing direction, and broken UTF-16. */
const hidden = /[^\P{Cc}\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Cs}/gu;

/** Text, possibly of several lines, that cannot control a terminal. */
export const printable = (text: string): string => text.replace(hidden, '\ufffd');

/** The same on one line, of at most `longest` characters. */
export const oneLine = (text: string, longest = 1000): string =>
  printable(text.slice(0, longest).replace(/\s+/g, ' ').trim());
