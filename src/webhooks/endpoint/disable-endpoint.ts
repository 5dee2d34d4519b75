/**
 * Disables a webhook endpoint for an administrator, or for the worker when deliveries to the endpoint have failed for good.
 */
import { causeOf, SYSTEM, type Caller } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { appendEvent } from "../../events/append-event.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { noticeEndpointDisabled } from "../notices/notice-endpoint-disabled.js";
import type { EndpointDisabled } from "../notices/templates.js";
import type { WebhookServices } from "../services.js";
import { lockEndpoint, readEndpoint, recordEndpointChange } from "./change-endpoint.js";
import { ENDPOINT_DISABLED, endpointSnapshot } from "./endpoint.events.js";
import type { DisabledReason, WebhookEndpoint } from "./endpoint.js";
import { findEndpoint, updateEndpointRow } from "./endpoint.repository.js";

/**
 * Disables an endpoint for an administrator. Its position in the log is kept.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function disableWebhookEndpoint(
  services: WebhookServices,
  caller: Caller,
  id: string,
): Promise<WebhookEndpoint> {
  const found = await readEndpoint(services, caller, id);
  return await services.begin(caller, causeOf(caller), async (unit) =>
    disable(unit, await lockEndpoint(unit, found), "ADMINISTRATOR"),
  );
}

/** Disables an endpoint for the worker, and mails the administrators. */
export async function disableFailingEndpoint(
  { begin }: Store,
  organizationId: string,
  endpointId: string,
  reason: EndpointDisabled["reason"],
): Promise<void> {
  await begin(SYSTEM, { kind: "SYSTEM", actor: null }, async (unit) => {
    const organization = await lockOrganization(unit, organizationId);
    const endpoint = await findEndpoint(unit, organizationId, endpointId);
    // Another worker or an administrator may have disabled it already. Do not mail twice.
    if (organization === null || endpoint === null || endpoint.state === "DISABLED") return;
    await noticeEndpointDisabled(unit, organization, await disable(unit, endpoint, reason), reason);
  });
}

async function disable(unit: UnitOfWork, before: WebhookEndpoint, reason: DisabledReason): Promise<WebhookEndpoint> {
  if (before.state === "DISABLED") return before;
  const after: WebhookEndpoint = {
    ...before,
    state: "DISABLED",
    disabledReason: reason,
    disabledAt: unit.now,
    version: before.version + 1,
    updatedAt: unit.now,
  };
  await updateEndpointRow(unit, before, after);
  await appendEvent(unit, {
    organizationId: after.organizationId,
    type: ENDPOINT_DISABLED,
    subject: { id: after.id, version: after.version },
    data: { endpoint: endpointSnapshot(after), changed: null, reason },
  });
  await recordEndpointChange(unit, "disabled", { before, after });
  return after;
}
