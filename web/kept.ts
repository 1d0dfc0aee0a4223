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
