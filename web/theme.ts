// Light or dark: the system's setting, until the user chooses.
import { keep, read } from './kept.js';

const key = 'mandoline-theme';

export function useTheme(changed: () => void) {
  const { dataset } = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const kept = read(key);
  dataset.theme = kept === 'light' || kept === 'dark' ? kept : dark.matches ? 'dark' : 'light';
  // Dark by default, for the picture's sake; light only if the system asks for it.
  if (!kept && !matchMedia('(prefers-color-scheme: light)').matches) dataset.theme = 'dark';
  return {
    toggle(): void {
      dataset.theme = dataset.theme === 'dark' ? 'light' : 'dark';
      keep(key, dataset.theme);
      changed();
    },
  };
}
