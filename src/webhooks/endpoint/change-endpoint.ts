/** The steps that every operation on a stored endpoint shares: find it, lock it, change it, and record the change. */
import { causeOf, scopeFor, type Caller } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import type { WebhookServices } from "../services.js";
import type { WebhookEndpoint } from "./endpoint.js";
import { findEndpoint } from "./endpoint.repository.js";

/**
 * Reads one endpoint for a caller who may change it.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function readEndpoint(
  { reader }: Pick<WebhookServices, "reader">,
  caller: Caller,
  id: string,
): Promise<WebhookEndpoint> {
  const endpoint = await findEndpoint(reader, scopeFor(caller, "WEBHOOKS_WRITE"), id);
  if (endpoint === null) throw new Failure(NOT_FOUND, { type: "webhook endpoint" });
  return endpoint;
}

/**
 * Locks the endpoint's organization and reads the endpoint again, because it may have changed since it was found.
 *
 * @throws NOT_FOUND when it was deleted in the meantime
 */
export async function lockEndpoint(unit: UnitOfWork, found: WebhookEndpoint): Promise<WebhookEndpoint> {
  await lockOrganization(unit, found.organizationId);
  const endpoint = await findEndpoint(unit, found.organizationId, found.id);
  if (endpoint === null) throw new Failure(NOT_FOUND, { type: "webhook endpoint" });
  return endpoint;
}

/**
 * Changes a locked endpoint and records the change in the audit log.
 *
 * @param change stores the change and returns the new endpoint; it returns its argument itself when nothing changed, and
 *   then nothing is recorded
 */
export async function changeEndpoint(
  { begin }: WebhookServices,
  caller: Caller,
  found: WebhookEndpoint,
  verb: string,
  change: (unit: UnitOfWork, before: WebhookEndpoint) => Promise<WebhookEndpoint>,
): Promise<WebhookEndpoint> {
  return await begin(caller, causeOf(caller), async (unit) => {
    const before = await lockEndpoint(unit, found);
    const after = await change(unit, before);
    if (after !== before) await recordEndpointChange(unit, verb, { before, after });
    return after;
  });
}

/** Records a change in the audit log; `before` is `null` for a new endpoint, `after` for a deleted one. */
export async function recordEndpointChange(
  unit: UnitOfWork,
  verb: string,
  {
    before,
    after,
  }:
    | { readonly before: WebhookEndpoint | null; readonly after: WebhookEndpoint }
    | { readonly before: WebhookEndpoint; readonly after: null },
): Promise<void> {
  const { id, organizationId } = after ?? before;
  await recordAudit(unit, {
    organizationId,
    action: `webhook_endpoint.${verb}`,
    subject: { type: "webhookEndpoint", id },
    before: before && withoutSecrets(before),
    after: after && withoutSecrets(after),
  });
}

function withoutSecrets(endpoint: WebhookEndpoint): Readonly<Record<string, unknown>> {
  const { url, eventTypes, state, disabledReason, secretSetAt, previousSecretEndsAt, concurrency, timeoutSeconds } =
    endpoint;
  return { url, eventTypes, state, disabledReason, secretSetAt, previousSecretEndsAt, concurrency, timeoutSeconds };
}
