// The first module of a worker in a browser: joins worker.ts to the thread's port.
import { serveRequests } from './worker.js';

const scope = self as unknown as {
  postMessage(message: unknown): void;
  onmessage: (event: MessageEvent) => void;
};
const { receive, stray } = serveRequests((message) => scope.postMessage(message));
scope.onmessage = ({ data }) => receive(data);
const report = (event: Event, error: unknown) => {
  event.preventDefault();
  stray(error);
};
addEventListener('error', (event) => report(event, event.error));
addEventListener('unhandledrejection', (event) => report(event, event.reason));
