/**
 * The worker that delivers: it looks for endpoints with something to do, leases them, and serves them side by side.
 * Any number of processes may run one; the database is all that they share.
 */
import { setMaxListeners } from "node:events";
import { claimEndpoints, type Lease } from "./claim.js";
import { runTurn } from "./run-turn.js";
import { FAILING_FROM, type WorkerServices } from "./worker-services.js";

/** A running worker. */
export interface WebhookWorker {
  /** Says that there may be something to do, so that nobody waits for the next poll. */
  readonly nudge: () => void;
  /** Begins nothing more, waits a while for what is under way, and writes down what came of it. */
  readonly stop: () => Promise<void>;
}

/** Nudges in quick succession cause one look. */
const GATHER_MS = 20;

/** Starts a worker. */
export function startWebhookWorker(services: WorkerServices): WebhookWorker {
  const { logger, measures } = services;
  const turns = new Map<Promise<void>, Lease>();
  const ending = new AbortController();
  // Every attempt that is under way listens; they are bounded by the measures.
  setMaxListeners(0, ending.signal);
  const stopping = { isStopping: () => isStopping, signal: ending.signal };
  let isStopping = false;
  let wake: (() => void) | null = null;
  let isNudged = false;

  const nudge = () => {
    isNudged = true;
    wake?.();
  };
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    }).finally(() => (wake = null));

  const begin = (lease: Lease) => {
    const turn = runTurn(services, lease, stopping)
      .catch((error: unknown) => {
        logger.warn(
          { error, endpointId: lease.endpointId },
          "A turn at a webhook endpoint failed; its lease runs out.",
        );
      })
      .finally(() => {
        turns.delete(turn);
        // There is room again, and perhaps more to do for the same endpoint.
        nudge();
      });
    turns.set(turn, lease);
  };

  const look = async () => {
    const failing = [...turns.values()].filter(({ consecutiveFailures }) => consecutiveFailures >= FAILING_FROM).length;
    const room = { endpoints: measures.endpointsAtOnce - turns.size, failing: measures.failingAtOnce - failing };
    if (room.endpoints <= 0) return;
    for (const lease of await claimEndpoints(services, room)) begin(lease);
  };

  const run = async () => {
    while (!isStopping) {
      isNudged = false;
      try {
        await look();
      } catch (error) {
        logger.warn({ error }, "Looking for webhooks to deliver failed; it is tried again.");
      }
      if (isStopping) return;
      if (!isNudged) await sleep(measures.pollMs);
      if (isNudged && !isStopping) await sleepGathering(GATHER_MS);
    }
  };
  const running = run();

  return {
    nudge,
    stop: async () => {
      isStopping = true;
      wake?.();
      const timer = setTimeout(() => ending.abort(new Error("Usher is stopping.")), measures.stopMs);
      await running;
      await Promise.all(turns.keys());
      clearTimeout(timer);
    },
  };
}

function sleepGathering(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
