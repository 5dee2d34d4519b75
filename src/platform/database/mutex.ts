/** A lock within this process that callers get in the order of their calls. */
import { setImmediate as nextEventLoopTurn } from "node:timers/promises";

/**
 * A caller that waited gets the lock in a new turn of the event loop. Otherwise, callers that work synchronously under the
 * lock would block the process one after another.
 */
export class Mutex {
  #tail: Promise<void> = Promise.resolve();
  #askers = 0;

  /** Waits for the lock. The function that it returns releases it, and must be called once. */
  async acquire(): Promise<() => void> {
    const previous = this.#tail;
    let unlock: () => void = () => {};
    this.#tail = new Promise((resolve) => {
      unlock = resolve;
    });
    const hasToWait = this.#askers > 0;
    this.#askers += 1;
    await previous;
    if (hasToWait) await nextEventLoopTurn();
    return () => {
      this.#askers -= 1;
      unlock();
    };
  }
}
