// The service worker: caches the files of one build with their headers and serves them, so that the page works offline.
// The build inserts the list of files (vite.config.ts). Own code because workbox, by vite-plugin-pwa, brings 323
// packages for it.

/** The build's files, whose names change with their contents, and the build's name. */
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
    // The page may be requested by its folder. If the server can be reached, it serves the newest page.
    const isPage = request.mode === 'navigate';
    if (isPage) {
      const fresh = await fetch(request).catch(() => undefined);
      if (fresh?.ok) return fresh;
    }
    return (await cache.match(isPage ? './' : request, { ignoreSearch: isPage })) ?? fetch(request);
  };
  event.respondWith(answer());
});
