/** An endpoint as the audit log shows it: without secrets. */
import type { WebhookEndpoint } from "./endpoint.js";

export function auditView(endpoint: WebhookEndpoint): Readonly<Record<string, unknown>> {
  const { url, eventTypes, state, disabledReason, secretSetAt, previousSecretEndsAt, concurrency, timeoutSeconds } =
    endpoint;
  return { url, eventTypes, state, disabledReason, secretSetAt, previousSecretEndsAt, concurrency, timeoutSeconds };
}
