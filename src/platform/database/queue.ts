/** A lock that is handed on in the order in which it was asked for. */
import { setImmediate as turnOfTheEventLoop } from "node:timers/promises";

/**
 * A caller that waited gets the lock in a new turn of the event loop:
 * synchronous work under the lock, one after another, would keep everybody else from being served.
 */
export class Queue {
  #tail: Promise<void> = Promise.resolve();
  #askers = 0;

  /** Waits for the turn. The answer ends it and must be called exactly once. */
  async enter(): Promise<() => void> {
    const previous = this.#tail;
    let leave: () => void = () => {};
    this.#tail = new Promise((resolve) => {
      leave = resolve;
    });
    const hasToWait = this.#askers > 0;
    this.#askers += 1;
    await previous;
    if (hasToWait) await turnOfTheEventLoop();
    return () => {
      this.#askers -= 1;
      leave();
    };
  }
}
