// The page without a network: a service worker keeps the files of this build (offline-worker.ts).

/** Registers it where there is one; without it the page is only not offline. */
export function keepOffline(): void {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('./offline-worker.js').catch(() => {});
}
