// The progress of a slow picture: a thin bar, and words now and then for screen readers. Fast pictures need neither.
import type { Progress } from 'mandoline';

/** Milliseconds before it is shown, and between words. */
const [patience, silence] = [400, 3000];

export function makeProgress(bar: HTMLProgressElement, live: HTMLElement) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let said = 0;
  return {
    /** Something is being computed; how far it is, nobody knows yet. */
    begin(): void {
      bar.removeAttribute('value');
      timer ??= setTimeout(() => {
        bar.hidden = false;
        said = performance.now();
        live.textContent = 'computing';
      }, patience);
    },
    tell({ done, slices }: Progress): void {
      if (done > 0) bar.value = done / slices;
      if (bar.hidden || performance.now() - said < silence) return;
      said = performance.now();
      live.textContent = `${Math.round((100 * done) / slices)}% drawn`;
    },
    end(): void {
      clearTimeout(timer);
      timer = undefined;
      bar.hidden = true;
    },
  };
}
