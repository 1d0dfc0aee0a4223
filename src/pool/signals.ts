// Waits for AbortSignals with one listener for each signal, however many calls wait for it. With more than ten
// listeners, Node 20 would warn of a leak.
const waiting = new WeakMap<EventTarget, Set<() => void>>();

/** Runs the action once the signal is aborted; the returned function stops waiting. */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  const actions = waiting.get(signal) ?? new Set();
  if (actions.size === 0) {
    waiting.set(signal, actions);
    signal.addEventListener('abort', aborted);
  }
  actions.add(action);
  return () => {
    if (actions.delete(action) && actions.size === 0) signal.removeEventListener('abort', aborted);
  };
}

function aborted({ target }: Event): void {
  for (const action of [...(waiting.get(target!) ?? [])]) action();
}
