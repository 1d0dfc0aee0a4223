// The progress of a slow picture: a thin bar, and occasional messages for screen readers. Fast pictures show neither.
import type { Progress } from 'mandoline';

/** Milliseconds before the bar is shown, and between messages. */
const [patience, silence] = [400, 3000];

export function makeProgress(bar: HTMLProgressElement, live: HTMLElement) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let said = 0;
  return {
    /** Computation has started; its progress is not yet known. */
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
