/** A lock that is handed on in the order in which it was asked for. */
export class Queue {
  #tail: Promise<void> = Promise.resolve();

  /** Waits for the turn. The answer ends it and must be called exactly once. */
  async enter(): Promise<() => void> {
    const previous = this.#tail;
    let leave: () => void = () => {};
    this.#tail = new Promise((resolve) => {
      leave = resolve;
    });
    await previous;
    return leave;
  }
}
