// How far a picture is that takes long: a thin bar, and words now and then for who does not see it. What is done in a
// moment needs neither.
import type { Progress } from 'mandoline';

/** Milliseconds before it is shown, and between words. */
const [patience, silence] = [400, 3000];

export function makeProgress(bar: HTMLProgressElement, live: HTMLElement) {
  let begun = 0;
  let said = 0;
  return {
    begin(): void {
      begun = said = performance.now();
      bar.hidden = true;
    },
    tell({ done, slices }: Progress): void {
      const now = performance.now();
      if (now - begun < patience) return;
      bar.hidden = false;
      bar.value = done / slices;
      if (now - said < silence) return;
      said = now;
      live.textContent = `${Math.round((100 * done) / slices)}% drawn`;
    },
    end(): void {
      bar.hidden = true;
    },
  };
}
