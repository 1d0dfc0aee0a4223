// The buttons at the picture's edge, for use without a keyboard: home, zoom in and out, upright, stop, share, full screen.
import type { Camera } from './camera.js';
import { button, element } from './elements.js';

export interface ControlsEvents {
  home(): void;
  zoom(factor: number): void;
  upright(): void;
  /** Shares the view, or copies its address. */
  share(): void;
  /** Stops computing, or restarts what was stopped. */
  stopOrResume(): void;
}

const shapes = { stop: 'M4 4h8v8H4z', resume: 'M5 3l8 5-8 5z' };

export function makeControls({ home, zoom, upright, share, stopOrResume }: ControlsEvents) {
  const [stop, full] = [button('stop'), button('full-screen')];
  const root = document.documentElement;
  for (const [id, action] of Object.entries({
    home,
    upright,
    share,
    stop: stopOrResume,
    'full-screen': toggleFullScreen,
    'zoom-in': () => zoom(1.5),
    'zoom-out': () => zoom(1 / 1.5),
  }))
    button(id).addEventListener('click', action);
  // Some phones allow full screen for videos only.
  full.hidden = !document.fullscreenEnabled;
  document.addEventListener('fullscreenchange', () =>
    full.setAttribute('aria-pressed', String(document.fullscreenElement !== null)),
  );

  function toggleFullScreen(): void {
    if (full.hidden) return;
    // Rejected if the page is embedded or there was no user gesture; the page then stays as it is.
    const done = document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen();
    done.catch(() => {});
  }

  return {
    toggleFullScreen,
    /** The needle points along the imaginary axis. */
    show({ rotation }: Camera): void {
      button('upright').disabled = rotation === 0;
      element('upright', HTMLElement).querySelector('svg')!.style.rotate = `${rotation}deg`;
    },
    state(state: string): void {
      const isStopped = state === 'stopped';
      stop.disabled = state === 'exact';
      const label = isStopped ? 'Resume computing' : 'Stop computing';
      if (stop.ariaLabel === label) return;
      stop.ariaLabel = label;
      stop.title = `${label} (Space)`;
      stop.querySelector('path')!.setAttribute('d', isStopped ? shapes.resume : shapes.stop);
    },
  };
}
