// Data that the browser stores for the page. The page still works if storage is forbidden or full.

/** Undefined if nothing is stored under this key. */
export function read(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

/** False if the value cannot be stored. */
export function keep(key: string, value: string): boolean {
  try {
    localStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

/** The items of a stored list that are what they should be; none if other text is stored. */
export function readList<T>(key: string, isItem: (item: unknown) => item is T): readonly T[] {
  try {
    const all: unknown = JSON.parse(read(key) ?? '[]');
    return Array.isArray(all) ? all.filter(isItem) : [];
  } catch {
    return [];
  }
}

/** Calls an action whenever another tab has changed what is stored under a key, or cleared the storage. */
export function onChange(key: string, action: () => void): void {
  addEventListener('storage', (event) => {
    if (event.key === key || event.key === null) action();
  });
}
