// Offline use: a service worker caches this build's files (offline-worker.ts).

/** Registers the service worker if the browser supports it; otherwise the page only lacks offline use. */
export async function keepOffline(): Promise<void> {
  try {
    await navigator.serviceWorker?.register('./offline-worker.js');
  } catch {
    // Service workers, or access to them, are forbidden here.
  }
}
