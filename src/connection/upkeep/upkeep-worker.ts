/** Looks after due connections while the process runs. Every replica runs such a worker. */
import { setTimeout as setTimer } from "node:timers/promises";
import { SYSTEM } from "../../access/caller.js";
import { runUpkeep, type UpkeepParts } from "./run-upkeep.js";
import { scheduleForgotten } from "./upkeep.repository.js";

const POLL_MILLISECONDS = 2_000;
const FAILURE_PAUSE_MILLISECONDS = 30_000;
const LOOK_FOR_FORGOTTEN_EVERY_MILLISECONDS = 60 * 60_000;

/** @returns a function that starts no more turns, ends those under way, and waits for them */
export function startUpkeepWorker(parts: UpkeepParts): () => Promise<void> {
  const stopping = new AbortController();
  const running = run(parts, stopping.signal);
  return async () => {
    stopping.abort(new Error("Usher is stopping."));
    await running;
  };
}

async function run(parts: UpkeepParts, stopping: AbortSignal): Promise<void> {
  let lookedAt = Number.NEGATIVE_INFINITY;
  while (!stopping.aborted) {
    let pause = POLL_MILLISECONDS;
    try {
      if (performance.now() - lookedAt > LOOK_FOR_FORGOTTEN_EVERY_MILLISECONDS) {
        await parts.services.begin(SYSTEM, { kind: "SYSTEM", actor: null }, scheduleForgotten);
        lookedAt = performance.now();
      }
      if (await runUpkeep(parts, stopping)) pause = 0;
    } catch (error) {
      parts.logger.warn({ error }, "The schedule of connections could not be read or changed. The worker tries again.");
      pause = FAILURE_PAUSE_MILLISECONDS;
    }
    // The pause is changed at random, so that replicas do not query at the same moment.
    const milliseconds = pause * (0.75 + Math.random() / 2);
    await setTimer(milliseconds, undefined, { signal: stopping, ref: false }).catch(() => {});
  }
}
