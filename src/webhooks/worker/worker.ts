/**
 * The worker that delivers: it looks for endpoints with something to do, leases them, and serves them side by side.
 * Any number of processes may run one; the database is all that they share.
 */
import { Flight } from "../../platform/fetch/guarded-fetch.js";
import { claimEndpoints, endLeasesOfTheDead, type Lease } from "./claim.js";
import { runTurn } from "./run-turn.js";
import { createScribe } from "./scribe.js";
import { createSharedLog } from "./shared-log.js";
import { isFailing, type WorkerServices } from "./worker-services.js";

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
  const flight = new Flight();
  const workshop = {
    services,
    sharedLog: createSharedLog(services.reader),
    scribe: createScribe(services),
    stopping: { isStopping: () => isStopping, flight },
  };
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
    const turn = runTurn(workshop, lease)
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

  let isFirst = true;
  const look = async () => {
    if (isFirst) await endLeasesOfTheDead(services);
    isFirst = false;
    const leases = [...turns.values()];
    const room = {
      endpoints: measures.endpointsAtOnce - leases.length,
      failing: measures.failingAtOnce - leases.filter((lease) => isFailing(lease.consecutiveFailures)).length,
      ofOrganization: (id: string) =>
        measures.endpointsOfOrganization - leases.filter(({ organizationId }) => organizationId === id).length,
    };
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
      const timer = setTimeout(() => flight.abort(new Error("Usher is stopping.")), measures.stopMs);
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
