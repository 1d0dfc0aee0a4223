// The service worker: keeps the files of one build, as they were served, with their headers, and answers with them
// when it is asked for them; so the page works offline. Which files there are is written in by the build
// (vite.config.ts). Own code because workbox, by vite-plugin-pwa, brings 323 packages for it.

/** The files of the build, whose names change when they do; and a name for all of them. */
declare const files: readonly string[];
declare const build: string;

interface Worker {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
}
interface WorkerEvent {
  readonly request: Request;
  waitUntil(work: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
}
const worker = self as unknown as Worker;

worker.addEventListener('install', (event) => {
  const keep = async () => {
    const cache = await caches.open(build);
    await cache.addAll(files.map((file) => new Request(file, { cache: 'reload' })));
    await worker.skipWaiting();
  };
  event.waitUntil(keep());
});

worker.addEventListener('activate', (event) => {
  const clear = async () => {
    for (const name of await caches.keys())
      if (name.startsWith('mandoline-') && name !== build) await caches.delete(name);
    await worker.clients.claim();
  };
  event.waitUntil(clear());
});

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(worker.registration.scope)) return;
  const answer = async () => {
    const cache = await caches.open(build);
    // The page itself may be asked for by its folder. A newer one comes from the server, where that can be reached.
    const isPage = request.mode === 'navigate';
    if (isPage) {
      const fresh = await fetch(request).catch(() => undefined);
      if (fresh?.ok) return fresh;
    }
    return (await cache.match(isPage ? './' : request, { ignoreSearch: isPage })) ?? fetch(request);
  };
  event.respondWith(answer());
});
