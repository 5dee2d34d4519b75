/**
 * The worker that delivers webhooks: it finds endpoints with work, leases them, and serves them concurrently. Several
 * processes may each run a worker. They share only the database.
 */
import { setTimeout as pause } from "node:timers/promises";
import { AbortGroup } from "../../platform/fetch/guarded-fetch.js";
import { claimEndpoints, endLeasesOfDeadProcess, type Lease } from "./claim.js";
import { createMessageReader } from "./message-reader.js";
import { createOutcomeWriter } from "./outcome-writer.js";
import { runTurn, type WorkerContext } from "./run-turn.js";
import { isFailing, type WorkerServices } from "./worker-services.js";

/** A running worker. */
export interface WebhookWorker {
  /** Makes the worker look for work now, and not only at the next poll. */
  readonly wake: () => void;
  /** Starts no more attempts, waits for those in flight for a while, and writes their outcomes. */
  readonly stop: () => Promise<void>;
}

/** Calls of `wake` within this time cause one look for work. */
const GATHER_MS = 20;

export function startWebhookWorker(services: WorkerServices): WebhookWorker {
  const { logger, settings } = services;
  const turns = new Map<Promise<void>, Lease>();
  const inFlight = new AbortGroup();
  const worker: WorkerContext = {
    services,
    readMessages: createMessageReader(services.reader),
    writeOutcome: createOutcomeWriter(services),
    isStopping: () => isStopping,
    inFlight,
  };
  let isStopping = false;
  let endSleep: (() => void) | null = null;
  let isWoken = false;

  const wake = () => {
    isWoken = true;
    endSleep?.();
  };
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      endSleep = () => {
        clearTimeout(timer);
        resolve();
      };
    }).finally(() => (endSleep = null));

  const begin = (lease: Lease) => {
    const turn = runTurn(worker, lease)
      .catch((error: unknown) => {
        logger.warn(
          { error, endpointId: lease.endpointId },
          "Serving a webhook endpoint failed. It is served again when its lease expires.",
        );
      })
      .finally(() => {
        turns.delete(turn);
        // The worker can serve another endpoint, or this one again.
        wake();
      });
    turns.set(turn, lease);
  };

  let isFirst = true;
  const look = async () => {
    if (isFirst) await endLeasesOfDeadProcess(services);
    isFirst = false;
    const leases = [...turns.values()];
    const capacity = {
      endpoints: settings.endpointsAtOnce - leases.length,
      failing: settings.failingAtOnce - leases.filter((lease) => isFailing(lease.consecutiveFailures)).length,
      forOrganization: (id: string) =>
        settings.endpointsOfOrganization - leases.filter(({ organizationId }) => organizationId === id).length,
    };
    if (capacity.endpoints <= 0) return;
    for (const lease of await claimEndpoints(services, capacity)) begin(lease);
  };

  const run = async () => {
    while (!isStopping) {
      isWoken = false;
      try {
        await look();
      } catch (error) {
        logger.warn({ error }, "Looking for webhooks to deliver failed. It is tried again.");
      }
      if (isStopping) return;
      if (!isWoken) await sleep(settings.pollMs);
      if (isWoken && !isStopping) await pause(GATHER_MS);
    }
  };
  const running = run();

  return {
    wake,
    stop: async () => {
      isStopping = true;
      endSleep?.();
      const timer = setTimeout(() => inFlight.abort(new Error("Usher is stopping.")), settings.stopMs);
      await running;
      await Promise.all(turns.keys());
      clearTimeout(timer);
    },
  };
}
