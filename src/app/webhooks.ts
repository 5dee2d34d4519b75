/** Webhooks in the composition root: what they are made of, and the worker that delivers. */
import type { Store } from "../access/store.js";
import type { Begin } from "../access/unit-of-work.js";
import type { Configuration } from "../config/configuration.js";
import type { ConnectionServices } from "../connection/services.js";
import type { KnownEventType } from "../events/event-type.js";
import type { Logger } from "../platform/telemetry/logger.js";
import type { WebhookServices } from "../webhooks/services.js";
import { DEFAULT_WORKER_SETTINGS } from "../webhooks/worker/worker-services.js";
import { startWebhookWorker, type WebhookWorker } from "../webhooks/worker/worker.js";

/** The same clock, keys and way out as everybody's. */
export function webhookServices(
  store: Store,
  { runtime }: Pick<ConnectionServices, "runtime">,
  outgoing: WebhookServices["outgoing"],
  eventTypes: readonly KnownEventType[],
): WebhookServices {
  const { clock, keyRing } = runtime;
  return { ...store, clock, keyRing, outgoing, eventTypes };
}

/** `begin`, and a way to be told of every unit of work that it has committed. */
export interface AnnouncedBegin {
  readonly begin: Begin;
  /** Only the last listener is told; there is one worker. */
  readonly onCommit: (listener: () => void) => void;
}

/** Lets a worker of this process learn at once what was committed here; what others commit it finds when it polls. */
export function announceCommits(begin: Begin): AnnouncedBegin {
  let tell = () => {};
  return {
    begin: async (caller, cause, work, options) => {
      const result = await begin(caller, cause, work, options);
      tell();
      return result;
    },
    onCommit: (listener) => (tell = listener),
  };
}

/**
 * Starts the worker.
 *
 * @param quiet a store whose commits do not wake the worker: its own commits would wake it for ever
 */
export function startWebhooks(
  configuration: Pick<Configuration, "webhookRetrySeconds">,
  services: WebhookServices,
  quiet: Store,
  logger: Logger,
): WebhookWorker {
  const { webhookRetrySeconds: retryDelaysSeconds } = configuration;
  return startWebhookWorker({ ...services, ...quiet, logger, retryDelaysSeconds, settings: DEFAULT_WORKER_SETTINGS });
}
