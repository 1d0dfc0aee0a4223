// British spellings of flags, which are accepted next to the American ones that the help lists.

const american: Readonly<Record<string, string>> = { '--colouring': '--coloring', '--centre': '--center' };

/** Arguments with flags as the help spells them; words after `--` are left alone. */
export function americanFlags(given: readonly string[]): string[] {
  const end = given.indexOf('--');
  return given.map((word, i) => {
    const [flag] = word.split('=');
    const spelled = end >= 0 && i > end ? undefined : american[flag!];
    return spelled ? spelled + word.slice(flag!.length) : word;
  });
}
