// The page without a network: a service worker keeps the files of this build (offline-worker.ts).

/** Registers it where there is one; without it the page is only not offline. */
export async function keepOffline(): Promise<void> {
  try {
    await navigator.serviceWorker?.register('./offline-worker.js');
  } catch {
    // Forbidden here, or asking for it is.
  }
}
