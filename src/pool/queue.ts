// First in, first out, in constant time: an array and where it begins. (A Set would do, but V8 passes over the
// places of all that was deleted from its front; Array.shift moves what is behind.)

export class Queue<T> {
  private items: (T | undefined)[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  push(item: T): void {
    this.items.push(item);
  }

  /** Takes the first item, which is then held by nobody here. */
  take(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.items[this.head];
    this.items[this.head++] = undefined;
    // Moved down when half is empty, so that each item is moved about once.
    if (2 * this.head >= this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }

  /** Puts items before all others. */
  putFirst(items: readonly T[]): void {
    this.items = [...items, ...this.items.slice(this.head)];
    this.head = 0;
  }

  /** Takes out what is meant. */
  remove(isMeant: (item: T) => boolean): void {
    this.items = this.items.slice(this.head).filter((item) => !isMeant(item as T));
    this.head = 0;
  }

  /** Takes all. */
  takeAll(): T[] {
    const items = this.items.slice(this.head) as T[];
    this.items = [];
    this.head = 0;
    return items;
  }
}
