// What this browser keeps for the page. Where it keeps nothing, because that is forbidden or there is no room, the page
// works all the same.

/** Undefined where nothing is kept under this name. */
export function read(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

/** False where it cannot be kept. */
export function keep(key: string, value: string): boolean {
  try {
    localStorage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}
