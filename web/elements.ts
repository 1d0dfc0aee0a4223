// The elements of index.html by id, typed; a missing one is a bug.

export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`#${id} is not a ${kind.name}`);
}

export const input = (id: string): HTMLInputElement => element(id, HTMLInputElement);
export const select = (id: string): HTMLSelectElement => element(id, HTMLSelectElement);
export const button = (id: string): HTMLButtonElement => element(id, HTMLButtonElement);
export const canvas = (id: string): HTMLCanvasElement => element(id, HTMLCanvasElement);

/** Sets a list's options by their values. */
export function setOptions(list: HTMLSelectElement, values: readonly string[]): void {
  list.replaceChildren(...values.map((value) => new Option(value, value)));
}

/** Shows a message; an empty one hides the element. */
export function say(target: HTMLElement, text: string): void {
  // Setting unchanged text would trigger layout.
  if (target.textContent !== text) target.textContent = text;
  target.hidden = text === '';
}
