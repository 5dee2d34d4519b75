/** Makes the services and the worker of webhooks. */
import type { Store } from "../access/store.js";
import type { Begin } from "../access/unit-of-work.js";
import type { Configuration } from "../config/configuration.js";
import type { ConnectionServices } from "../connection/services.js";
import type { KnownEventType } from "../events/event-type.js";
import type { Logger } from "../platform/telemetry/logger.js";
import type { WebhookServices } from "../webhooks/services.js";
import { DEFAULT_WORKER_SETTINGS } from "../webhooks/worker/worker-services.js";
import { startWebhookWorker, type WebhookWorker } from "../webhooks/worker/worker.js";

export function webhookServices(
  store: Store,
  { runtime }: Pick<ConnectionServices, "runtime">,
  outgoing: WebhookServices["outgoing"],
  eventTypes: readonly KnownEventType[],
): WebhookServices {
  const { clock, keyRing } = runtime;
  return { ...store, clock, keyRing, outgoing, eventTypes };
}

/** `begin`, and a listener for its commits. */
export interface AnnouncedBegin {
  readonly begin: Begin;
  /** Sets the only listener. */
  readonly onCommit: (listener: () => void) => void;
}

/** Lets the worker of this process start at once after a commit here. It finds commits of other processes when it polls. */
export function announceCommits(begin: Begin): AnnouncedBegin {
  let notify = () => {};
  return {
    begin: async (caller, cause, work, options) => {
      const result = await begin(caller, cause, work, options);
      notify();
      return result;
    },
    onCommit: (listener) => (notify = listener),
  };
}

/**
 * Starts the worker.
 *
 * @param unannounced the worker's own store. Its commits do not wake the worker, because it would then never sleep
 */
export function startWebhooks(
  configuration: Pick<Configuration, "webhookRetrySeconds">,
  services: WebhookServices,
  unannounced: Store,
  logger: Logger,
): WebhookWorker {
  const { webhookRetrySeconds: retryDelaysSeconds } = configuration;
  return startWebhookWorker({
    ...services,
    ...unannounced,
    logger,
    retryDelaysSeconds,
    settings: DEFAULT_WORKER_SETTINGS,
  });
}
