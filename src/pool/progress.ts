// Reports a call's progress: at intervals rather than at every step, and once all is done.

const milliseconds = 30;

export class Progress {
  private told = -1;
  private readonly timer: ReturnType<typeof setInterval>;

  /** `failed` is called with the errors that `tell` throws. */
  constructor(
    private readonly count: () => number,
    private readonly tell: (done: number) => unknown,
    private readonly failed: (error: unknown) => void,
  ) {
    this.timer = setInterval(() => this.update(), milliseconds);
  }

  update(): void {
    const done = this.count();
    if (done === this.told) return;
    this.told = done;
    try {
      this.tell(done);
    } catch (error) {
      this.failed(error);
    }
  }

  end(): void {
    clearInterval(this.timer);
  }
}
