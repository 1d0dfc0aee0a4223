// A part of the page that is loaded when it is first used, or when there is time.

export class Later<T> {
  /** The part, once it is loaded. */
  now: T | undefined;
  private loading: Promise<void> | undefined;

  /** `load` makes the part; `failed` gets the reason if it cannot be loaded, and the next use tries again. */
  constructor(
    private readonly load: () => Promise<T>,
    private readonly loaded: () => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Calls `action` with the part: at once if it is loaded. */
  use(action: (part: T) => void = () => {}): void {
    if (this.now) {
      action(this.now);
      return;
    }
    this.loading ??= this.load().then((part) => {
      this.now = part;
      this.loaded();
    });
    this.loading.then(
      () => action(this.now!),
      (error: unknown) => {
        this.loading = undefined;
        this.failed(error);
      },
    );
  }
}
